import { ZONES } from '../../../app/forecast/speed.ts';
import { Random } from '../random.ts';
import type { SpeedKind } from './kinds.ts';

/** Days between two looks: a scan pass a week. */
export const LOOK_DAYS = 7;
export const LOOKS = 70;
/** Part of the disks that get a weak place. Higher than in life, so that few disks tell something. */
const WEAK_DISKS = 0.5;
/** Looks from the first retry to the first error: median and spread of the logarithm. Assumed. */
const LEAD_LOOKS = { median: 8, sigma: 0.5 };
/** Part of a zone whose reads are retried: from one part of 256 that the target averages, to a scratch over many. */
const WEAK_PART = { least: 1 / 256, most: 0.1 };
/** The place lies over a border of zones. */
const TWO_ZONES = 0.2;

/** A place whose reads need ever more retries until one fails. */
export interface WeakPlace {
  /** One, or two neighbours. */
  readonly zones: readonly number[];
  /** Look from which on it is slower, and the first one at which a block of it fails. */
  readonly from: number;
  readonly fails: number;
}

/** What a scanner sees of one made-up disk. */
export interface SpeedTrace {
  readonly kind: SpeedKind;
  /** Average time of a read in microseconds, by look and zone. */
  readonly looks: readonly Float64Array[];
  readonly weak: WeakPlace | null;
}

/** One disk; the same seed gives the same one. */
export function makeSpeedTrace(kind: SpeedKind, seed: number): SpeedTrace {
  const random = new Random(seed);
  const usual = usualTimes(kind, random);
  const factors = Array.from({ length: LOOKS }, () => new Float64Array(ZONES).fill(1));
  const slow = (look: number, first: number, count: number, factor: number): void => {
    for (let zone = Math.max(0, first); zone < Math.min(ZONES, first + count); zone += 1) {
      const row = factors[look];
      if (row !== undefined) row[zone] = (row[zone] ?? 1) * factor;
    }
  };
  for (let look = 0; look < LOOKS; look += 1) {
    if (random.chance(kind.load.chance)) {
      const count = Math.ceil(random.between(1, kind.load.zones));
      slow(look, Math.floor(random.between(-count, ZONES)), count, random.between(1.05, kind.load.factor));
    }
    if (random.chance(kind.everywhere.chance)) {
      const factor = random.between(1.05, kind.everywhere.factor);
      const until = look + Math.ceil(random.between(0, kind.everywhere.looks));
      for (let at = look; at < until; at += 1) slow(at, 0, ZONES, factor);
    }
    for (let zone = 0; zone < ZONES; zone += 1) {
      if (!random.chance(kind.pause.chance)) continue;
      const until = look + Math.ceil(random.between(0, kind.pause.looks));
      for (let at = look; at < until; at += 1) slow(at, zone, 1, random.between(1.05, kind.pause.factor));
    }
  }
  const ageing = Array.from({ length: ZONES }, () => random.between(0, kind.ageing));
  const weak = random.chance(WEAK_DISKS) ? weakPlace(random) : null;
  const extra = weak === null ? () => 0 : retries(kind, weak, random);
  const looks = factors.map((row, look) =>
    row.map((factor, zone) => {
      const aged = 1 + ((ageing[zone] ?? 0) * look * LOOK_DAYS) / 365;
      const time = (usual[zone] ?? 0) * aged * random.logNormal(1, kind.spread.look) * factor;
      return Math.round(time + extra(look, zone));
    }),
  );
  return { kind, looks, weak };
}

function usualTimes({ firstUs, slope, spread }: SpeedKind, random: Random): Float64Array {
  const first = firstUs * random.logNormal(1, spread.disk);
  return Float64Array.from(
    { length: ZONES },
    (_, zone) => first * (1 + ((slope - 1) * zone) / (ZONES - 1)) * random.logNormal(1, spread.zone),
  );
}

function weakPlace(random: Random): WeakPlace {
  const lead = Math.max(2, Math.round(random.logNormal(LEAD_LOOKS.median, LEAD_LOOKS.sigma)));
  const fails = Math.floor(random.between(30, LOOKS));
  const first = Math.floor(random.uniform() * (ZONES - 1));
  return { zones: random.chance(TWO_ZONES) ? [first, first + 1] : [first], from: Math.max(10, fails - lead), fails };
}

/** What retries add to the average of a zone: they take longer in a straight line on the logarithm, and more and more. */
function retries(
  { retryUs }: SpeedKind,
  { zones, from, fails }: WeakPlace,
  random: Random,
): (look: number, zone: number) => number {
  const part = zones.map(() => Math.exp(random.between(Math.log(WEAK_PART.least), Math.log(WEAK_PART.most))));
  return (look, zone) => {
    const at = zones.indexOf(zone);
    if (at === -1 || look < from) return 0;
    const grown = Math.min(1, (look - from + 1) / (fails - from));
    // The scanner's average of a place holds its last dozen reads, which met more or fewer of the weak blocks.
    return (part[at] ?? 0) * retryUs.first * (retryUs.last / retryUs.first) ** grown * random.logNormal(1, 0.3);
  };
}
