import type { TargetEvent } from '../../../app/domain/target.ts';
import { MAX_ROWS } from '../../../app/protocol/methods.ts';
import type { Result } from '../../../app/protocol/methods.ts';

/** How long after a failure the ring is left alone, in milliseconds. */
export const READ_AGAIN_MS = 30_000;

export interface EventKeeperPorts {
  readonly newest: () => TargetEvent | null;
  readonly keep: (events: readonly TargetEvent[]) => void;
  /** Asks the spare's ring. */
  readonly fetch: (after: number, max: number) => Promise<Result<'target.events'>>;
  readonly failed: (thrown: unknown) => void;
  /** Monotonic, in milliseconds. */
  readonly uptime?: () => number;
}

/**
 * Keeps every event of a device: those that are told while the program runs, and from the spare's ring those that came
 * while it did not. It goes on after the newest event known where the ring has that one unchanged; otherwise the spare was
 * put back to an older state, or the ring has gone on by more than it holds, and all of it is read.
 */
export class EventKeeper {
  readonly #ports: EventKeeperPorts;
  readonly #uptime: () => number;
  #catching: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  /** The newest number of the device for which all that the ring has was kept. */
  #readFor: number | null = null;
  #notBefore = -Infinity;

  constructor(ports: EventKeeperPorts) {
    this.#ports = ports;
    this.#uptime = ports.uptime ?? (() => performance.now());
  }

  /** Takes in events that were told, ascending. */
  told(events: readonly TargetEvent[]): void {
    const first = events[0];
    if (first === undefined || this.#stopped) return;
    try {
      const newest = this.#ports.newest();
      // While the ring is being read its events come first: they are told in the order of their numbers.
      if (this.#catching === null && newest !== null && first.number === newest.number + 1) {
        this.#ports.keep(events);
        return;
      }
    } catch (thrown) {
      this.#failed(thrown);
      return;
    }
    this.#catchUp(null);
  }

  /** Takes in the number of the newest event that a status names. */
  heard(lastEvent: number): void {
    if (this.#stopped || this.#catching !== null || lastEvent === this.#readFor) return;
    try {
      if ((this.#ports.newest()?.number ?? 0) === lastEvent) return;
    } catch (thrown) {
      this.#failed(thrown);
      return;
    }
    this.#catchUp(lastEvent);
  }

  /** Reads from the ring what is not kept yet; `lastEvent` is the newest number of the device where a status named it. */
  #catchUp(lastEvent: number | null): void {
    if (this.#catching !== null) {
      this.#again = true;
      return;
    }
    // What is passed over is asked for by a later status: it names an event that is not kept.
    if (this.#uptime() < this.#notBefore) return;
    this.#catching = this.#read()
      .then(() => {
        if (lastEvent !== null) this.#readFor = lastEvent;
      })
      .catch((thrown: unknown) => this.#failed(thrown))
      .finally(() => {
        this.#catching = null;
        if (!this.#again) return;
        this.#again = false;
        this.#catchUp(null);
      });
  }

  #failed(thrown: unknown): void {
    this.#notBefore = this.#uptime() + READ_AGAIN_MS;
    this.#ports.failed(thrown);
  }

  stop(): void {
    this.#stopped = true;
    this.#again = false;
  }

  async #read(): Promise<void> {
    const newest = this.#ports.newest();
    if (newest !== null) {
      const { events } = await this.#ports.fetch(newest.number - 1, 1);
      const same = events[0];
      if (same !== undefined && isSame(same, newest)) {
        await this.#readAfter(newest.number);
        return;
      }
    }
    await this.#readAfter(0);
  }

  async #readAfter(after: number): Promise<void> {
    for (let from: number | null = after; from !== null && !this.#stopped;) {
      const { events, next }: Result<'target.events'> = await this.#ports.fetch(from, MAX_ROWS);
      if (!this.#isStopped()) this.#ports.keep(events);
      from = next !== null && next > from ? next : null;
    }
  }

  #isStopped(): boolean {
    return this.#stopped;
  }
}

function isSame(a: TargetEvent, b: TargetEvent): boolean {
  return a.number === b.number && a.milliseconds === b.milliseconds && a.type === b.type && a.block === b.block;
}
