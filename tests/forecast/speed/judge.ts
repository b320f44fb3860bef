import { Random } from '../random.ts';
import type { SeenDisk } from './look.ts';
import { LOOK_DAYS, LOOKS } from './trace.ts';
import { FIRST_LOOK, type ZoneLook } from './look.ts';

/** Looks at which an alarm is false, as a part of all looks at disks that are well. */
export const FALSE_ALARMS = 0.01;

/** What one way to score zones made of one disk. */
export interface Scored {
  /** Highest score of a zone at each look at which the disk was well. */
  readonly well: readonly number[];
  /** Scores of zones that are weak, and of all others, at all looks before the first error. */
  readonly weakZones: readonly number[];
  readonly otherZones: Float32Array;
  /** Highest score of a weak zone at each look from its first retry on; null for a disk without one. */
  readonly rising: readonly number[] | null;
}

/** Scores a disk in one way. */
export function scoreDisk({ trace: { weak }, looks }: SeenDisk, scoreOf: (zone: ZoneLook) => number): Scored {
  const from = (weak?.from ?? LOOKS) - FIRST_LOOK;
  const well: number[] = [];
  const rising: number[] = [];
  const weakZones: number[] = [];
  const otherZones: number[] = [];
  looks.forEach((zones, look) => {
    let worst = -Infinity;
    let worstWeak = -Infinity;
    for (const zone of zones) {
      const score = scoreOf(zone);
      worst = Math.max(worst, score);
      if (zone.weak) worstWeak = Math.max(worstWeak, score);
      (zone.weak ? weakZones : otherZones).push(score);
    }
    if (look < from) well.push(worst);
    else rising.push(worstWeak);
  });
  return { well, weakZones, otherZones: Float32Array.from(otherZones), rising: weak === null ? null : rising };
}

/** The least score above which no more looks at disks that are well are alarms than {@link FALSE_ALARMS}. */
export function thresholdOf(disks: readonly Scored[]): number {
  const scores = Float64Array.from(disks.flatMap(({ well }) => well)).sort();
  return scores[Math.max(0, scores.length - 1 - Math.floor(scores.length * FALSE_ALARMS))] ?? Infinity;
}

export interface SpeedJudged {
  /** Part of the looks at disks that were well. */
  readonly falseAlarms: number;
  /** Part of the alarms for single zones that were for weak ones. */
  readonly precision: number;
  /** Part of the disks with a weak place that had an alarm for it before its first error. */
  readonly recall: number;
  /** Median days from such an alarm to the first error. */
  readonly leadDays: number;
}

/** Alarms are scores above `threshold`. */
export function judgeSpeed(disks: readonly Scored[], threshold: number): SpeedJudged {
  let looks = 0;
  let falsely = 0;
  let right = 0;
  let wrong = 0;
  const leads: (number | null)[] = [];
  for (const { well, weakZones, otherZones, rising } of disks) {
    looks += well.length;
    for (const score of well) if (score > threshold) falsely += 1;
    for (const score of weakZones) if (score > threshold) right += 1;
    for (const score of otherZones) if (score > threshold) wrong += 1;
    if (rising === null) continue;
    const first = rising.findIndex((score) => score > threshold);
    leads.push(first === -1 ? null : (rising.length - first) * LOOK_DAYS);
  }
  const found = leads.filter((lead) => lead !== null).sort((a, b) => a - b);
  return {
    falseAlarms: falsely / Math.max(1, looks),
    precision: right / Math.max(1, right + wrong),
    recall: found.length / Math.max(1, leads.length),
    leadDays: found[Math.floor(found.length / 2)] ?? 0,
  };
}

/** Part of the disks with a weak place that were found, at a threshold chosen so that these very disks give the false alarms. */
function recallAtEqual(disks: readonly Scored[]): number {
  const threshold = thresholdOf(disks);
  const weak = disks.filter(({ rising }) => rising !== null);
  return weak.filter(({ rising }) => rising?.some((score) => score > threshold)).length / Math.max(1, weak.length);
}

export interface Difference {
  readonly one: number;
  readonly other: number;
  /** Of `one` less `other`: the middle 95 % of resamples of the disks. */
  readonly low: number;
  readonly high: number;
}

/** Recall of two ways to score the same disks, each at the same part of false alarms; bootstrap over disks. */
export function compare(one: readonly Scored[], other: readonly Scored[], resamples: number, seed: number): Difference {
  const random = new Random(seed);
  const differences = Array.from({ length: resamples }, () => {
    const picked = one.map(() => Math.floor(random.uniform() * one.length));
    const of = (all: readonly Scored[]): Scored[] => picked.flatMap((at) => all[at] ?? []);
    return recallAtEqual(of(one)) - recallAtEqual(of(other));
  }).sort((a, b) => a - b);
  return {
    one: recallAtEqual(one),
    other: recallAtEqual(other),
    low: differences[Math.floor(resamples * 0.025)] ?? 0,
    high: differences[Math.ceil(resamples * 0.975) - 1] ?? 0,
  };
}
