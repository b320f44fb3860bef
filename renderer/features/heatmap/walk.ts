import { regionBlocks } from '../../../app/domain/region.ts';
import { MAX_CELLS } from '../../../app/protocol/methods.ts';
import type { HealthCell } from '../../../app/domain/target.ts';
import type { BlockState } from '../../design/StateMark.tsx';
import { classOf, mayHold } from './cells.ts';
import { codeIn, type Layer } from './layer.ts';
import type { FetchHealth } from './range.ts';

/** Requests for one step at most: what only seems to be there must not keep the helper busy for ever. */
const MOST_REQUESTS = 32;

/** What is walked to: a cell may hold a block of it, exactly so for a cell of one block. */
export interface Wanted {
  readonly mayHold: (cell: HealthCell | undefined, first: number, blocks: number) => boolean;
  /** Cells of more blocks than this say nothing of it. */
  readonly widest: number;
}

/** Blocks in a state; `problem`: in any that is worth walking to when no legend entry is picked. */
export function blocksIn(state: BlockState | 'problem'): Wanted {
  const states = state === 'problem' ? (['pending', 'moved', 'soft', 'slow'] as const) : [state];
  return {
    mayHold: (cell, _first, blocks) => states.some((one) => mayHold(cell, blocks, one)),
    widest: Number.POSITIVE_INFINITY,
  };
}

/**
 * Good blocks of a class of a layer. What a layer tells is known by region, so wider cells, which hold an average or the
 * worst of several, are not looked at.
 *
 * @param blocks - of the whole device
 */
export function blocksOfClass(layer: Layer, ofClass: number, blocks: number): Wanted {
  return {
    mayHold: (cell, first, count) => {
      if (cell === undefined || cell.scannedBlocks === 0) return false;
      return classOf(count === 1 ? codeIn(layer, cell, first, 1) : layer.judge(cell, first, count)) === ofClass;
    },
    widest: regionBlocks(blocks),
  };
}

function roundUp(block: number, step: number): number {
  return Number.isFinite(step) ? Math.ceil(block / step) * step : block;
}

/**
 * The first wanted block from `first` to before `end`, or the last one when `backward`; null when there is none. Asks for
 * the whole range in as many cells as one answer holds, then for the cell that may hold it.
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
    // Where cells may be no wider than so much they do not cross a multiple of it either.
    const edge = backward ? Math.floor((end - 1) / wanted.widest) * wanted.widest : roundUp(first, wanted.widest);
    if (edge > first && edge < end && (backward ? end : first) % wanted.widest !== 0) {
      const [near, far] = backward
        ? ([
            [edge, end],
            [first, edge],
          ] as const)
        : ([
            [first, edge],
            [edge, end],
          ] as const);
      return (await search(...near)) ?? search(...far);
    }
    // Equal cells of 2^n blocks, and what is left over as a range of its own.
    const per = Math.min(2 ** Math.max(0, Math.ceil(Math.log2((end - first) / MAX_CELLS))), wanted.widest);
    const count = Math.min(MAX_CELLS, Math.floor((end - first) / per));
    if (!backward) return (await look(first, per, count)) ?? search(first + count * per, end);
    const from = end - count * per;
    return (await look(from, per, count)) ?? search(first, from);
  };

  const look = async (first: number, per: number, count: number): Promise<number | null> => {
    asked += 1;
    const cells = new Map((await fetch(first, count * per, count)).map((cell) => [cell.cell, cell]));
    for (let step = 0; step < count; step += 1) {
      const at = backward ? count - 1 - step : step;
      const block = first + at * per;
      if (!wanted.mayHold(cells.get(at), block, per)) continue;
      const found = per === 1 ? block : await search(block, block + per);
      if (found !== null || asked >= MOST_REQUESTS) return found;
    }
    return null;
  };

  return search(range.first, range.end);
}
