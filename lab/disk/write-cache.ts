import type { ChunkStore } from './chunk-store.ts';
import { SECTOR_BYTES } from './ranges.ts';
import { seededRandom } from './random.ts';

/** What a power cut takes from a volatile write cache: everything, nothing, or a random part of it by seed. */
export type PowerLoss = 'all' | 'none' | { readonly seed: number };

interface CachedWrite {
  readonly first: number;
  readonly data: Buffer;
}

/**
 * The volatile write cache of a disk over its stored bytes. Writes are held back until a flush; reads see them. At a
 * power cut each held sector of each write may or may not have reached the medium, in any order, as on a real disk.
 */
export class WriteCache {
  readonly #store: ChunkStore;
  readonly #limitBytes: number;
  /** Held writes, oldest first. */
  #held: CachedWrite[] = [];
  /** The held writes that each sector still waits for, oldest first. */
  readonly #waiting = new Map<number, CachedWrite[]>();
  #heldBytes = 0;

  /** With a limit of 0 bytes the disk is write-through. Beyond the limit the oldest writes go to the medium. */
  constructor(store: ChunkStore, limitBytes: number) {
    this.#store = store;
    this.#limitBytes = limitBytes;
  }

  /** Sectors whose newest contents are not on the medium. */
  get dirtySectors(): number {
    return this.#waiting.size;
  }

  read(offset: number, length: number): Buffer {
    const result = this.#store.read(offset, length);
    if (this.#waiting.size === 0) return result;
    const first = offset / SECTOR_BYTES;
    for (let index = 0; index * SECTOR_BYTES < length; index++) {
      const write = this.#waiting.get(first + index)?.at(-1);
      if (write !== undefined) sectorOf(write, first + index).copy(result, index * SECTOR_BYTES);
    }
    return result;
  }

  /** Takes a write; a durable one (FUA) is on the medium when this returns. */
  write(offset: number, data: Buffer, durable: boolean): void {
    const first = offset / SECTOR_BYTES;
    const count = data.length / SECTOR_BYTES;
    if (durable || this.#limitBytes === 0) {
      this.#store.write(offset, data);
      // Older held writes of the same sectors must not overwrite this one later.
      this.discard(offset, data.length);
      return;
    }
    const write: CachedWrite = { first, data };
    this.#held.push(write);
    this.#heldBytes += data.length;
    for (let sector = first; sector < first + count; sector++) {
      const waiting = this.#waiting.get(sector);
      if (waiting === undefined) this.#waiting.set(sector, [write]);
      else waiting.push(write);
    }
    while (this.#heldBytes > this.#limitBytes) this.#evict();
  }

  flush(): void {
    for (const write of this.#held) this.#persist(write);
    this.#clear();
  }

  /** Loses what `loss` says; the rest reaches the medium. The cache is empty afterwards. */
  cutPower(loss: PowerLoss): void {
    if (loss === 'none') {
      this.flush();
      return;
    }
    if (loss !== 'all') {
      const random = seededRandom(loss.seed);
      for (const write of this.#held) {
        for (const sector of this.#sectorsOf(write)) {
          if (random() < 0.5) this.#store.write(sector * SECTOR_BYTES, sectorOf(write, sector));
        }
      }
    }
    this.#clear();
  }

  /** Drops held contents of the range: they were trimmed, or replaced on the medium. */
  discard(offset: number, length: number): void {
    if (this.#waiting.size === 0) return;
    const first = offset / SECTOR_BYTES;
    const end = first + length / SECTOR_BYTES;
    if (end - first < this.#waiting.size) {
      for (let sector = first; sector < end; sector++) this.#waiting.delete(sector);
      return;
    }
    for (const sector of [...this.#waiting.keys()]) {
      if (sector >= first && sector < end) this.#waiting.delete(sector);
    }
  }

  #evict(): void {
    const write = this.#held.shift();
    if (write === undefined) return;
    this.#heldBytes -= write.data.length;
    this.#persist(write);
  }

  #persist(write: CachedWrite): void {
    for (const sector of this.#sectorsOf(write)) {
      this.#store.write(sector * SECTOR_BYTES, sectorOf(write, sector));
      const waiting = this.#waiting.get(sector)?.filter((other) => other !== write) ?? [];
      if (waiting.length > 0) this.#waiting.set(sector, waiting);
      else this.#waiting.delete(sector);
    }
  }

  /** The sectors of a held write that have not been made durable or trimmed since. */
  #sectorsOf(write: CachedWrite): number[] {
    const sectors: number[] = [];
    for (let sector = write.first; sector < write.first + write.data.length / SECTOR_BYTES; sector++) {
      if (this.#waiting.get(sector)?.includes(write) === true) sectors.push(sector);
    }
    return sectors;
  }

  #clear(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#waiting.clear();
  }
}

function sectorOf(write: CachedWrite, sector: number): Buffer {
  const start = (sector - write.first) * SECTOR_BYTES;
  return write.data.subarray(start, start + SECTOR_BYTES);
}
