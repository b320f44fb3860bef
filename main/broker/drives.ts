import type { DriveHealth } from '../../app/domain/smart.ts';
import { AppError } from '../../app/errors.ts';
import type { Drive } from '../../app/history/drive.ts';
import { damageCounters, type TimesOf } from '../../app/forecast/drive.ts';
import { never, type Times } from '../../app/forecast/times.ts';
import type { HistoryPort, Log } from '../ports.ts';

/** Remembers the counters of damage that drives tell of. Without a history nothing is known of their past. */
export class DriveMemory {
  readonly #history: HistoryPort | null;
  readonly #log: Log;

  constructor(history: HistoryPort | null, log: Log) {
    this.#history = history;
    this.#log = log;
  }

  /** Keeps what a drive told at a moment, Unix milliseconds. One that is null could be any. */
  heard(drive: Drive | null, health: DriveHealth, milliseconds: number): void {
    const history = this.#history;
    if (drive === null || history === null) return;
    this.#try(undefined, () => {
      for (const [name, value] of damageCounters(health)) history.addCounter(drive, name, { milliseconds, value });
    });
  }

  /** What is remembered of a drive's counters. */
  timesOf(drive: Drive | null): TimesOf {
    const history = this.#history;
    if (drive === null || history === null) return () => never;
    return (counter) =>
      this.#try<Times>(never, () => ({
        firstSeen: history.counterChanges(drive.key, counter).find(({ value }) => value > 0)?.milliseconds ?? null,
        rose: history.lastRose(drive.key, counter)?.milliseconds ?? null,
      }));
  }

  /** That the history cannot be had is shown by its health; anything else is for the log. */
  #try<T>(otherwise: T, work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof AppError && thrown.code === 'history-unavailable')) {
        this.#log.warn({ error: String(thrown) }, 'counters of a drive not remembered');
      }
      return otherwise;
    }
  }
}
