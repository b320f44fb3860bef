import type { RemapRow } from '../../../app/domain/target.ts';

const PENDING = 1;
const causes = [null, 'auto', 'manual', 'proactive'] as const;
const NO_SPARE_BLOCK = -1;
const SMALLEST_CAPACITY = 256;
const popcount8 = Uint8Array.from({ length: 256 }, (_, value) => value.toString(2).replaceAll('0', '').length);

/** Columns of the table, one entry a row. Block numbers may pass 2^32, so they are kept as doubles, which are exact. */
interface Columns {
  readonly block: Float64Array;
  readonly spareBlock: Float64Array;
  readonly seconds: Float64Array;
  /** Bit 0: pending. Bits 1 and up: index into `causes`. */
  readonly flags: Uint8Array;
  /** `maskWords` words a row, lowest sectors first. */
  readonly masks: Uint32Array;
}

/** Rows `start` to `end` (not included) of `used` make place for `count` rows. */
interface Gap {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly used: number;
}

/** Moves the rows around the gap from one column, `width` entries a row, to another or within it. */
function moveRows<T extends Float64Array | Uint8Array | Uint32Array>(from: T, to: T, width: number, gap: Gap): void {
  const after = (gap.start + gap.count) * width;
  if (from === to) {
    from.copyWithin(after, gap.end * width, gap.used * width);
    return;
  }
  to.set(from.subarray(0, gap.start * width));
  to.set(from.subarray(gap.end * width, gap.used * width), after);
}

/**
 * A device's remap table as columns of numbers, ascending by block: 25 bytes a row and 4 more for every 32 sectors of a
 * block, so that a million rows of 4 KiB blocks take 29 MB.
 */
export class RemapTable {
  readonly blockSectors: number;
  readonly #maskWords: number;
  readonly #maskDigits: number;
  #columns: Columns;
  #length = 0;

