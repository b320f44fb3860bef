import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { NbdExport, Outcome } from '../nbd/server.ts';
import { ChunkStore, type Snapshot } from './chunk-store.ts';
import { FaultTable, type Operation } from './faults.ts';
import type { DiskSettings } from './options.ts';
import { SECTOR_BYTES, type SectorRange } from './ranges.ts';
import { RequestLog, type LoggedOperation, type RequestClock } from './request-log.ts';
import { WriteCache, type PowerLoss } from './write-cache.ts';

/** What a disk has done since the lab began. */
export interface DiskStats {
  readonly reads: number;
  readonly writes: number;
  readonly fuaWrites: number;
  readonly flushes: number;
  readonly trims: number;
  readonly failedReads: number;
  readonly failedWrites: number;
  readonly sectorsRead: number;
  readonly sectorsWritten: number;
  /** Sectors in the volatile write cache whose newest contents are not on the medium. */
  readonly dirtySectors: number;
}

type Counters = { -readonly [key in keyof Omit<DiskStats, 'dirtySectors'>]: number };

interface Request {
  readonly operation: Operation;
  readonly logged: LoggedOperation;
  readonly range: SectorRange;
  readonly fua?: boolean;
  readonly data?: Buffer;
}

/**
 * A disk of the lab: bytes, a volatile write cache, faults, a log, counters. The machine reaches it over NBD; the host
 * reads and writes it directly, which meets no faults and is neither logged nor counted.
 */
