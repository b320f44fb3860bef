/** Collects the chunks of a stream and hands them out in pieces of a wanted length, copying each byte at most once. */
export class ByteQueue {
  #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The next `length` bytes, or undefined when fewer have come. */
  take(length: number): Buffer | undefined {
    if (this.#length < length) return undefined;
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= length) {
      this.#length -= length;
      if (first.length === length) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    const joined = Buffer.concat(this.#chunks, this.#length);
    this.#chunks = length < joined.length ? [joined.subarray(length)] : [];
    this.#length = joined.length - length;
    return joined.subarray(0, length);
  }
}
