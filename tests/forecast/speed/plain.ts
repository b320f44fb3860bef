import { LEAST_PAST, type ZoneTimes } from '../../../app/forecast/latency.ts';

/** Part of the disk that, slow at the same time, is no place on it. */
const EVERYWHERE = 0.5;

/**
 * Score of each zone by one look alone against a fence from its own past (third quartile and twice the distance of the
 * quartiles, three robust deviations, a quarter above the median): what statistics come to without the rest of the disk.
 */
export function plainScores(zones: readonly ZoneTimes[]): number[] {
  const scores = zones.map(({ past, present }) => (past.length < LEAST_PAST ? 0 : score(past, present)));
  const slow = scores.filter((one) => one >= 1).length;
  return slow > scores.length * EVERYWHERE ? scores.map(() => 0) : scores;
}

function score(past: readonly number[], present: number): number {
  const sorted = Float64Array.from(past).sort();
  const median = quantile(sorted, 0.5);
  const mad = quantile(sorted.map((time) => Math.abs(time - median)).sort(), 0.5);
  const upper = quantile(sorted, 0.75);
  const fence = Math.max(upper + 2 * (upper - quantile(sorted, 0.25)), median + 3 * 1.4826 * mad, median * 1.25);
  return Math.max(0, (present - median) / (fence - median));
}

/** Quantile of ascending values, interpolated linearly. */
export function quantile(sorted: ArrayLike<number>, part: number): number {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
