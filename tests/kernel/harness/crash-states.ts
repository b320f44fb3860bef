import type { LabDisk, LogEntry, SectorRange, Snapshot } from '../../../lab/index.ts';
import { ChunkStore } from '../../../lab/disk/chunk-store.ts';
import { seededRandom } from '../../../lab/disk/random.ts';
import { SECTOR_BYTES } from './spare-format.ts';
import type { SectorStore } from './spare-image.ts';

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
 * sector; by seed, any of the requests, each of them whole; one request, by its number, and nothing else; everything
 * but one request; or of one request, by seed, some of its sectors, and nothing else.
 */
export type Survival =
  | 'durable'
  | 'all'
  | 'last-request'
  | { readonly by: 'sector' | 'request'; readonly seed: number }
  | { readonly by: 'only' | 'without'; readonly request: number }
  | { readonly by: 'torn'; readonly request: number; readonly seed: number };

/** A request whose sectors are not all certain yet. */
export interface PendingRequest {
  readonly request: number;
  /** Its sectors of which it is not certain what they hold. */
  readonly sectors: number;
}

/** What a disk holds after a power cut. Good until the replay it came from is advanced. */
class CrashedDisk implements SectorStore {
  readonly bytes: number;
  readonly #sector: (sector: number) => Buffer;
  readonly #written = new Map<number, Buffer>();

  constructor(bytes: number, sector: (sector: number) => Buffer) {
    this.bytes = bytes;
    this.#sector = sector;
  }

  readSectors({ first, count }: SectorRange): Buffer {
    return Buffer.concat(Array.from({ length: count }, (_, index) => this.sector(first + index)));
  }

  writeSectors(first: number, data: Uint8Array): void {
    for (let offset = 0; offset < data.length; offset += SECTOR_BYTES) {
      this.#written.set(first + offset / SECTOR_BYTES, Buffer.from(data.subarray(offset, offset + SECTOR_BYTES)));
    }
  }

  /** One sector; the same contents come as the same buffer as far as the replay knows. */
  sector(sector: number): Buffer {
    return this.#written.get(sector) ?? this.#sector(sector);
  }
}
export type { CrashedDisk };

/**
 * What a disk may hold after a power cut at each instant of a recorded run. A sector that was written and then covered
 * by a flush, or written with forced unit access, is certain; of every other one any version since may be there.
 */
export class CrashReplay {
  readonly #start: Snapshot;
  readonly #entries: readonly LogEntry[];
  readonly #durable = new Map<number, Buffer>();
  readonly #open = new Map<number, Version[]>();
  /** Requests as they are sent, flushes and forced writes as they are answered. */
  readonly #steps: readonly { readonly at: number; readonly act: () => void }[];
  /** How many of the steps were taken. */
  #taken = 0;
  readonly #before: ChunkStore;
  readonly #beforeSectors = new Map<number, Buffer>();

  /** The disk must record data, and its log must reach back to the snapshot, which held everything written before. */
  constructor(start: Snapshot, entries: readonly LogEntry[]) {
    this.#start = start;
    this.#entries = entries;
    this.#before = new ChunkStore(start.bytes);
    this.#before.restore(start);
    this.#steps = entries.flatMap((entry) => this.#stepsOf(entry)).sort((a, b) => a.at - b.at);
  }

  get bytes(): number {
    return this.#start.bytes;
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** The instants at which something happened that changes what a power cut may leave, ascending. */
  get instants(): readonly number[] {
    return this.#steps.map(({ at }) => at);
  }

  /** Goes on to the instant after the lab's request number `at`; instants must ascend. */
  advance(at: number): void {
    for (let step = this.#steps[this.#taken]; step !== undefined && step.at <= at; step = this.#steps[this.#taken]) {
      step.act();
      this.#taken += 1;
    }
  }

  /** The writes of which something is not certain, ascending. */
  pending(): PendingRequest[] {
    const sectors = new Map<number, number>();
    for (const versions of this.#open.values()) {
      for (const { request } of versions) sectors.set(request, (sectors.get(request) ?? 0) + 1);
    }
    return [...sectors].map(([request, count]) => ({ request, sectors: count })).sort((a, b) => a.request - b.request);
  }

  /** One of the possible states. */
  state(survival: Survival): CrashedDisk {
    const survivors = this.#survivors(survival);
    return new CrashedDisk(
      this.#start.bytes,
      (sector) => survivors.get(sector) ?? this.#durable.get(sector) ?? this.#sectorBefore(sector),
    );
  }

  /** Puts one of the possible states on another disk of the same size. */
  putOn(disk: LabDisk, survival: Survival): void {
    disk.restore(this.#start);
    for (const [sector, data] of this.#durable) disk.writeSectors(sector, data);
    for (const [sector, data] of this.#survivors(survival)) disk.writeSectors(sector, data);
  }

  #sectorBefore(sector: number): Buffer {
    const known = this.#beforeSectors.get(sector);
    if (known !== undefined) return known;
    const data = this.#before.read(sector * SECTOR_BYTES, SECTOR_BYTES);
    this.#beforeSectors.set(sector, data);
    return data;
  }

  /** What survives of the sectors that are not certain. */
  #survivors(survival: Survival): Map<number, Buffer> {
    const choose = this.#chooser(survival);
    const survivors = new Map<number, Buffer>();
    for (const [sector, versions] of this.#open) {
      const version = choose(versions);
      if (version !== undefined) survivors.set(sector, version.data);
    }
    return survivors;
  }

  /** Picks what survives of a sector; undefined for what is durable. */
  #chooser(survival: Survival): (versions: readonly Version[]) => Version | undefined {
    if (survival === 'durable') return () => undefined;
    if (survival === 'all') return (versions) => versions.at(-1);
    if (survival === 'last-request') {
      const last = this.pending().at(-1)?.request;
      return (versions) => versions.find(({ request }) => request === last);
    }
    switch (survival.by) {
      case 'only':
        return (versions) => versions.find(({ request }) => request === survival.request);
      case 'without':
        return (versions) => versions.findLast(({ request }) => request !== survival.request);
      case 'torn': {
        const random = seededRandom(survival.seed);
        return (versions) => versions.find(({ request }) => request === survival.request && random() < 0.5);
      }
      case 'sector': {
        const random = seededRandom(survival.seed);
        return (versions) => versions[Math.floor(random() * (versions.length + 1)) - 1];
      }
      case 'request': {
        const random = seededRandom(survival.seed);
        const survivors = new Set(this.pending().flatMap(({ request }) => (random() < 0.5 ? [request] : [])));
        return (versions) => versions.findLast(({ request }) => survivors.has(request));
      }
    }
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