export class LabDisk implements NbdExport {
  readonly settings: DiskSettings;
  readonly faults: FaultTable;
  readonly log: RequestLog;
  readonly #store: ChunkStore;
  readonly #cache: WriteCache;
  readonly #counters: Counters = {
    reads: 0,
    writes: 0,
    fuaWrites: 0,
    flushes: 0,
    trims: 0,
    failedReads: 0,
    failedWrites: 0,
    sectorsRead: 0,
    sectorsWritten: 0,
  };
  /** Counts power cuts, so that a request of before a cut does nothing after it. */
  #powerCycle = 0;

  constructor(settings: DiskSettings, clock: RequestClock) {
    this.settings = settings;
    this.faults = new FaultTable(settings.bytes / SECTOR_BYTES, { counted: settings.medium === 'nbd' });
    this.log = new RequestLog(clock, settings.name, { limit: settings.logLimit, recordData: settings.recordData });
    this.#store = new ChunkStore(settings.bytes);
    this.#cache = new WriteCache(this.#store, settings.writeCacheBytes);
  }

  get name(): string {
    return this.settings.name;
  }

  get bytes(): number {
    return this.settings.bytes;
  }

  get readOnly(): boolean {
    return this.settings.readOnly;
  }

  get logicalBlockBytes(): number {
    return this.settings.logicalBlockBytes;
  }

  get stats(): DiskStats {
    return { ...this.#counters, dirtySectors: this.#cache.dirtySectors };
  }

  /** The sectors as the machine would read them, without faults. */
  readSectors({ first, count }: SectorRange): Buffer {
    return this.#cache.read(first * SECTOR_BYTES, count * SECTOR_BYTES);
  }

  /** Puts whole sectors on the medium; for preparing a disk, or damaging one. */
  writeSectors(first: number, data: Uint8Array): void {
    if (data.length % SECTOR_BYTES !== 0) throw new RangeError('only whole sectors can be written');
    this.#cache.write(first * SECTOR_BYTES, Buffer.from(data), true);
  }

  /** SHA-256 of the sectors as the machine would read them, in hexadecimal; the whole disk by default. */
  hash(range: SectorRange = { first: 0, count: this.bytes / SECTOR_BYTES }): string {
    const hash = createHash('sha256');
    const step = 2048;
    for (let done = 0; done < range.count; done += step) {
      hash.update(this.readSectors({ first: range.first + done, count: Math.min(step, range.count - done) }));
    }
    return hash.digest('hex');
  }

  /** What is on the medium; the write cache is left out. */
  snapshot(): Snapshot {
    return this.#store.snapshot();
  }

  /** Puts the medium back as it was and empties the write cache. For a machine that is stopped. */
  restore(snapshot: Snapshot): void {
    this.#cache.cutPower('all');
    this.#store.restore(snapshot);
  }

  /** Ends all requests unanswered and loses what the cache held. The machine must not be running. */
  cutPower(loss: PowerLoss): void {
    this.#powerCycle += 1;
    this.#cache.cutPower(loss);
  }

  read(offset: number, length: number): Promise<Outcome | undefined> {
    const range = rangeOf(offset, length);
    return this.#perform({ operation: 'read', logged: 'read', range }, (badSector) => {
      this.#counters.reads += 1;
      this.#counters.sectorsRead += range.count;
      if (badSector === undefined) return { data: this.#cache.read(offset, length) };
      this.#counters.failedReads += 1;
      return { error: 'EIO' };
    });
  }

  write(offset: number, data: Buffer, fua: boolean): Promise<Outcome | undefined> {
    const range = rangeOf(offset, data.length);
    return this.#perform({ operation: 'write', logged: 'write', range, fua, data }, (badSector) =>
      this.#storeUpTo(range, fua, badSector, (bytes) => {
        this.#cache.write(offset, data.subarray(0, bytes), fua);
      }),
    );
  }

  writeZeroes(offset: number, length: number, fua: boolean): Promise<Outcome | undefined> {
    const range = rangeOf(offset, length);
    return this.#perform({ operation: 'write', logged: 'write-zeroes', range, fua }, (badSector) =>
      this.#storeUpTo(range, fua, badSector, (bytes) => {
        this.#cache.write(offset, Buffer.alloc(bytes), fua);
      }),
    );
  }

  trim(offset: number, length: number): Promise<Outcome | undefined> {
    const range = rangeOf(offset, length);
    return this.#perform({ operation: 'write', logged: 'trim', range }, (badSector) => {
      this.#counters.trims += 1;
      if (badSector !== undefined) return { error: 'EIO' };
      this.#cache.discard(offset, length);
      this.#store.zero(offset, length);
      return {};
    });
  }

  flush(): Promise<Outcome | undefined> {
    return this.#perform({ operation: 'flush', logged: 'flush', range: { first: 0, count: 0 } }, (badSector) => {
      this.#counters.flushes += 1;
      if (badSector !== undefined) return { error: 'EIO' };
      this.#cache.flush();
      return {};
    });
  }

  /** Stores up to the first bad sector, as a drive does that meets it on its way. */
  #storeUpTo(range: SectorRange, fua: boolean, badSector: number | undefined, store: (bytes: number) => void): Outcome {
    const count = badSector === undefined ? range.count : badSector - range.first;
    this.#counters.writes += 1;
    this.#counters.sectorsWritten += count;
    if (fua) this.#counters.fuaWrites += 1;
    if (count > 0) store(count * SECTOR_BYTES);
    this.faults.written({ first: range.first, count });
    if (badSector === undefined) return {};
    this.#counters.failedWrites += 1;
    return { error: 'EIO' };
  }

  async #perform(request: Request, act: (badSector: number | undefined) => Outcome): Promise<Outcome | undefined> {
    const cycle = this.#powerCycle;
    const options = { fua: request.fua ?? false, ...(request.data === undefined ? {} : { data: request.data }) };
    const finish = this.log.begin(request.logged, request.range.first, request.range.count, options);
    const { badSector, delayMs, held } = this.faults.judge(request.operation, request.range);
    if (held !== undefined) await held;
    if (delayMs > 0) await delay(delayMs);
    if (cycle !== this.#powerCycle) {
      finish('lost');
      return undefined;
    }
    const outcome = act(badSector);
    finish(outcome.error === undefined ? 'ok' : 'failed');
    return outcome;
  }
}

function rangeOf(offset: number, length: number): SectorRange {
  return { first: offset / SECTOR_BYTES, count: length / SECTOR_BYTES };
}
