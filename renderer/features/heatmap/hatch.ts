import { GAP_FROM_PX } from './stamps.ts';
import type { Palette } from './palette.ts';
import type { CellRun } from './predicted.ts';
import type { Grid } from './view.ts';

export interface Hatching {
  readonly runs: readonly CellRun[];
  readonly grid: Grid;
  readonly ratio: number;
  readonly palette: Palette;
}

/** Distance of the hatch's lines along an edge, in CSS pixels. */
const STEP_PX = 8;

/**
 * Draws diagonal lines over cells, through which what was measured still shows. A dark and a light line lie side by side,
 * so that the hatch is seen on every measured colour and is none of them.
 */
export function drawHatch(context: CanvasRenderingContext2D, { runs, grid, ratio, palette }: Hatching): void {
  if (runs.length === 0) return;
  const pattern = context.createPattern(tile(ratio, palette), 'repeat');
  if (pattern === null) return;
  context.fillStyle = pattern;
  const gap = grid.cell >= GAP_FROM_PX ? Math.max(1, Math.round(ratio)) : 0;
  for (const { from, to } of runs) {
    for (let index = from; index < to;) {
      const column = index % grid.columns;
      // Cells that touch are filled in one piece, row by row.
      const length = gap > 0 ? 1 : Math.min(to - index, grid.columns - column);
      const x = Math.round(column * grid.cell * ratio);
      const y = Math.round(Math.floor(index / grid.columns) * grid.cell * ratio);
      const edge = Math.floor(grid.cell * ratio) - gap;
      const width = gap > 0 ? edge : Math.round(length * grid.cell * ratio);
      context.fillRect(x, y, width, edge);
      index += length;
    }
  }
}

function tile(ratio: number, palette: Palette): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const edge = Math.max(4, Math.round(STEP_PX * ratio));
  canvas.width = edge;
  canvas.height = edge;
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  const line = Math.max(1, edge / 8);
  context.lineWidth = line;
  for (const [colour, shift] of [
    [palette.hatch, line],
    [palette.ink, 0],
  ] as const) {
    context.strokeStyle = colour;
    context.beginPath();
    // Thrice, so that the corners of the tile are whole.
    for (const start of [-edge, 0, edge]) {
      context.moveTo(start + shift - line, edge + line);
      context.lineTo(start + shift + edge + line, -line);
    }
    context.stroke();
  }
  return canvas;
}
