import type { HealthCell } from '../../../app/domain/target.ts';
import type { BlockState } from '../../design/StateMark.tsx';

/** Upper limits of the classes of average read time, in milliseconds; the last class is open. */
export const LATENCY_LIMITS_MS = [3, 10, 50, 150] as const;
export const LATENCY_CLASSES = LATENCY_LIMITS_MS.length + 1;

/**
 * What one cell looks like, in a byte, so that a million of them are cheap to keep and to draw:
 * 0 not read yet; 1-15 good, latency class times how much of the cell was read (a little, some, all); then the states
 * that want a mark. {@link DIMMED} is added when another legend entry is picked out.
 */
export const codes = {
  unread: 0,
  good: 1,
  slow: 16,
  soft: 17,
  moved: 18,
  partial: 19,
  pending: 20,
  loading: 21,
} as const;
export const CODE_COUNT = 22;
export const DIMMED = 32;
/** How much of a good cell was read: up to a third, more, all of it. */
export const COVERAGES = 3;

export function latencyClass(averageUs: number): number {
  const at = LATENCY_LIMITS_MS.findIndex((limit) => averageUs < limit * 1000);
  return at === -1 ? LATENCY_LIMITS_MS.length : at;
}

function coverage(scanned: number, blocks: number): number {
  if (scanned >= blocks) return COVERAGES;
  return scanned * 3 > blocks ? 2 : 1;
}

/**
 * The code of a cell: the worst state in it wins. Order, worst first: pending, moved in part, moved, soft, slow, good.
 * A cell without anything to tell was not read and never looks good.
 *
 * @param blocks - blocks that the cell stands for
 * @param partial - whether some block in it is moved only in part, which the health query does not tell
 */
export function cellCode(cell: HealthCell | undefined, blocks: number, partial = false): number {
  if (cell === undefined) return partial ? codes.partial : codes.unread;
  if (cell.pending > 0) return codes.pending;
  if (partial) return codes.partial;
  if (cell.mapped > 0) return codes.moved;
  if (cell.soft > 0) return codes.soft;
  if (cell.slow > 0) return codes.slow;
  if (cell.scannedBlocks === 0) return codes.unread;
  return codes.good + latencyClass(cell.averageLatencyUs) * COVERAGES + coverage(cell.scannedBlocks, blocks) - 1;
}

/** What can be picked in the legend: a measured state, or what is predicted over any of them. */
export type Picked = BlockState | 'predicted';

/** null while the cell is not known yet. */
export function stateOf(code: number): BlockState | null {
  const bare = code & ~DIMMED;
  switch (bare) {
    case codes.unread:
      return 'unread';
    case codes.slow:
      return 'slow';
    case codes.soft:
      return 'soft';
    case codes.moved:
      return 'moved';
    case codes.partial:
      return 'partial';
    case codes.pending:
      return 'pending';
    default:
      return bare < codes.slow ? 'good' : null;
  }
}

/** Latency class of a good cell's code. */
export function classOf(code: number): number {
  return Math.floor(((code & ~DIMMED) - codes.good) / COVERAGES);
}

/** Blocks in each state. A block may be in more than one (moved and once soft), so they need not add up. */
export interface BlockCounts {
  readonly blocks: number;
  readonly read: number;
  readonly slow: number;
  readonly soft: number;
  readonly moved: number;
  readonly pending: number;
}

export const noBlocks: BlockCounts = { blocks: 0, read: 0, slow: 0, soft: 0, moved: 0, pending: 0 };

/** Sums the cells of a range of `blocks` blocks; cells that are not there count as not read. */
export function countBlocks(cells: Iterable<HealthCell>, blocks: number): BlockCounts {
  const sum = { ...noBlocks, blocks };
  for (const cell of cells) {
    sum.read += cell.scannedBlocks;
    sum.slow += cell.slow;
    sum.soft += cell.soft;
    sum.moved += cell.mapped;
    sum.pending += cell.pending;
  }
  return sum;
}

/** Whether a cell may hold a block in `state`; exact for a cell of one block. */
export function mayHold(cell: HealthCell | undefined, blocks: number, state: BlockState): boolean {
  if (cell === undefined) return state === 'unread';
  switch (state) {
    case 'unread':
      return cell.scannedBlocks < blocks;
    case 'good':
      return cell.scannedBlocks > cell.pending + cell.mapped + cell.soft + cell.slow;
    case 'slow':
      return cell.slow > 0;
    case 'soft':
      return cell.soft > 0;
    case 'moved':
    case 'partial':
      return cell.mapped > 0;
    case 'pending':
      return cell.pending > 0;
  }
}
