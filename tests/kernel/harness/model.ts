import type { RemapRow } from './answers.ts';

/** What a read of sectors must give. */
export type ExpectedRead = readonly number[] | 'error';

type ModelRow = Pick<RemapRow, 'block' | 'state' | 'cause' | 'residency'>;

interface BlockState {
  mapped: boolean;
  pending: boolean;
  manual: boolean;
}

/**
 * What the interface promises of a pair, sector by sector: where each sector lives, what it holds, what is bad. One
 * operation at a time; a sector that moved once stays on the spare.
 */
export class PairModel {
  readonly blockSectors: number;
  readonly sectors: number;
  readonly #content: number[];
  readonly #resident: boolean[];
  readonly #unreadable: boolean[];
  readonly #unwritable: boolean[];
  readonly #blocks: BlockState[];

  /** All sectors hold `tag` and are good. */
  constructor(sectors: number, blockSectors: number, tag: number) {
    this.sectors = sectors;
    this.blockSectors = blockSectors;
    this.#content = Array.from({ length: sectors }, () => tag);
    this.#resident = Array.from({ length: sectors }, () => false);
    this.#unreadable = Array.from({ length: sectors }, () => false);
    this.#unwritable = Array.from({ length: sectors }, () => false);
    const blocks = Math.ceil(sectors / blockSectors);
    this.#blocks = Array.from({ length: blocks }, () => ({ mapped: false, pending: false, manual: false }));
  }

  get blocks(): number {
    return this.#blocks.length;
  }

  content(sector: number): number {
    return this.#content[sector] ?? 0;
  }

  /** Makes a sector of main bad: for reads until it is written, or for both until it is cleared. */
  break(sector: number, operations: 'read' | 'both'): void {
    this.#unreadable[sector] = true;
    if (operations === 'both') this.#unwritable[sector] = true;
  }

  clearFaults(): void {
    this.#unreadable.fill(false);
    this.#unwritable.fill(false);
  }

  read(first: number, count: number): ExpectedRead {
    let failed = false;
    for (const piece of this.#pieces(first, count)) {
      const state = this.#state(piece.block);
      const bad = piece.sectors.some((sector) => !this.#isResident(sector) && this.#unreadable[sector] === true);
      failed ||= bad;
      if (bad && !state.mapped) state.pending = true;
      else if (!bad && piece.whole) state.pending = false;
    }
    return failed ? 'error' : this.#content.slice(first, first + count);
  }

  /** A write, which always succeeds: there are spare blocks. */
  write(first: number, count: number, tag: number): void {
    for (const { block, sectors } of this.#pieces(first, count)) {
      const state = this.#state(block);
      const moves = state.mapped || state.pending || sectors.some((sector) => this.#unwritable[sector] === true);
      if (moves) {
        state.mapped = true;
        state.pending = false;
      }
      for (const sector of sectors) {
        this.#content[sector] = tag;
        if (moves) this.#resident[sector] = true;
        else this.#unreadable[sector] = false;
      }
    }
  }

  /** The message `remap`. */
  move(block: number): void {
    const state = this.#state(block);
    if (!state.mapped) state.manual = true;
    state.mapped = true;
    state.pending = false;
    for (let sector = block * this.blockSectors; sector < this.#end(block); sector++) {
      if (this.#unreadable[sector] !== true) this.#resident[sector] = true;
    }
  }

  /** The answer to `remaps`, without spare blocks and times. */
  remaps(): ModelRow[] {
    return this.#blocks.flatMap(({ mapped, pending, manual }, block): ModelRow[] => {
      if (!mapped) return pending ? [{ block, state: 'pending', cause: '-', residency: 0n }] : [];
      const cause = manual ? 'manual' : 'auto';
      return [{ block, state: 'mapped', cause, residency: this.#residency(block) }];
    });
  }

  /** Blocks that are mapped but not wholly resident. */
  get partial(): number {
    return this.#blocks.filter((state, block) => state.mapped && !this.#isWhole(block)).length;
  }

  #state(block: number): BlockState {
    const state = this.#blocks[block];
    if (state === undefined) throw new RangeError(`there is no block ${String(block)}`);
    return state;
  }

  #isResident(sector: number): boolean {
    return this.#resident[sector] === true;
  }

  #end(block: number): number {
    return Math.min(this.sectors, (block + 1) * this.blockSectors);
  }

  #isWhole(block: number): boolean {
    for (let sector = block * this.blockSectors; sector < this.#end(block); sector++) {
      if (!this.#isResident(sector)) return false;
    }
    return true;
  }

  #residency(block: number): bigint {
    let mask = 0n;
    for (let sector = block * this.blockSectors; sector < this.#end(block); sector++) {
      if (this.#isResident(sector)) mask |= 1n << BigInt(sector % this.blockSectors);
    }
    return mask;
  }

  #pieces(first: number, count: number): { block: number; sectors: number[]; whole: boolean }[] {
    const pieces: { block: number; sectors: number[]; whole: boolean }[] = [];
    for (let sector = first; sector < first + count;) {
      const block = Math.floor(sector / this.blockSectors);
      const end = Math.min(first + count, this.#end(block));
      const sectors = Array.from({ length: end - sector }, (_, index) => sector + index);
      pieces.push({ block, sectors, whole: sectors.length === this.#end(block) - block * this.blockSectors });
      sector = end;
    }
    return pieces;
  }
}
