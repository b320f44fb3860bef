import { regionBlocks } from '../../../app/domain/region.ts';
import type { HealthCell } from '../../../app/domain/target.ts';
import type { CellList } from './range.ts';

/** Places that a disk is cut into at most to know what is usual where. */
export const MOST_PLACES = 1024;
/**
 * Places on either side of one that belong to its neighbourhood. 33 of 1024 are 3 % of a disk, less than one zone of a
 * drive with constant track density, so that its outer tracks, up to twice as fast, are not held against the inner ones.
 */
const REACH = 16;
/** Fewer measured places than this say nothing of what is usual. */
const FEWEST = 8;

/**
 * Upper limits of the classes of a time as so many times the median of its neighbourhood. HSK16 calls a drive slow
 * whose hourly latency is at least 2 times the median of its peers; a disk alone has its own neighbourhood for peers.
 */
export const TIMES_LIMITS = [1.25, 1.5, 2, 4, 8] as const;
export const SLOW_TIMES_CLASS = TIMES_LIMITS.indexOf(2) + 1;

/** Blocks of a place: no smaller than a region, in which all cells have the same time. */
export function placeBlocks(blocks: number): number {
  return Math.max(regionBlocks(blocks), Math.ceil(blocks / MOST_PLACES));
}

/**
 * What is usual where on a disk: for each place the median of the times of the measured places up to {@link REACH} away,
 * itself included. A median does not move while less than half of a neighbourhood is slow.
 */
export class Neighbourhoods {
  readonly #per: number;
  readonly #medians: readonly (number | null)[];

  /**
   * @param per - blocks of a place
   * @param cells - health in cells of a place each, by number
   * @param timeOf - the time that counts, in microseconds, 0 where none was measured
   */
  constructor(per: number, cells: CellList, timeOf: (cell: HealthCell) => number) {
    this.#per = per;
    const times = cells.map((cell) => (cell === undefined ? 0 : timeOf(cell)));
    this.#medians = times.map((_, at) => median(times.slice(Math.max(0, at - REACH), at + REACH + 1)));
  }

  /** Usual time around a block, in microseconds; null where too little was measured. */
  usualAt(block: number): number | null {
    return this.#medians[Math.floor(block / this.#per)] ?? null;
  }
}

/** Median of the times above 0; null where there are fewer than {@link FEWEST}. */
function median(times: readonly number[]): number | null {
  const measured = times.filter((time) => time > 0).sort((a, b) => a - b);
  if (measured.length < FEWEST) return null;
  const middle = measured.length >> 1;
  const upper = measured[middle] ?? 0;
  return measured.length % 2 === 1 ? upper : ((measured[middle - 1] ?? upper) + upper) / 2;
}

/** Class of a time that is `times` the usual one. A limit belongs to the class above it. */
export function classOfTimes(times: number): number {
  const at = TIMES_LIMITS.findIndex((limit) => times < limit);
  return at === -1 ? TIMES_LIMITS.length : at;
}
