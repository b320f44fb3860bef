import { SECTOR_BYTES } from '../domain/units.ts';
import { daysSince } from './hazard.ts';
import { MAX_PREDICTED_RANGES, type Predicted, type PredictedRange } from './output.ts';

/** A block that failed, or was read in half a second or more. */
export interface Trouble {
  readonly block: number;
  /** When it was first met, Unix milliseconds. */
  readonly milliseconds: number;
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

/** Latency, in milliseconds, from which a cell counts as trouble. */
export const TROUBLE_MS = 500;

/** Part of a disk of which halos say nothing more: half of the errors in a quarter of the blocks is twice chance. */
const EVERYWHERE = 0.25;

/**
 * The blocks that are likelier to fail next: a halo around each trouble, where halos meet the likelier one. In
 * O(n log n), in O(n) of troubles that are ascending by block.
 *
 * @param limit - ranges at most; the least likely are left out and counted
 */
export function predictWhere(
  troubles: readonly Trouble[],
  place: Place,
  now: number,
  limit = MAX_PREDICTED_RANGES,
): Predicted {
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

interface Halo {
  readonly block: number;
  readonly probability: number;
}

/** Halos that say something, ascending by block. */
function halosOf(troubles: readonly Trouble[], { blocks }: Place, now: number): Halo[] {
  const halos: Halo[] = [];
  let ascending = true;
  for (const { block, milliseconds } of troubles) {
    const probability = haloProbability(daysSince(milliseconds, now));
    if (probability === 0 || block >= blocks) continue;
    ascending &&= block >= (halos.at(-1)?.block ?? 0);
    halos.push({ block, probability });
  }
  return ascending ? halos : halos.sort((a, b) => a.block - b.block);
}

/**
 * Where every halo reaches equally far, those over a place are neighbours in the list, and the likeliest of them is the
 * maximum of a window that slides over it.
 */
function overlay(halos: readonly Halo[], reach: number, blocks: number): PredictedRange[] {
  const ranges: PredictedRange[] = [];
  /** Halos over the present place that none after them outdoes, likeliest first. */
  const over: Halo[] = [];
  let head = 0;
  let entered = 0;
  let at = 0;
  while (entered < halos.length || head < over.length) {
    const next = halos[entered];
    const oldest = over[head];
    const begins = next === undefined ? Number.POSITIVE_INFINITY : Math.max(0, next.block - reach);
    const ends = oldest === undefined ? Number.POSITIVE_INFINITY : oldest.block + reach + 1;
    const until = Math.min(begins, ends, blocks);
    if (oldest !== undefined) append(ranges, at, until, oldest.probability);
    at = until;
    if (begins <= ends && next !== undefined) {
      entered += 1;
      while (over.length > head && (over.at(-1)?.probability ?? 0) <= next.probability) over.pop();
      over.push(next);
    } else {
      head += 1;
    }
  }
  return ranges;
}

/** Adds the blocks from `first` up to and not including `end`, to the last range where it goes on alike. */
function append(ranges: PredictedRange[], first: number, end: number, probability: number): void {
  if (end <= first) return;
  const last = ranges.at(-1);
  if (last !== undefined && last.first + last.count === first && last.probability === probability) {
    ranges[ranges.length - 1] = { ...last, count: end - last.first };
    return;
  }
  ranges.push({ first, count: end - first, probability });
}

function mostLikely(ranges: readonly PredictedRange[], limit: number): PredictedRange[] {
  if (ranges.length <= limit) return [...ranges];
  return [...ranges]
    .sort((a, b) => b.probability - a.probability || a.first - b.first)
    .slice(0, limit)
    .sort((a, b) => a.first - b.first);
}
