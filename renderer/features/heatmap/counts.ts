import type { HealthCell } from '../../../app/domain/target.ts';
import { classOf, codes, MOST_CLASSES } from './cells.ts';

/** Blocks in each state. A block may be in more than one (moved and once soft), so they need not add up. */
export interface BlockCounts {
  readonly blocks: number;
  /** Not told yet what they are; none of the other numbers has them. */
  readonly unheard: number;
  /** Read by a scan. */
  readonly read: number;
  /**
   * Neither read nor moved nor pending. Moved and pending blocks may or may not be among those that a scan came to, which
   * the health query does not tell: in a cell that was read in part this is the fewest that it can be.
   */
  readonly unread: number;
  readonly slow: number;
  readonly soft: number;
  readonly moved: number;
  readonly pending: number;
  /** Read blocks in cells of each class of the layer. */
  readonly classes: readonly number[];
  /** Read blocks in cells with nothing bad in them of which the layer cannot tell. */
  readonly unknown: number;
}

const noClasses: readonly number[] = Array.from({ length: MOST_CLASSES }, () => 0);

export const noBlocks: BlockCounts = {
  blocks: 0,
  unheard: 0,
  read: 0,
  unread: 0,
  slow: 0,
  soft: 0,
  moved: 0,
  pending: 0,
  classes: noClasses,
  unknown: 0,
};

/** Adds up cells; {@link total} gives what they come to over a range, of which nothing is known in the cells not added. */
export class Tally {
  #read = 0;
  #known = 0;
  #slow = 0;
  #soft = 0;
  #moved = 0;
  #pending = 0;
  #unknown = 0;
  readonly #classes = noClasses.slice();

  /**
   * @param blocks - blocks that the cell stands for
   * @param code - what it looks like
   */
  add(cell: HealthCell, blocks: number, code: number): void {
    this.#read += cell.scannedBlocks;
    this.#known += Math.min(blocks, cell.scannedBlocks + cell.mapped + cell.pending);
    this.#slow += cell.slow;
    this.#soft += cell.soft;
    this.#moved += cell.mapped;
    this.#pending += cell.pending;
    const ofClass = classOf(code);
    if (ofClass !== null) this.#classes[ofClass] = (this.#classes[ofClass] ?? 0) + cell.scannedBlocks;
    else if (code === codes.unknown) this.#unknown += cell.scannedBlocks;
  }

  addAll(other: Tally): void {
    this.#read += other.#read;
    this.#known += other.#known;
    this.#slow += other.#slow;
    this.#soft += other.#soft;
    this.#moved += other.#moved;
    this.#pending += other.#pending;
    this.#unknown += other.#unknown;
    other.#classes.forEach((count, at) => {
      this.#classes[at] = (this.#classes[at] ?? 0) + count;
    });
  }

  /** @param unheard - how many of the `blocks` are in cells that are still asked for */
  total(blocks: number, unheard = 0): BlockCounts {
    return {
      blocks,
      unheard,
      read: this.#read,
      unread: Math.max(0, blocks - unheard - this.#known),
      slow: this.#slow,
      soft: this.#soft,
      moved: this.#moved,
      pending: this.#pending,
      classes: this.#classes.slice(),
      unknown: this.#unknown,
    };
  }
}
