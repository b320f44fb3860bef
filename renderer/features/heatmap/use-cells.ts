import { useLayoutEffect, useRef, type RefObject } from 'react';

import { codes, DIMMED, isPicked, type Picked } from './cells.ts';
import type { Painter } from './draw.ts';
import type { Layer } from './layer.ts';
import type { CellRun } from './predicted.ts';
import type { HeatmapData } from './use-heatmap.ts';
import { capacity, indexOf, type Grid } from './view.ts';

export interface CellsInput {
  readonly data: HeatmapData;
  readonly layer: Layer;
  readonly painter: Painter;
  readonly grid: Grid;
  /** Cells of the window. */
  readonly count: number;
  readonly ratio: number;
  readonly dimExcept: Picked | null;
  /** Cells that hold something predicted. */
  readonly runs: readonly CellRun[];
  /** New when the canvas has another size. */
  readonly sheet: object;
  /** Whether the canvas has the size that is meant for it now and the layer can tell; if not, that is about to come. */
  readonly ready: () => boolean;
}

/** On a canvas of which no cell is known yet: the style shows them, which costs no picture. */
const WAITING = 'heat-waiting';

/** Draws the cells of the window on a canvas, again with each change. */
export function useCells(canvas: RefObject<HTMLCanvasElement | null>, input: CellsInput): void {
  const { data, layer, painter, grid, count, ratio, dimExcept, runs, sheet, ready } = input;
  const { view, tiles, partial, revision } = data;
  const kept = useRef(new Uint8Array(0));
  const drawnSize = useRef('');
  // Before the frame of the change, not after it: a passive effect would draw into the frame that follows.
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === null || context === undefined) return;
    if (kept.current.length < count) kept.current = new Uint8Array(capacity(grid));
    const cells = kept.current.subarray(0, count);
    tiles.codes(layer, view.level, view.first, count, cells);
    const { width, height, classList } = context.canvas;
    const size = `${width}x${height}`;
    // A canvas that gets another size is empty.
    const isUnknown = size !== drawnSize.current && cells.every((code) => code === codes.loading);
    // The first numbers of the legend may take room from it, say: what is drawn before that is drawn twice.
    const isWaiting = isUnknown || (drawnSize.current === '' && !ready());
    classList.toggle(WAITING, isWaiting);
    if (isWaiting) {
      drawnSize.current = '';
      painter.forget();
      return;
    }
    drawnSize.current = size;
    for (const block of partial) {
      const index = indexOf(view, block);
      if (index >= 0 && index < count && cells[index] !== codes.pending) cells[index] = codes.partial;
    }
    if (dimExcept !== null) dimOthers(cells, dimExcept, runs);
    painter.draw(context, { codes: cells, count, columns: grid.columns, cell: grid.cell, ratio });
    // `revision` says that the tiles hold something else than before.
  }, [canvas, painter, layer, view, count, grid, ratio, tiles, partial, dimExcept, runs, revision, sheet, ready]);
}

/** Leaves only the cells as they are that are in the picked state, or hold something predicted. */
function dimOthers(cells: Uint8Array, picked: Picked, predicted: readonly CellRun[]): void {
  if (picked !== 'predicted') {
    cells.forEach((code, index) => {
      if (!isPicked(code, picked)) cells[index] = code | DIMMED;
    });
    return;
  }
  const bright = cells.slice();
  cells.forEach((code, index) => {
    cells[index] = code | DIMMED;
  });
  for (const { from, to } of predicted) cells.set(bright.subarray(from, to), from);
}
