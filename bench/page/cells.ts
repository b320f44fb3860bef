import type { HealthCell } from '../../app/domain/target.ts';
import { Painter } from '../../renderer/features/heatmap/draw.ts';
import { stateLayer } from '../../renderer/features/heatmap/layer.ts';
import { classColours, readPalette } from '../../renderer/features/heatmap/palette.ts';
import { TILE_CELLS, Tiles } from '../../renderer/features/heatmap/tiles.ts';
import { CELL_PX } from '../../renderer/features/heatmap/view.ts';

/** Milliseconds each. */
export interface HeatmapTimes {
  /** From nothing but the tiles to the frame after the one in which the first picture was drawn. */
  readonly firstPaint: number;
  /** Of each later frame, what its own work took: looking up the cells, drawing them. */
  readonly frames: readonly number[];
}

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
  let answers = 0;
  const tiles = new Tiles(
    (_first, count) => Promise.resolve(Array.from({ length: count }, (_, cell) => cellOf(cell))),
    blocks,
    () => {
      answers += 1;
      if (answers === Math.ceil(blocks / TILE_CELLS)) whole.resolve(undefined);
    },
  );
  tiles.want(0, 0, blocks);
  await whole.promise;
  if (tiles.error !== null) throw new Error(tiles.error.sentence);
  return tiles;
}

/** Draws `edge` × `edge` cells of one block each, as the heatmap does, and moves on by a row with every frame. */
async function measureHeatmap(edge: number, frames: number): Promise<HeatmapTimes> {
  const count = edge * edge;
  const tiles = await loadTiles(count + edge * (frames + 1));
  const cell = CELL_PX.fine;
  const canvas = document.createElement('canvas');
  canvas.width = edge * cell;
  canvas.height = edge * cell;
  document.body.append(canvas);
  await nextFrame();

  const begun = performance.now();
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no canvas');
  const palette = readPalette(document.documentElement);
  const painter = new Painter(palette, classColours(palette, stateLayer));
  const draw = (row: number): void => {
    const codes = new Uint8Array(count);
    tiles.codes(stateLayer, 0, row * edge, count, codes);
    painter.draw(context, { codes, count, columns: edge, cell, ratio: 1 });
  };
  draw(0);
  await nextFrame();
  await nextFrame();
  const firstPaint = performance.now() - begun;

  const took: number[] = [];
  for (let row = 1; row <= frames; row += 1) {
    await nextFrame();
    const start = performance.now();
    draw(row);
    took.push(performance.now() - start);
  }
  return { firstPaint, frames: took };
}

Object.assign(window, { measureHeatmap });
