/** Average read times of one zone of a disk, in microseconds. */
export interface ZoneTimes {
  /** Earlier averages of the same zone, in any order; the present one is not among them. */
  readonly past: readonly number[];
  readonly present: number;
}

export interface ZoneFinding {
  /** Number of the zone in the list that was given. */
  readonly zone: number;
  readonly medianUs: number;
  /** Median of the distances from the median. */
  readonly madUs: number;
  /** Above it the zone counts as slower than before. */
  readonly fenceUs: number;
  /** How far the present lies from the median, in distances of the fence: 0 at the median, 1 at the fence. */
  readonly score: number;
}

export interface LatencyFinding {
  /** Zones with enough past to judge. */
  readonly zones: readonly ZoneFinding[];
  /** From 1 on a zone reads slower than its own past explains; null when no zone can be judged. */
  readonly score: number | null;
  /** Most of the disk turned slow at once: load, link or power, and no part of the surface. The score is 0 then. */
  readonly everywhere: boolean;
}

/** Earlier averages that a baseline needs: fewer give no quartiles worth the name. */
export const LEAST_PAST = 8;
/** Part of the disk that, slow at the same time, is no longer a place on it. */
const EVERYWHERE = 0.5;
/** The fence lies at least this part above the median: a past without any spread makes no alarm of a trifle. */
const LEAST_RISE = 0.25;
/** Standard deviations that a median distance stands for, were the times normal. */
const MAD_TO_SIGMA = 1.4826;
const FENCE_SIGMAS = 3;

/**
 * Judges each zone against its own past: a drive without peers has no better measure, since outer zones are faster than
 * inner ones. The fence is the third quartile and twice the distance between the quartiles (Lu et al., ATC 2022), and not
 * below three robust deviations over the median.
 */
export function latencyAnomaly(zones: readonly ZoneTimes[]): LatencyFinding {
  const findings = zones.flatMap(({ past, present }, zone) =>
    past.length < LEAST_PAST ? [] : [judge(zone, past, present)],
  );
  const slow = findings.filter(({ score }) => score >= 1).length;
  const everywhere = findings.length > 1 && slow > findings.length * EVERYWHERE;
  const worst = findings.reduce((most, { score }) => Math.max(most, score), 0);
  return { zones: findings, score: findings.length === 0 ? null : everywhere ? 0 : worst, everywhere };
}

function judge(zone: number, past: readonly number[], present: number): ZoneFinding {
  const sorted = [...past].sort((a, b) => a - b);
  const medianUs = quantile(sorted, 0.5);
  const madUs = quantile(
    sorted.map((time) => Math.abs(time - medianUs)).sort((a, b) => a - b),
    0.5,
  );
  const upper = quantile(sorted, 0.75);
  const fenceUs = Math.max(
    upper + 2 * (upper - quantile(sorted, 0.25)),
    medianUs + FENCE_SIGMAS * MAD_TO_SIGMA * madUs,
    medianUs * (1 + LEAST_RISE),
    // A time of nothing at all would leave no distance to measure with.
    medianUs + 1,
  );
  const score = Math.max(0, (present - medianUs) / (fenceUs - medianUs));
  return { zone, medianUs, madUs, fenceUs, score };
}

/** Quantile of ascending values, interpolated linearly. */
function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
