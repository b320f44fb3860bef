import { DIMMED } from './cells.ts';
import { DIM, type Palette } from './palette.ts';
import { drawShape } from './shapes.ts';

/** From this size on, in CSS pixels, cells have a gap of one CSS pixel. */
export const GAP_FROM_PX = 8;

/** Draws codes, each as a square of `edge` × `edge` pixels, and gives the squares one after the other. */
export type DrawShapes = (codes: readonly number[], edge: number) => Uint32Array;

/** What each code looks like at one size. A shape is drawn when it is needed first: few pictures have all of them. */
export class Stamps {
  readonly edge: number;
  /** Squares of `edge` × `edge` pixels, row by row, by code; of the codes that were asked for. */
  readonly pixels: Uint32Array;
  readonly #draw: DrawShapes;
  readonly #has = new Uint8Array(2 * DIMMED);

  constructor(edge: number, draw: DrawShapes) {
    this.edge = edge;
    this.pixels = new Uint32Array(edge * edge * 2 * DIMMED);
    this.#draw = draw;
  }

  /** Makes sure of the shapes of the first `count` of some codes. */
  want(codes: Uint8Array, count: number): void {
    const missing: number[] = [];
    for (let at = 0; at < count; at += 1) {
      const code = codes[at] ?? 0;
      if (this.#has[code] !== 0) continue;
      this.#has[code] = 1;
      missing.push(code);
    }
    if (missing.length === 0) return;
    const drawn = this.#draw(missing, this.edge);
    const area = this.edge ** 2;
    missing.forEach((code, at) => this.pixels.set(drawn.subarray(at * area, (at + 1) * area), code * area));
  }
}

/** Edge of a cell's shape without its gap, in device pixels. */
export function stampEdge(cell: number, ratio: number): number {
  const gap = cell >= GAP_FROM_PX ? Math.max(1, Math.round(ratio)) : 1;
  return Math.max(1, Math.floor(cell * ratio) - gap);
}

/** Draws shapes on a canvas of their own. */
export function shapesIn(palette: Palette, classes: readonly string[]): DrawShapes {
  return (codes, edge) => {
    const canvas = document.createElement('canvas');
    canvas.width = edge;
    canvas.height = edge * codes.length;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) return new Uint32Array(edge * canvas.height);
    codes.forEach((code, at) => {
      context.save();
      context.translate(0, at * edge);
      context.beginPath();
      context.rect(0, 0, edge, edge);
      context.clip();
      if (code >= DIMMED) context.globalAlpha = DIM;
      drawShape(context, code, edge, palette, classes);
      context.restore();
    });
    return new Uint32Array(context.getImageData(0, 0, edge, canvas.height).data.buffer);
  };
}
