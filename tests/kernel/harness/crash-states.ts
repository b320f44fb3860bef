import type { LabDisk, LogEntry, Snapshot } from '../../../lab/index.ts';
import { seededRandom } from '../../../lab/disk/random.ts';
import { SECTOR_BYTES } from './spare-format.ts';

/** One of the contents that a sector may have after a power cut. */
interface Version {
  /** The number of the request. */
  readonly request: number;
  readonly data: Buffer;
  /** When the disk said that it was written; Infinity when it had not, or said that it failed. */
  readonly answered: number;
}

/**
 * What is left of the volatile caches: nothing; everything; only what was sent last; by seed, any version of each
 * sector; or, by seed, any of the requests, each of them whole.
 */
export type Survival =
  'durable' | 'all' | 'last-request' | { readonly by: 'sector' | 'request'; readonly seed: number };

/**
 * What a disk may hold after a power cut at each instant of a recorded run. A sector that was written and then covered
 * by a flush, or written with forced unit access, is certain; of every other one any version since may be there.
 */
export class CrashReplay {
  readonly #start: Snapshot;
  readonly #entries: readonly LogEntry[];
  readonly #durable = new Map<number, Buffer>();
  readonly #open = new Map<number, Version[]>();
  /** What is still to come of the run: requests as they are sent, flushes and forced writes as they are answered. */
  #steps: { readonly at: number; readonly act: () => void }[];

  /** The disk must record data, and its log must reach back to the snapshot, which held everything written before. */
  constructor(start: Snapshot, entries: readonly LogEntry[]) {
    this.#start = start;
    this.#entries = entries;
    this.#steps = entries.flatMap((entry) => this.#stepsOf(entry)).sort((a, b) => a.at - b.at);
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** Goes on to the instant after the lab's request number `at`; instants must ascend. */
  advance(at: number): void {
    const rest = this.#steps.findIndex((step) => step.at > at);
    const due = rest < 0 ? this.#steps : this.#steps.slice(0, rest);
    this.#steps = rest < 0 ? [] : this.#steps.slice(rest);
    for (const step of due) step.act();
  }

  /** Puts one of the possible states on another disk of the same size. */
  putOn(disk: LabDisk, survival: Survival): void {
    disk.restore(this.#start);
    for (const [sector, data] of this.#durable) disk.writeSectors(sector, data);
    const choose = this.#chooser(survival);
    for (const [sector, versions] of this.#open) {
      const version = choose(versions);
      if (version !== undefined) disk.writeSectors(sector, version.data);
    }
  }

  /** Picks what survives of a sector; undefined for what is durable. */
  #chooser(survival: Survival): (versions: readonly Version[]) => Version | undefined {
    if (survival === 'durable') return () => undefined;
    if (survival === 'all') return (versions) => versions.at(-1);
    const requests = [
      ...new Set([...this.#open.values()].flatMap((versions) => versions.map(({ request }) => request))),
    ];
    if (survival === 'last-request') {
      const last = Math.max(...requests);
      return (versions) => versions.find(({ request }) => request === last);
    }
    const random = seededRandom(survival.seed);
    if (survival.by === 'sector') return (versions) => versions[Math.floor(random() * (versions.length + 1)) - 1];
    const survivors = new Set(requests.sort((x, y) => x - y).filter(() => random() < 0.5));
    return (versions) => versions.findLast(({ request }) => survivors.has(request));
  }

  #stepsOf(entry: LogEntry): { at: number; act: () => void }[] {
    const answered = entry.result === 'ok' ? entry.answered : Infinity;
    switch (entry.operation) {
      case 'read':
        return [];
      case 'flush':
        return answered === Infinity ? [] : [{ at: answered, act: () => this.#flush(entry.number) }];
      case 'write': {
        const { data } = entry;
        if (data === undefined) throw new Error(`disk ${entry.disk} does not record what is written to it`);
        const begin = { at: entry.number, act: () => this.#begin(entry, data, answered) };
        const end = { at: answered, act: () => this.#forced(entry) };
        return entry.fua && answered !== Infinity ? [begin, end] : [begin];
      }
      case 'trim':
      case 'write-zeroes':
        throw new Error(`a ${entry.operation} cannot be replayed`);
    }
  }

  #begin(entry: LogEntry, data: Buffer, answered: number): void {
    for (let offset = 0; offset < data.length; offset += SECTOR_BYTES) {
      const sector = entry.sector + offset / SECTOR_BYTES;
      const versions = this.#open.get(sector) ?? [];
      versions.push({ request: entry.number, data: data.subarray(offset, offset + SECTOR_BYTES), answered });
      this.#open.set(sector, versions);
    }
  }

  /** A flush that was sent at `sent` is answered: what was answered before it was sent is certain. */
  #flush(sent: number): void {
    for (const sector of [...this.#open.keys()]) this.#settle(sector, (version) => version.answered <= sent);
  }

  #forced({ number, sector: first, count }: LogEntry): void {
    for (let sector = first; sector < first + count; sector++) {
      this.#settle(sector, (version) => version.request === number);
    }
  }

  /** The last version that is certain takes the place of all before it. */
  #settle(sector: number, isCertain: (version: Version) => boolean): void {
    const versions = this.#open.get(sector) ?? [];
    const last = versions.findLastIndex(isCertain);
    const certain = versions[last];
    if (certain === undefined) return;
    this.#durable.set(sector, certain.data);
    const rest = versions.slice(last + 1);
    if (rest.length > 0) this.#open.set(sector, rest);
    else this.#open.delete(sector);
  }
}
