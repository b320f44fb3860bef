import type { HealthCell } from '../../../app/domain/target.ts';
import type { BlockState } from '../../design/StateMark.tsx';
import { classOfTime } from './presets.ts';

/** Upper limits of the classes of average read time in the layer of states, in milliseconds; the last class is open. */
export const LATENCY_LIMITS_MS = [3, 10, 50, 150] as const;

/** How strongly a class is drawn: how much of the cell was read, or how sure its number is. 1 to 3. */
export const STRENGTHS = 3;
/** Classes of a layer at most. */
export const MOST_CLASSES = 7;

/**
 * What one cell looks like, in a byte, so that a million of them are cheap to keep and to draw:
 * 0 not read yet; 1-21 good, class of the layer times strength; then what was read and the layer cannot tell of, and the
 * states that want a mark. {@link DIMMED} is added when another legend entry is picked out.
 */
export const codes = {
  unread: 0,
  good: 1,
  unknown: 22,
  slow: 23,
  soft: 24,
  moved: 25,
  partial: 26,
  pending: 27,
  loading: 28,
} as const;
export const DIMMED = 32;

/** Code of a cell with nothing bad in it. */
export function goodCode(ofClass: number, strength: number): number {
  return codes.good + ofClass * STRENGTHS + strength - 1;
}

/** How much of a cell was read: 1 up to a third, 2 more, 3 all of it. */
export function coverage(scanned: number, blocks: number): number {
  if (scanned >= blocks) return STRENGTHS;
  return scanned * 3 > blocks ? 2 : 1;
}

/**
 * The code of what must be seen in every layer: the worst state in a cell wins. Order, worst first: pending, moved in
 * part, moved, soft, slow, not read. null for a cell that was read with nothing bad in it, which a layer may colour.
 *
 * @param partial - whether some block in it is moved only in part, which the health query does not tell
 */
export function badCode(cell: HealthCell | undefined, partial = false): number | null {
  if (cell === undefined) return partial ? codes.partial : codes.unread;
  if (cell.pending > 0) return codes.pending;
  if (partial) return codes.partial;
  if (cell.mapped > 0) return codes.moved;
  if (cell.soft > 0) return codes.soft;
  if (cell.slow > 0) return codes.slow;
  return cell.scannedBlocks === 0 ? codes.unread : null;
}

/**
 * The code of a cell in the layer of states: a good one is coloured by its average read time.
 *
 * @param blocks - blocks that the cell stands for
 */
export function cellCode(cell: HealthCell | undefined, blocks: number, partial = false): number {
  const bad = badCode(cell, partial);
  if (bad !== null || cell === undefined) return bad ?? codes.unread;
  return goodCode(classOfTime(LATENCY_LIMITS_MS, cell.averageLatencyUs), coverage(cell.scannedBlocks, blocks));
}

/** What can be picked in the legend: a measured state, what is predicted over any of them, or a class of the layer. */
export type Picked = BlockState | 'predicted' | number;

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
      return bare <= codes.unknown ? 'good' : null;
  }
}

/** Class of a good cell's code; null of any other, also of one that was read and of which the layer cannot tell. */
export function classOf(code: number): number | null {
  const bare = code & ~DIMMED;
  return bare >= codes.good && bare < codes.unknown ? Math.floor((bare - codes.good) / STRENGTHS) : null;
}

/** Whether a cell of this code is what was picked; predicted cells are told by their place, not by their code. */
export function isPicked(code: number, picked: Exclude<Picked, 'predicted'>): boolean {
  return typeof picked === 'number' ? classOf(code) === picked : stateOf(code) === picked;
}

/** Whether a cell may hold a block in `state`; exact for a cell of one block. */
export function mayHold(cell: HealthCell | undefined, blocks: number, state: BlockState): boolean {
  if (cell === undefined) return state === 'unread';
  switch (state) {
    case 'unread':
      return cell.scannedBlocks < blocks && cell.mapped + cell.pending < blocks;
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