  /** @param blockSectors - sectors in a block, 1 to 128 */
  constructor(blockSectors: number) {
    this.blockSectors = blockSectors;
    this.#maskWords = Math.ceil(blockSectors / 32);
    this.#maskDigits = this.#maskWords * 8;
    this.#columns = this.#allocate(SMALLEST_CAPACITY);
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes that the columns take, the room for growing counted. */
  get byteLength(): number {
    const { block, spareBlock, seconds, flags, masks } = this.#columns;
    return block.byteLength + spareBlock.byteLength + seconds.byteLength + flags.byteLength + masks.byteLength;
  }

  /** Index of the first row at or after `block`; `length` when there is none. */
  firstAtOrAfter(block: number): number {
    const blocks = this.#columns.block;
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((blocks[middle] ?? Number.POSITIVE_INFINITY) < block) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Makes `rows` everything that the table holds from block `from` to block `to`, both included.
   *
   * @param rows - ascending by block, all within the range
   * @returns whether anything is different now
   */
  replaceRange(from: number, to: number, rows: readonly RemapRow[]): boolean {
    const start = this.firstAtOrAfter(from);
    const end = this.firstAtOrAfter(to + 1);
    const same = end - start === rows.length && rows.every((row, offset) => this.#holds(start + offset, row));
    if (same) return false;
    this.#resizeGap(start, end, rows.length);
    rows.forEach((row, offset) => this.#set(start + offset, row));
    return true;
  }

  row(index: number): RemapRow {
    const { block, spareBlock, seconds, flags } = this.#columns;
    const flag = flags[index];
    if (index >= this.#length || flag === undefined) throw new RangeError(`no row ${index} of ${this.#length}`);
    const spare = spareBlock[index] ?? NO_SPARE_BLOCK;
    return {
      block: block[index] ?? 0,
      spareBlock: spare === NO_SPARE_BLOCK ? null : spare,
      state: (flag & PENDING) === 0 ? 'mapped' : 'pending',
      cause: causes[flag >> 1] ?? null,
      residency: this.#maskText(index),
      seconds: seconds[index] ?? 0,
    };
  }

  block(index: number): number {
    return this.#columns.block[index] ?? 0;
  }

  /** null of a pending row that owns no spare block. */
  spareBlock(index: number): number | null {
    const spare = this.#columns.spareBlock[index] ?? NO_SPARE_BLOCK;
    return spare === NO_SPARE_BLOCK ? null : spare;
  }

  seconds(index: number): number {
    return this.#columns.seconds[index] ?? 0;
  }

  isPending(index: number): boolean {
    return ((this.#columns.flags[index] ?? 0) & PENDING) !== 0;
  }

  cause(index: number): RemapRow['cause'] {
    return causes[(this.#columns.flags[index] ?? 0) >> 1] ?? null;
  }

  /** Sectors of the block that live on the spare. */
  residentSectors(index: number): number {
    let count = 0;
    for (let word = 0; word < this.#maskWords; word += 1) {
      const bits = this.#columns.masks[index * this.#maskWords + word] ?? 0;
      for (let shift = 0; shift < 32; shift += 8) count += popcount8[(bits >>> shift) & 0xff] ?? 0;
    }
    return count;
  }

  #allocate(capacity: number): Columns {
    return {
      block: new Float64Array(capacity),
      spareBlock: new Float64Array(capacity),
      seconds: new Float64Array(capacity),
      flags: new Uint8Array(capacity),
      masks: new Uint32Array(capacity * this.#maskWords),
    };
  }

  /** Makes rows `start` to `end` (not included) room for `count` rows; what the room holds is undefined. */
  #resizeGap(start: number, end: number, count: number): void {
    const length = this.#length + count - (end - start);
    const old = this.#columns;
    const capacity = old.block.length;
    const fits = length <= capacity && (length > capacity / 4 || capacity === SMALLEST_CAPACITY);
    // A quarter more than needed: appending page after page then copies each row a few times only.
    const next = fits ? old : this.#allocate(Math.max(SMALLEST_CAPACITY, Math.ceil(length * 1.25)));
    const gap = { start, end, count, used: this.#length };
    moveRows(old.block, next.block, 1, gap);
    moveRows(old.spareBlock, next.spareBlock, 1, gap);
    moveRows(old.seconds, next.seconds, 1, gap);
    moveRows(old.flags, next.flags, 1, gap);
    moveRows(old.masks, next.masks, this.#maskWords, gap);
    this.#columns = next;
    this.#length = length;
  }

  #set(index: number, row: RemapRow): void {
    const { block, spareBlock, seconds, flags, masks } = this.#columns;
    block[index] = row.block;
    spareBlock[index] = row.spareBlock ?? NO_SPARE_BLOCK;
    seconds[index] = row.seconds;
    flags[index] = (row.state === 'pending' ? PENDING : 0) | (causes.indexOf(row.cause) << 1);
    const digits = row.residency.padStart(this.#maskDigits, '0');
    for (let word = 0; word < this.#maskWords; word += 1) {
      const end = digits.length - word * 8;
      masks[index * this.#maskWords + word] = parseInt(digits.slice(end - 8, end), 16);
    }
  }

  #holds(index: number, row: RemapRow): boolean {
    const { block, spareBlock, seconds, flags } = this.#columns;
    return (
      block[index] === row.block &&
      spareBlock[index] === (row.spareBlock ?? NO_SPARE_BLOCK) &&
      seconds[index] === row.seconds &&
      flags[index] === ((row.state === 'pending' ? PENDING : 0) | (causes.indexOf(row.cause) << 1)) &&
      this.#maskText(index) === row.residency
    );
  }

  /** Hexadecimal without leading zeroes, as the target prints it. */
  #maskText(index: number): string {
    let text = '';
    for (let word = this.#maskWords - 1; word >= 0; word -= 1) {
      const bits = this.#columns.masks[index * this.#maskWords + word] ?? 0;
      text += text === '' ? (bits === 0 ? '' : bits.toString(16)) : bits.toString(16).padStart(8, '0');
    }
    return text === '' ? '0' : text;
  }
}
