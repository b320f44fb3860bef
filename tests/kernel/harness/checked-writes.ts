import { seededRandom } from '../../../lab/disk/random.ts';
import type { GuestIo } from './guest-io.ts';
import type { IoOperation } from './guest/protocol.ts';
import { WriteLedger } from './write-ledger.ts';

type WriteOperation = Extract<IoOperation, { op: 'write' }>;

/** Share of the writes that are durable by themselves. */
const FORCED = 0.4;

export interface CheckedWritesOptions {
  readonly io: () => GuestIo;
  readonly device: () => string;
  /** 512-byte sectors that are written, from sector 0 of the device on. */
  readonly sectors: number;
  /** Longest write in sectors. */
  readonly longest: number;
  readonly seed: number;
  /** What every sector holds at the start. */
  readonly before: number;
  /** Now, in the count of requests of the lab's disks. */
  readonly now: () => number;
}

/**
 * Writes of random places and lengths, several at once and never two of them over the same sectors, each with contents
 * of its own, some durable by themselves and some by a flush; with a ledger of what is owed.
 */
export class CheckedWrites {
  readonly ledger: WriteLedger;
  readonly #options: CheckedWritesOptions;
  readonly #random: () => number;
  #tag = 1000;
  #failures: string[] = [];

  constructor(options: CheckedWritesOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.ledger = new WriteLedger(options.before);
  }

  /** Errors that a write or flush met. Clears them. */
  takeFailures(): string[] {
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }

  /**
   * Sends `count` writes at once, waits for them, and in half of the cases flushes. Those of `'flushed'` are durable by a
   * flush alone.
   */
  async batch(count: number, kind: 'mixed' | 'flushed' = 'mixed'): Promise<void> {
    const { io, now, device } = this.#options;
    const writes = this.#choose(count, kind === 'mixed' ? FORCED : 0);
    const sent = now();
    for (const write of writes) this.ledger.issue(write, sent);
    // Each by itself, so that its acknowledgement is known when it comes and not when the last one does.
    const send = async (write: WriteOperation): Promise<void> => {
      const { error } = await io().one(write);
      if (error === null) this.ledger.acknowledge(write, write.durable === true, now());
      else this.#failures.push(`write of ${write.count} at ${write.sector}: ${error}`);
    };
    await Promise.all(writes.map(send));
    if (kind === 'mixed' && this.#random() < 0.5) return;
    const flushed = now();
    const { error } = await io().one({ op: 'fsync', device: device() });
    if (error === null) this.ledger.flushed(flushed, now());
    else this.#failures.push(`flush: ${error}`);
  }

  #choose(count: number, forced: number): WriteOperation[] {
    const { sectors, longest, device } = this.#options;
    const taken = new Set<number>();
    const writes: WriteOperation[] = [];
    while (writes.length < count) {
      const length = 1 + Math.floor(this.#random() * longest);
      const sector = Math.floor(this.#random() * (sectors - length));
      const places = Array.from({ length }, (_, index) => sector + index);
      if (places.some((place) => taken.has(place))) continue;
      for (const place of places) taken.add(place);
      const durable = this.#random() < forced;
      writes.push({ op: 'write', device: device(), sector, count: length, tag: ++this.#tag, durable });
    }
    return writes;
  }
}
