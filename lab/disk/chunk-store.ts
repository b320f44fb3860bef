const CHUNK_BYTES = 64 * 1024;

interface Chunk {
  readonly data: Buffer;
  /** The store's epoch when this chunk became its own; older ones are shared with a snapshot. */
  readonly epoch: number;
}

/** The bytes of a disk at an instant, as `ChunkStore.snapshot` took them. */
export interface Snapshot {
  readonly bytes: number;
  readonly chunks: ReadonlyMap<number, Chunk>;
}

/**
 * The stored bytes of a disk, held in memory; only what was written takes room. A snapshot shares its memory with the
 * store until either changes, so that it costs little and can be taken at each step of a crash test.
 */
export class ChunkStore {
  readonly bytes: number;
  #chunks = new Map<number, Chunk>();
  #epoch = 0;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  read(offset: number, length: number): Buffer {
    const result = Buffer.alloc(length);
    this.#eachChunk(offset, length, (index, from, count, done) => {
      this.#chunks.get(index)?.data.copy(result, done, from, from + count);
    });
    return result;
  }

  write(offset: number, data: Uint8Array): void {
    this.#eachChunk(offset, data.length, (index, from, count, done) => {
      this.#own(index).set(data.subarray(done, done + count), from);
    });
  }

  zero(offset: number, length: number): void {
    this.#eachChunk(offset, length, (index, from, count) => {
      if (count === CHUNK_BYTES) this.#chunks.delete(index);
      else if (this.#chunks.has(index)) this.#own(index).fill(0, from, from + count);
    });
  }

  snapshot(): Snapshot {
    this.#epoch += 1;
    return { bytes: this.bytes, chunks: new Map(this.#chunks) };
  }

  restore(snapshot: Snapshot): void {
    if (snapshot.bytes !== this.bytes) throw new RangeError('the snapshot is of a disk of another size');
    this.#epoch += 1;
    this.#chunks = new Map(snapshot.chunks);
  }

  #own(index: number): Buffer {
    const chunk = this.#chunks.get(index);
    if (chunk?.epoch === this.#epoch) return chunk.data;
    const data = chunk === undefined ? Buffer.alloc(CHUNK_BYTES) : Buffer.from(chunk.data);
    this.#chunks.set(index, { data, epoch: this.#epoch });
    return data;
  }

  #eachChunk(
    offset: number,
    length: number,
    visit: (index: number, from: number, count: number, done: number) => void,
  ): void {
    if (offset < 0 || length < 0 || offset + length > this.bytes) {
      throw new RangeError(`bytes ${String(offset)} to ${String(offset + length)} are not on the disk`);
    }
    for (let done = 0; done < length;) {
      const position = offset + done;
      const from = position % CHUNK_BYTES;
      const count = Math.min(CHUNK_BYTES - from, length - done);
      visit(Math.floor(position / CHUNK_BYTES), from, count, done);
      done += count;
    }
  }
}
