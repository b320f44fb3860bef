import type { Observation } from './replay.ts';

export interface Judged {
  readonly precision: number;
  /** Part of the observations before a failure that were alarms. */
  readonly recall: number;
  /** Part of the other observations that were alarms. */
  readonly falseAlarms: number;
}

export type Alarm = (observation: Observation) => boolean;

export function judge(observations: readonly Observation[], alarm: Alarm): Judged {
  let hits = 0;
  let failing = 0;
  let falsely = 0;
  for (const observation of observations) {
    if (observation.fails) failing += 1;
    if (!alarm(observation)) continue;
    if (observation.fails) hits += 1;
    else falsely += 1;
  }
  return {
    precision: hits / Math.max(1, hits + falsely),
    recall: hits / Math.max(1, failing),
    falseAlarms: falsely / Math.max(1, observations.length - failing),
  };
}

/** The lowest score at which no more than `falseAlarms` of the disks that do not fail would be alarms. */
export function thresholdFor(observations: readonly Observation[], falseAlarms: number): number {
  const scores = Float64Array.from(
    observations.filter(({ fails }) => !fails),
    ({ score }) => score,
  ).sort();
  const allowed = Math.floor(scores.length * falseAlarms);
  const limit = scores[scores.length - 1 - allowed] ?? 0;
  // Above the first score that may not pass: those that equal it would be too many.
  return nextAbove(scores, limit);
}

function nextAbove(ascending: Float64Array, limit: number): number {
  const above = ascending.find((score) => score > limit);
  return above ?? Number.POSITIVE_INFINITY;
}

export function brier(observations: readonly Observation[], probability: (one: Observation) => number): number {
  const sum = observations.reduce((total, one) => total + (probability(one) - Number(one.fails)) ** 2, 0);
  return sum / Math.max(1, observations.length);
}

/** Part of the observations for which `holds` that were before a failure. */
export function frequency(observations: readonly Observation[], holds: Alarm): number {
  const such = observations.filter(holds);
  return such.filter(({ fails }) => fails).length / Math.max(1, such.length);
}

export interface ReliabilityRow {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly said: number;
  readonly came: number;
}

const EDGES = [0, 0.004, 0.01, 0.02, 0.05, 0.1, 0.2, 1] as const;

/** How often what was said came true, by what was said. */
export function reliability(observations: readonly Observation[]): ReliabilityRow[] {
  return EDGES.slice(1).map((to, index) => {
    const from = EDGES[index] ?? 0;
    const such = observations.filter(({ probability }) => probability > from && probability <= to);
    const count = Math.max(1, such.length);
    return {
      from,
      to,
      count: such.length,
      said: such.reduce((sum, { probability }) => sum + probability, 0) / count,
      came: such.filter(({ fails }) => fails).length / count,
    };
  });
}

export interface Lead {
  /** Disks that failed while they were looked at. */
  readonly failed: number;
  /** Part of them that had an alarm within the forecast's time. */
  readonly caught: number;
  /** Part of them whose alarm came at least a week before. */
  readonly caughtAWeekBefore: number;
  /** Median days from the first such alarm to the failure. */
  readonly medianDays: number;
}

/** Days from the first alarm within the forecast's time to the failure. */
export function leadTime(
  observations: readonly Observation[],
  alarm: Alarm,
  failsDay: (trace: number) => number,
): Lead {
  const first = new Map<number, number | null>();
  for (const one of observations) {
    if (!one.fails || typeof first.get(one.trace) === 'number') continue;
    first.set(one.trace, alarm(one) ? failsDay(one.trace) - one.day : null);
  }
  const leads = [...first.values()].filter((lead) => lead !== null).sort((a, b) => a - b);
  const failed = Math.max(1, first.size);
  return {
    failed: first.size,
    caught: leads.length / failed,
    caughtAWeekBefore: leads.filter((lead) => lead >= 7).length / failed,
    medianDays: leads[Math.floor(leads.length / 2)] ?? 0,
  };
}
