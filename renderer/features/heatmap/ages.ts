import type { ReadTimes } from '../../../app/domain/region.ts';

const DAY_SECONDS = 86_400;
/** Upper limits of the classes of how long ago a region was read, in days. */
export const AGE_LIMITS_DAYS = [1, 7, 14, 30] as const;

/** When a scan last read each region of a device. */
export class RegionTimes {
  readonly #regionBlocks: number;
  /** Unix seconds by number of the region; 0 for never. */
  readonly #seconds: Float64Array;
  /** The newest of them. */
  readonly newest: number;

  constructor({ regionBlocks, readAt }: ReadTimes) {
    this.#regionBlocks = regionBlocks;
    this.#seconds = Float64Array.from(readAt);
    this.newest = this.#seconds.reduce((newest, seconds) => Math.max(newest, seconds), 0);
  }

  /**
   * When that one of the regions under some blocks was read which was read longest ago, in Unix seconds; null when none
   * was. What was never read in them is told by the health query.
   */
  oldest(first: number, count: number): number | null {
    const last = Math.min(this.#seconds.length - 1, Math.floor((first + count - 1) / this.#regionBlocks));
    let oldest = Number.POSITIVE_INFINITY;
    for (let at = Math.floor(first / this.#regionBlocks); at <= last; at += 1) {
      const seconds = this.#seconds[at] ?? 0;
      if (seconds > 0 && seconds < oldest) oldest = seconds;
    }
    return Number.isFinite(oldest) ? oldest : null;
  }
}

/** Class of an age in seconds. A limit belongs to the class below it: seven days are within a week. */
export function classOfAge(seconds: number): number {
  const at = AGE_LIMITS_DAYS.findIndex((days) => seconds <= days * DAY_SECONDS);
  return at === -1 ? AGE_LIMITS_DAYS.length : at;
}
