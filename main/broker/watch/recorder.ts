import type { TargetStatus } from '../../../app/domain/target.ts';
import { differ, figuresOf, mergeReadings, readingOf, type Reading } from '../../../app/history/figures.ts';
import { READ_EVERY_MS } from '../../../app/history/schema.ts';

/** Closest that two readings are kept, in milliseconds: a storm raises ten events a second. */
export const KEEP_EVERY_MS = 10_000;

/**
 * Makes readings of statuses: one whenever a figure changed, at most every {@link KEEP_EVERY_MS}, and one every
 * {@link READ_EVERY_MS} to show that the device was watched. What lies between two goes into the next one's least and
 * greatest values.
 */
export class Recorder {
  readonly #keep: (reading: Reading) => void;
  /** Monotonic, in milliseconds: the computer's clock may be set. */
  readonly #uptime: () => number;
  #pending: Reading | null = null;
  #kept: { readonly last: Reading['last']; readonly uptime: number } | null = null;

  constructor(keep: (reading: Reading) => void, uptime: () => number = () => performance.now()) {
    this.#keep = keep;
    this.#uptime = uptime;
  }

  /** Takes in a status as of `now` (Unix time in milliseconds). */
  heard(status: TargetStatus, now: number): void {
    const reading = readingOf(figuresOf(status), now);
    this.#pending = this.#pending === null ? reading : mergeReadings(this.#pending, reading);
    const kept = this.#kept;
    const waited = kept === null ? Infinity : this.#uptime() - kept.uptime;
    const { min, max } = this.#pending;
    const changed = kept === null || differ(kept.last, min) || differ(kept.last, max);
    if (waited >= READ_EVERY_MS || (changed && waited >= KEEP_EVERY_MS)) this.flush();
  }

  /** Keeps what has not been kept yet. */
  flush(): void {
    const reading = this.#pending;
    if (reading === null) return;
    this.#pending = null;
    this.#kept = { last: reading.last, uptime: this.#uptime() };
    this.#keep(reading);
  }
}
