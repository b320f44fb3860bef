import { LEAST_PAST, type LatencyFinding, type ZoneTimes } from '../../../app/forecast/latency.ts';

/** Looks that count as recent; the baseline is what came before them. */
export const RECENT = 3;
/** A baseline calmer than this, in natural logarithms, is taken for as calm as this. */
const LEAST_SPREAD = 0.02;
const MAD_TO_SIGMA = 1.4826;
/** Neighbours to either side whose slowness is looked at. */
const NEIGHBOURS = 3;

export const featureNames = [
  'excess',
  'excess in spreads',
  'excess in upper spreads',
  'least of three in spreads',
  'middle of three in spreads',
  'growth',
  'excess of neighbours',
  'statistics',
  'record of the disk',
] as const;

/** What is seen of a zone at a look, in the order of {@link featureNames}. */
export type Features = readonly number[];

interface Baseline {
  readonly spread: number;
  readonly upper: number;
  /** The newest times less the median, newest first, {@link RECENT} of them. */
  readonly recent: readonly number[];
}

/**
 * What a model sees of each zone whose past is long enough, else null. Times are logarithms, less what most of the disk did
 * at the same look. All but the neighbours' excess and the record rise with the zone's present time, or stay.
 *
 * @param found - what the statistics make of the same zones
 */
export function featuresOf(zones: readonly ZoneTimes[], found: LatencyFinding): (Features | null)[] {
  const baselines = zones.map(baselineOf);
  const common = Array.from({ length: RECENT }, (_, back) =>
    median(baselines.flatMap((one) => (one === null ? [] : [one.recent[back] ?? 0]))),
  );
  const excess = baselines.map((one) => one?.recent.map((time, back) => time - (common[back] ?? 0)) ?? null);
  const findings = new Map(found.zones.map((one) => [one.zone, one]));
  return baselines.map((one, zone) => {
    const own = excess[zone];
    if (one === null || own === undefined || own === null) return null;
    const [newest = 0, , oldest = 0] = own;
    const ascending = [...own].sort((a, b) => a - b);
    const around: number[] = [];
    for (let at = zone - NEIGHBOURS; at <= zone + NEIGHBOURS; at += 1) {
      const other = excess[at]?.[0];
      if (at !== zone && other !== undefined) around.push(other);
    }
    const inSpreads = (value: number): number => Math.log1p(Math.min(40, Math.max(0, value / one.spread)));
    return [
      Math.min(2, Math.max(0, newest)),
      inSpreads(newest),
      Math.log1p(Math.min(40, Math.max(0, newest / one.upper))),
      inSpreads(ascending[0] ?? 0),
      inSpreads(median(ascending)),
      Math.min(1, Math.max(0, newest - oldest)),
      Math.min(1, Math.max(0, median(around))),
      Math.log1p(Math.min(40, findings.get(zone)?.score ?? 0)),
      Math.log1p(Math.min(40, findings.get(zone)?.record ?? 0)),
    ];
  });
}

function baselineOf({ past, present }: ZoneTimes): Baseline | null {
  if (past.length < LEAST_PAST) return null;
  const all = [...past, present].map((time) => Math.log(Math.max(1, time)));
  const before = all.slice(0, -RECENT).sort((a, b) => a - b);
  const middle = median(before);
  const mad = median(before.map((time) => Math.abs(time - middle)).sort((a, b) => a - b));
  const ninth = before[Math.floor((before.length - 1) * 0.9)] ?? middle;
  return {
    spread: Math.max(LEAST_SPREAD, mad * MAD_TO_SIGMA),
    upper: Math.max(LEAST_SPREAD, ninth - middle),
    recent: all
      .slice(-RECENT)
      .reverse()
      .map((time) => time - middle),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(half)] ?? 0) + (sorted[Math.ceil(half)] ?? 0)) / 2;
}
