import type { PredictedRange } from '../../../app/forecast/output.ts';
import { blocksPerCell, type View } from './view.ts';

/** A run of cells of the window, the last one not included. */
export interface CellRun {
  readonly from: number;
  readonly to: number;
}

/** The cells of the window that hold a predicted block, as runs that neither meet nor overlap. */
export function predictedCells(ranges: readonly PredictedRange[], view: View, cells: number): CellRun[] {
  const per = blocksPerCell(view.level);
  const runs: { from: number; to: number }[] = [];
  for (const { first, count } of ranges) {
    const from = Math.max(0, Math.floor((first - view.first) / per));
    const to = Math.min(cells, Math.ceil((first + count - view.first) / per));
    if (to <= from) continue;
    const last = runs.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else runs.push({ from, to });
  }
  return runs;
}

/** Predicted blocks from `first` on, `count` blocks in all. */
export function predictedIn(ranges: readonly PredictedRange[], first: number, count: number): number {
  return ranges.reduce((sum, range) => {
    const shared = Math.min(range.first + range.count, first + count) - Math.max(range.first, first);
    return sum + Math.max(0, shared);
  }, 0);
}

/** Highest probability over the blocks from `first` on; 0 where nothing is predicted. */
export function likeliestIn(ranges: readonly PredictedRange[], first: number, count: number): number {
  return ranges.reduce(
    (most, range) =>
      range.first < first + count && range.first + range.count > first ? Math.max(most, range.probability) : most,
    0,
  );
}

/** The first predicted block of `range`, the last one when `backward`; null when there is none. Whole places are skipped. */
export function nextPredicted(
  ranges: readonly PredictedRange[],
  range: { readonly first: number; readonly end: number },
  backward: boolean,
): number | null {
  const starts = ranges.map(({ first }) => first).filter((first) => first >= range.first && first < range.end);
  return (backward ? starts.at(-1) : starts[0]) ?? null;
}
