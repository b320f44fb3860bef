import type { HealthCell } from '../../app/domain/target.ts';
import { Painter, sheetOf } from '../../renderer/features/heatmap/draw.ts';
import { stateLayer } from '../../renderer/features/heatmap/layer.ts';
import { classColours, readPalette } from '../../renderer/features/heatmap/palette.ts';
import { Tiles } from '../../renderer/features/heatmap/tiles.ts';
import { CELL_PX } from '../../renderer/features/heatmap/view.ts';

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** A cell in every state and class of latency, in turn. */
function cellOf(cell: number): HealthCell {
  const kind = cell % 97;
  return {
    cell,
    scannedBlocks: kind === 0 ? 0 : 1,
    mapped: kind === 1 ? 1 : 0,
    pending: kind === 2 ? 1 : 0,
    soft: kind === 3 ? 1 : 0,
    slow: kind === 4 ? 1 : 0,
    averageLatencyUs: (kind % 5) * 40_000,
    worstLatencyUs: 200_000,
    risk: 0,
    confidence: 0,
  };
}

async function loadTiles(blocks: number): Promise<Tiles> {
  const whole = Promise.withResolvers<undefined>();
  const tiles = new Tiles(
    (_first, count) => Promise.resolve(Array.from({ length: count }, (_, cell) => cellOf(cell))),
    blocks,
    () => {
      if (!tiles.loading) whole.resolve(undefined);
    },
  );
  tiles.want(0, 0, blocks);
  await whole.promise;
  if (tiles.error !== null) throw new Error(tiles.error.sentence);
  return tiles;
}

let draw = (_row: number): void => {
  throw new Error('there is no picture yet');
};

/** Gets ready to draw `edge` × `edge` cells of one block each, as the heatmap does, and `frames` more rows of them. */
async function load(edge: number, frames: number): Promise<void> {
  const count = edge * edge;
  const tiles = await loadTiles(count + edge * (frames + 1));
  const grid = { columns: edge, rows: edge, cell: CELL_PX.fine };
  const { pixels, shown } = sheetOf(grid, { width: edge * grid.cell, height: edge * grid.cell }, 1);
  const canvas = document.createElement('canvas');
  Object.assign(canvas, pixels);
  Object.assign(canvas.style, { ...shown, width: `${shown.width}px`, height: `${shown.height}px` });
  document.body.append(canvas);
  await nextFrame();

  let ready: { context: CanvasRenderingContext2D; painter: Painter; codes: Uint8Array } | null = null;
  const open = (): NonNullable<typeof ready> => {
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('this browser has no canvas');
    const palette = readPalette(document.documentElement);
    return { context, painter: new Painter(palette, classColours(palette, stateLayer)), codes: new Uint8Array(count) };
  };
  draw = (row) => {
    ready ??= open();
    const { context, painter, codes } = ready;
    tiles.codes(stateLayer, 0, row * edge, count, codes);
    painter.draw(context, { codes, count, columns: edge, cell: grid.cell, ratio: 1 });
  };
}

/** Draws the first picture, from nothing but the tiles. Resolves, after it was handed on, with milliseconds of the clock. */
async function first(): Promise<number> {
  const begun = performance.now();
  draw(0);
  await nextFrame();
  await nextFrame();
  return performance.now() - begun;
}

/** Moves on by a row. Milliseconds, by the clock, of its own work: looking up the cells, drawing them. */
async function frame(row: number): Promise<number> {
  await nextFrame();
  const begun = performance.now();
  draw(row);
  return performance.now() - begun;
}

Object.assign(window, { cells: { load, first, frame } });
