import { SECTOR_BYTES } from '../domain/units.ts';
import { daysSince } from './hazard.ts';
import { MAX_PREDICTED_RANGES, type Predicted, type PredictedRange } from './output.ts';

/** A block that failed, turned weak or was read slowly. */
export interface Trouble {
  readonly block: number;
  /** When it was first met, Unix milliseconds. */
  readonly milliseconds: number;
}

/** Troubles as columns, ascending by block: there may be a million. */
export interface Troubles {
  readonly block: Float64Array;
  /** As many as blocks. */
  readonly milliseconds: Float64Array;
}

/** The disk that is predicted for. */
export interface Place {
  /** Sectors in a block. */
  readonly blockSectors: number;
  /** Blocks of the disk. */
  readonly blocks: number;
}

/** How far around a bad block the next one is looked for, in bytes: Bairavasundaram et al., SIGMETRICS 2007, 5.4.2. */
export const HALO_BYTES = 10 * 1024 * 1024;
/** That another bad block lies within the halo (same place). */
export const HALO_PROBABILITY = 0.5;
/** Nearly all errors of a disk fall in the same two weeks: Schroeder, Damouras, Gill, FAST 2010, section 6. */
export const HALO_FULL_DAYS = 14;
/** About half of the disks with an error show no other one within a month; from here on the halo says nothing. */
export const HALO_GONE_DAYS = 30;

/** Probability that a halo of this age stands for; 0 once it says no more than any other place. */
export function haloProbability(ageDays: number): number {
  if (ageDays <= HALO_FULL_DAYS) return HALO_PROBABILITY;
  const left = (HALO_GONE_DAYS - ageDays) / (HALO_GONE_DAYS - HALO_FULL_DAYS);
  return Math.max(0, HALO_PROBABILITY * left);
}

/** Part of a disk of which halos say nothing more: half of the errors in a quarter of the blocks is twice chance. */
const EVERYWHERE = 0.25;

/** Puts `troubles`, in any order, between those that are `known` already. */
export function withTroubles(known: Troubles, troubles: readonly Trouble[]): Troubles {
  const more = [...troubles].sort((a, b) => a.block - b.block);
  const length = known.block.length + more.length;
  const block = new Float64Array(length);
  const milliseconds = new Float64Array(length);
  let from = 0;
  let at = 0;
  for (const trouble of more) {
    const start = from;
    while (from < known.block.length && (known.block[from] ?? 0) <= trouble.block) from += 1;
    block.set(known.block.subarray(start, from), at);
    milliseconds.set(known.milliseconds.subarray(start, from), at);
    at += from - start;
    block[at] = trouble.block;
    milliseconds[at] = trouble.milliseconds;
    at += 1;
  }
  block.set(known.block.subarray(from), at);
  milliseconds.set(known.milliseconds.subarray(from), at);
  return { block, milliseconds };
}

export const noTroubles: Troubles = { block: new Float64Array(0), milliseconds: new Float64Array(0) };

/**
 * The blocks that are likelier to fail next: a halo around each trouble, where halos meet the likelier one. In O(n).
 *
 * @param limit - ranges at most; the least likely are left out and counted
 */
export function predictWhere(troubles: Troubles, place: Place, now: number, limit = MAX_PREDICTED_RANGES): Predicted {
  const reach = Math.floor(HALO_BYTES / (place.blockSectors * SECTOR_BYTES));
  const ranges = overlay(halosOf(troubles, place, now), reach, place.blocks);
  if (sizeOf(ranges) > place.blocks * EVERYWHERE) {
    return { ranges: [], blocks: 0, leftOut: 0, everywhere: true };
  }
  const kept = mostLikely(ranges, limit);
  return { ranges: kept, blocks: sizeOf(kept), leftOut: ranges.length - kept.length, everywhere: false };
}

function sizeOf(ranges: readonly PredictedRange[]): number {
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

interface Halos {
  readonly count: number;
  readonly block: Float64Array;
  readonly probability: Float64Array;
}

/** Halos that say something, ascending by block. */
function halosOf({ block, milliseconds }: Troubles, { blocks }: Place, now: number): Halos {
  const halos = { block: new Float64Array(block.length), probability: new Float64Array(block.length) };
  let count = 0;
  for (let index = 0; index < block.length; index += 1) {
    const at = block[index] ?? 0;
    const probability = haloProbability(daysSince(milliseconds[index] ?? 0, now));
    if (probability === 0 || at >= blocks) continue;
    halos.block[count] = at;
    halos.probability[count] = probability;
    count += 1;
  }
  return { count, ...halos };
}

/**
 * Where every halo reaches equally far, those over a place are neighbours in the list, and the likeliest of them is the
 * maximum of a window that slides over it.
 */
function overlay({ count, block, probability }: Halos, reach: number, blocks: number): PredictedRange[] {
  const ranges: PredictedRange[] = [];
  /** Numbers of the halos over the present place that none after them outdoes, likeliest first: `head` to `tail`. */
  const over = new Uint32Array(count);
  let head = 0;
  let tail = 0;
  let entered = 0;
  let at = 0;
  while (entered < count || head < tail) {
    const oldest = over[head] ?? 0;
    const begins = entered < count ? Math.max(0, (block[entered] ?? 0) - reach) : Number.POSITIVE_INFINITY;
    const ends = head < tail ? (block[oldest] ?? 0) + reach + 1 : Number.POSITIVE_INFINITY;
    const until = Math.min(begins, ends, blocks);
    if (head < tail) append(ranges, at, until, probability[oldest] ?? 0);
    at = until;
    if (begins <= ends) {
      const likely = probability[entered] ?? 0;
      while (tail > head && (probability[over[tail - 1] ?? 0] ?? 0) <= likely) tail -= 1;
      over[tail] = entered;
      tail += 1;
      entered += 1;
    } else {
      head += 1;
    }
  }
  return ranges;
}

type OpenRange = { -readonly [K in keyof PredictedRange]: PredictedRange[K] };

/** Adds the blocks from `first` up to and not including `end`, to the last range where it goes on alike. */
function append(ranges: OpenRange[], first: number, end: number, probability: number): void {
  if (end <= first) return;
  const last = ranges.at(-1);
  if (last?.probability === probability && last.first + last.count === first) last.count = end - last.first;
  else ranges.push({ first, count: end - first, probability });
}

function mostLikely(ranges: readonly PredictedRange[], limit: number): PredictedRange[] {
  if (ranges.length <= limit) return [...ranges];
  const counts = new Map<number, number>();
  for (const { probability } of ranges) counts.set(probability, (counts.get(probability) ?? 0) + 1);
  // Whole days of age give only a few probabilities: no need to sort a million ranges.
  let left = limit;
  const places = new Map<number, number>();
  for (const [probability, count] of [...counts].sort(([a], [b]) => b - a)) {
    places.set(probability, Math.min(left, count));
    left -= Math.min(left, count);
  }
  return ranges.filter(({ probability }) => {
    const free = places.get(probability) ?? 0;
    if (free > 0) places.set(probability, free - 1);
    return free > 0;
  });
}
