/** A write under way or done: which sectors, and what they hold afterwards. */
interface IssuedWrite {
  readonly tag: number;
  /** When it was sent, in the count of requests of the lab's disks. */
  readonly issued: number;
  /** When it was known to be done; Infinity while it was not. */
  done: number;
  /** From when on it is owed, whatever happens; Infinity while it is not. */
  owed: number;
}

export interface BrokenPromise {
  readonly sector: number;
  readonly found: number;
  /** What would have been right. */
  readonly allowed: readonly number[];
}

/**
 * What a device owes its writer, kept outside the machine: for each sector the writes that were sent, with the instants
 * at which they were acknowledged and at which they became durable. Writes of one sector must not overlap in time, and
 * every write carries a tag of its own.
 */
export class WriteLedger {
  readonly #writes = new Map<number, IssuedWrite[]>();
  readonly #before: number;

  /** `before` is the tag that every sector holds at the start. */
  constructor(before: number) {
    this.#before = before;
  }

  /** Call before the write is sent. */
  issue(write: { sector: number; count: number; tag: number }, now: number): void {
    for (let sector = write.sector; sector < write.sector + write.count; sector++) {
      const writes = this.#writes.get(sector) ?? [];
      writes.push({ tag: write.tag, issued: now, done: Infinity, owed: Infinity });
      this.#writes.set(sector, writes);
    }
  }

  /** The write was acknowledged; `durable` when that alone makes it owed. */
  acknowledge(write: { sector: number; count: number; tag: number }, durable: boolean, now: number): void {
    for (let sector = write.sector; sector < write.sector + write.count; sector++) {
      for (const found of this.#writes.get(sector) ?? []) {
        if (found.tag !== write.tag) continue;
        found.done = now;
        if (durable) found.owed = now;
      }
    }
  }

  /**
   * Sectors of a write that was under way from `from` to `to`, if there was one: from its acknowledgement on they are
   * owed. Returns how many sectors that were.
   */
  owe(first: number, count: number, from: number, to: number): number {
    let owed = 0;
    for (let sector = first; sector < first + count; sector++) {
      for (const write of this.#writes.get(sector) ?? []) {
        if (write.issued > from || write.done < to || write.done === Infinity) continue;
        write.owed = Math.min(write.owed, write.done);
        owed += 1;
      }
    }
    return owed;
  }

  /** A flush that was sent at `sent` was acknowledged: every write that was done by then is owed. */
  flushed(sent: number, now: number): void {
    for (const writes of this.#writes.values()) {
      for (const write of writes) if (write.done <= sent) write.owed = Math.min(write.owed, now);
    }
  }

  /** After a power cut and a look at what is there: what was found is what later looks must find. */
  settle(first: number, found: readonly number[], now: number): void {
    found.forEach((tag, index) => {
      this.#writes.set(first + index, [{ tag, issued: now, done: now, owed: now }]);
    });
  }

  /** The sectors that broke their promise after a power cut at the instant `cut`. */
  judge(first: number, found: readonly number[], cut: number): BrokenPromise[] {
    return found.flatMap((tag, index) => {
      const sector = first + index;
      const allowed = this.#allowed(sector, cut);
      return allowed.includes(tag) ? [] : [{ sector, found: tag, allowed }];
    });
  }

  #allowed(sector: number, cut: number): number[] {
    const sent = (this.#writes.get(sector) ?? []).filter((write) => write.issued <= cut);
    const last = sent.findLastIndex((write) => write.owed <= cut);
    const since = sent.slice(Math.max(last, 0)).map(({ tag }) => tag);
    return last < 0 ? [this.#before, ...since] : since;
  }
}
