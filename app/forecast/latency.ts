/** Average read times of one zone of a disk, in microseconds. */
export interface ZoneTimes {
  /** Earlier averages of the same zone, in the order of time; the present one is not among them. */
  readonly past: readonly number[];
  readonly present: number;
}

export interface ZoneFinding {
  /** Number of the zone in the list that was given. */
  readonly zone: number;
  /** Median of its past. */
  readonly medianUs: number;
  /** How slow zones far from it ever were by themselves, in distances of their fences. */
  readonly record: number;
  /** From 1 on the zone reads slower than its own past and what the rest of the disk does by itself explain. */
  readonly score: number;
}

export interface LatencyFinding {
  /** Zones with enough past to judge. */
  readonly zones: readonly ZoneFinding[];
  /** The highest of a zone; null when no zone can be judged. */
  readonly score: number | null;
}

/** Earlier averages that a judgement needs: fewer give no quartiles worth the name. */
export const LEAST_PAST = 8;
/** A zone is slow when it was so at this many looks in a row, the present one included. */
const IN_A_ROW = 2;
/** The fence lies at least this part above what is usual: a past without any spread makes no alarm of a trifle. */
const LEAST_RISE = 0.25;
/**
 * Times below are not told apart, in microseconds. The scanner has several reads under way, and all but the first of those
 * take next to nothing: where few reads make up a zone's average, it may be a hundred times what it was and mean nothing.
 */
const LEAST_US = 100;
/** Standard deviations that a median distance stands for, were the times normal. */
const MAD_TO_SIGMA = 1.4826;
const FENCE_SIGMAS = 3;
/** Zones to either side that a slow place may reach into, and that therefore say nothing of what the disk does by itself. */
const NEAR = 1;

/** A zone's logarithms of times, newest first, and what is usual of them. */
interface Zone {
  readonly zone: number;
  readonly medianUs: number;
  /** Less the median of the baseline. */
  readonly rises: readonly number[];
}

/**
 * Judges each zone against its own past: a drive without peers has no better measure, since outer zones are faster than
 * inner ones.
 *
 * Of the logarithm of a time its usual value is taken away, and what most zones did at the same look: load, heat and a slow
 * link slow all of them. What is left is measured in distances of the zone's fence, which is the third quartile and twice
 * the distance between the quartiles (Lu et al., ATC 2022), and not below three robust deviations. Disks make single zones
 * slow for a while by themselves (others' requests, cleaning, garbage collection), and with many zones one is above its
 * fence at almost every look. So a zone has to be slow at two looks in a row, and slower than any zone far from it ever was
 * at two looks in a row.
 *
 * Looks are told apart by their place from the newest back. Zones that were read at different times are compared with
 * others' looks, which makes the finding less sensitive and no surer.
 */
export function latencyAnomaly(zones: readonly ZoneTimes[]): LatencyFinding {
  const known = zones.flatMap((times, zone) => (times.past.length < LEAST_PAST ? [] : [zoneOf(times, zone)]));
  const common = commonOf(known);
  const runs = known.map(({ rises }) => runsOf(rises.map((rise, back) => rise - (common[back] ?? 0))));
  const records = runs.map((run) => Math.max(0, ...run.slice(IN_A_ROW)));
  const far = farthest(known, records);
  const findings = known.map(({ zone, medianUs }, at) => {
    const record = far[at] ?? 0;
    return { zone, medianUs, record, score: Math.max(0, runs[at]?.[0] ?? 0) / Math.max(1, record) };
  });
  const worst = findings.reduce((most, { score }) => Math.max(most, score), 0);
  return { zones: findings, score: findings.length === 0 ? null : worst };
}

function zoneOf({ past, present }: ZoneTimes, zone: number): Zone {
  const newestFirst = [present, ...[...past].reverse()];
  const medianUs = quantile(ascending(newestFirst.slice(IN_A_ROW)), 0.5);
  const logarithms = newestFirst.map((time) => Math.log(Math.max(LEAST_US, time)));
  const usual = quantile(ascending(logarithms.slice(IN_A_ROW)), 0.5);
  return { zone, medianUs, rises: logarithms.map((time) => time - usual) };
}

/** What most zones did, by look from the newest back. */
function commonOf(zones: readonly Zone[]): number[] {
  const looks = zones.reduce((most, { rises }) => Math.max(most, rises.length), 0);
  // One zone, or two, are no crowd to tell a disk's mood from.
  if (zones.length <= 2 * NEAR + 1) return Array.from({ length: looks }, () => 0);
  return Array.from({ length: looks }, (_, back) => {
    const told = zones.flatMap(({ rises }) => rises[back] ?? []);
    // Only what slowed them: a zone that did not get faster with the others is not slow.
    return Math.max(0, quantile(ascending(told), 0.5));
  });
}

/** How slow a zone was at each look and those before it, the least of {@link IN_A_ROW}, in distances of its fence. */
function runsOf(excess: readonly number[]): number[] {
  const baseline = ascending(excess.slice(IN_A_ROW));
  const median = quantile(baseline, 0.5);
  const mad = quantile(ascending(baseline.map((one) => Math.abs(one - median))), 0.5);
  const upper = quantile(baseline, 0.75);
  const fence = Math.max(
    upper + 2 * (upper - quantile(baseline, 0.25)),
    median + FENCE_SIGMAS * MAD_TO_SIGMA * mad,
    median + Math.log1p(LEAST_RISE),
  );
  const distances = excess.map((one) => (one - median) / (fence - median));
  return distances.slice(IN_A_ROW - 1).map((_, back) => Math.min(...distances.slice(back, back + IN_A_ROW)));
}

/** For each zone the highest record of zones that are not near it. */
function farthest(zones: readonly Zone[], records: readonly number[]): number[] {
  const order = zones.map((_, at) => at).sort((a, b) => (records[b] ?? 0) - (records[a] ?? 0));
  return zones.map(({ zone }) => {
    const found = order.find((at) => Math.abs((zones[at]?.zone ?? zone) - zone) > NEAR);
    return found === undefined ? 0 : (records[found] ?? 0);
  });
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Quantile of ascending values, interpolated linearly. */
function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
