import type { Palette } from './palette.ts';
import type { Grid } from './view.ts';

export interface Overlay {
  readonly grid: Grid;
  readonly ratio: number;
  readonly count: number;
  readonly cursor: number | null;
  readonly hover: number | null;
  /** Cells that glow once; indices outside of the window are left out. */
  readonly fresh: readonly number[];
  /** When their glow began, as `performance.now` counts. */
  readonly since: number;
  readonly palette: Palette;
}

const GLOW_MS = 1600;

type Marks = Omit<Overlay, 'grid' | 'ratio' | 'palette'>;

/** Whether anything lies above the cells now. */
export function hasMarks(marks: Marks): boolean {
  return marks.hover !== null || isInside(marks, marks.cursor) || glowing(marks, performance.now()).length > 0;
}

function isInside({ count }: Marks, index: number | null): boolean {
  return index !== null && index >= 0 && index < count;
}

function glowing(marks: Marks, now: number): readonly number[] {
  return now - marks.since < GLOW_MS ? marks.fresh.filter((index) => isInside(marks, index)) : [];
}

/** Draws what lies above the cells. Returns the function that stops a glow that is under way. */
export function drawOverlay(context: CanvasRenderingContext2D, overlay: Overlay): () => void {
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const cells = glowing(overlay, performance.now());
  if (cells.length === 0 || still) {
    paint(context, overlay, [], 0);
    return () => undefined;
  }
  let frame = 0;
  const step = (now: number): void => {
    const part = Math.min(1, Math.max(0, (now - overlay.since) / GLOW_MS));
    paint(context, overlay, part < 1 ? cells : [], part);
    if (part < 1) frame = requestAnimationFrame(step);
  };
  frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}

function paint(context: CanvasRenderingContext2D, overlay: Overlay, cells: readonly number[], part: number): void {
  const { canvas } = context;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const index of cells) {
    const { x, y, edge } = place(overlay, index);
    const reach = (3 + 9 * part) * overlay.ratio;
    context.globalAlpha = 0.9 * (1 - part);
    context.strokeStyle = overlay.palette.glow;
    context.lineWidth = 2.5 * overlay.ratio;
    context.strokeRect(x - reach, y - reach, edge + 2 * reach, edge + 2 * reach);
  }
  context.globalAlpha = 1;
  if (overlay.hover !== null) outline(context, overlay, overlay.hover, overlay.palette.ink, 1.5);
  if (overlay.cursor !== null && isInside(overlay, overlay.cursor)) {
    outline(context, overlay, overlay.cursor, overlay.palette.focus, 2.5);
  }
}

function outline(
  context: CanvasRenderingContext2D,
  overlay: Overlay,
  index: number,
  colour: string,
  css: number,
): void {
  const { x, y, edge } = place(overlay, index);
  const line = css * overlay.ratio;
  context.strokeStyle = overlay.palette.surface;
  context.lineWidth = line + 2 * overlay.ratio;
  context.strokeRect(x - line, y - line, edge + 2 * line, edge + 2 * line);
  context.strokeStyle = colour;
  context.lineWidth = line;
  context.strokeRect(x - line, y - line, edge + 2 * line, edge + 2 * line);
}

function place({ grid, ratio }: Overlay, index: number): { x: number; y: number; edge: number } {
  return {
    x: Math.round((index % grid.columns) * grid.cell * ratio),
    y: Math.round(Math.floor(index / grid.columns) * grid.cell * ratio),
    edge: Math.floor(grid.cell * ratio) - Math.round(ratio),
  };
}
