import { MAX_CELLS } from '../../../app/protocol/methods.ts';
import type { HealthCell } from '../../../app/domain/target.ts';
import type { BlockState } from '../../design/StateMark.tsx';
import { mayHold } from './cells.ts';
import type { FetchHealth } from './tiles.ts';

/** Requests for one step at most: a state that only seems to be there must not keep the helper busy for ever. */
const MOST_REQUESTS = 24;

/** Any state that is worth walking to when no legend entry is picked. */
export type Wanted = BlockState | 'problem';

function holds(cell: HealthCell | undefined, blocks: number, wanted: Wanted): boolean {
  if (wanted !== 'problem') return mayHold(cell, blocks, wanted);
  return (['pending', 'moved', 'soft', 'slow'] as const).some((state) => mayHold(cell, blocks, state));
}

/**
 * The first block from `first` to before `end` that is in the state, or the last one when `backward`; null when there
 * is none. Asks for the whole range in as many cells as one answer holds, then for the cell that may hold it.
 */
export async function findBlock(
  fetch: FetchHealth,
  range: { readonly first: number; readonly end: number },
  wanted: Wanted,
  backward: boolean,
): Promise<number | null> {
  let asked = 0;

  const search = async (first: number, end: number): Promise<number | null> => {
    if (end <= first || asked >= MOST_REQUESTS) return null;
    asked += 1;
    const blocks = end - first;
    // Equal cells of whole blocks, and what is left over as a range of its own.
    const per = Math.ceil(blocks / MAX_CELLS);
    const count = Math.floor(blocks / per);
    const rest = first + count * per;
    if (backward) {
      const late = await search(rest, end);
      if (late !== null) return late;
    }
    const cells = new Map((await fetch(first, count * per, count)).map((cell) => [cell.cell, cell]));
    for (let step = 0; step < count; step += 1) {
      const at = backward ? count - 1 - step : step;
      if (!holds(cells.get(at), per, wanted)) continue;
      const block = first + at * per;
      const found = per === 1 ? block : await search(block, block + per);
      if (found !== null || asked >= MOST_REQUESTS) return found;
    }
    return backward ? null : search(rest, end);
  };

  return search(range.first, range.end);
}
