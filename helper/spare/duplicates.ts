import { TABLE_ENTRIES_PER_UNIT } from '../layout.ts';
import type { Findings } from './findings.ts';

/**
 * Which main block is mapped where, in as little memory as sorting needs: a table may hold millions, more than the
 * engine's maps can.
 */
export class MappedBlocks {
  #blocks = new Float64Array(1024);
  #spareBlocks = new Uint32Array(1024);
  #sequences = new BigUint64Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(block: number, spareBlock: number): void {
    if (this.#count === this.#blocks.length) {
      this.#blocks = grown(this.#blocks, new Float64Array(this.#count * 2));
      this.#spareBlocks = grown(this.#spareBlocks, new Uint32Array(this.#count * 2));
    }
    this.#blocks[this.#count] = block;
    this.#spareBlocks[this.#count] = spareBlock;
    this.#count += 1;
  }

  /** Notes the sequence number of a unit of the table. */
  setSequence(unit: number, sequence: bigint): void {
    while (unit >= this.#sequences.length) {
      this.#sequences = grown(this.#sequences, new BigUint64Array(this.#sequences.length * 2));
    }
    this.#sequences[unit] = sequence;
  }

  /**
   * Tells every main block that is mapped more than once, and gives the spare blocks that count as bad because a newer
   * entry holds: those of a move from one spare block to another that a power cut ended.
   */
  duplicates(findings: Findings): Set<number> {
    const superseded = new Set<number>();
    for (const [block, spareBlocks] of this.#repeated()) {
      const newest = spareBlocks.map((one) => this.#sequenceOf(one)).reduce((a, b) => (a > b ? a : b));
      const holding = spareBlocks.filter((one) => this.#sequenceOf(one) === newest);
      for (const spareBlock of spareBlocks) {
        const others = spareBlocks.filter((one) => one !== spareBlock).join(', ');
        if (this.#sequenceOf(spareBlock) < newest) {
          superseded.add(spareBlock);
          const sentence = `main block ${block} was moved away from spare block ${spareBlock} to ${holding.join(', ')}; the old one counts as bad`;
          findings.add('note', { part: 'table', code: 'moved', sentence }, { spareBlock });
        } else if (holding.length > 1) {
          const sentence = `main block ${block} is mapped to spare block ${spareBlock} and, no older, to ${others}`;
          findings.add('fatal', { part: 'table', code: 'duplicate', sentence }, { spareBlock });
        }
      }
    }
    return superseded;
  }

  #sequenceOf(spareBlock: number): bigint {
    return this.#sequences[Math.floor(spareBlock / TABLE_ENTRIES_PER_UNIT)] ?? 0n;
  }

  /** Main blocks that are there more than once, with their spare blocks. */
  #repeated(): Map<number, number[]> {
    const sorted = this.#blocks.slice(0, this.#count).sort();
    const repeated = new Map<number, number[]>();
    for (let n = 1; n < sorted.length; n += 1) {
      const block = sorted[n];
      if (block !== undefined && block === sorted[n - 1]) repeated.set(block, []);
    }
    if (repeated.size === 0) return repeated;
    for (let n = 0; n < this.#count; n += 1) {
      const spareBlock = this.#spareBlocks[n];
      if (spareBlock !== undefined) repeated.get(this.#blocks[n] ?? -1)?.push(spareBlock);
    }
    return repeated;
  }
}

function grown<T extends Float64Array | Uint32Array | BigUint64Array>(from: T, to: T): T {
  // Both are of the same type, which the compiler does not see of a union's method.
  if (from instanceof BigUint64Array && to instanceof BigUint64Array) to.set(from);
  else if (!(from instanceof BigUint64Array) && !(to instanceof BigUint64Array)) to.set(from);
  return to;
}
