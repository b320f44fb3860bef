import { DIMMED } from './cells.ts';
import { DIM, pixelTable, type Palette } from './palette.ts';
import { drawShape } from './shapes.ts';

/** Smallest cell, in CSS pixels, that is drawn with a shape; smaller ones are flat pixels. */
export const MARKED_FROM_PX = 6;
/** From this size on, in CSS pixels, cells have a gap of one CSS pixel. */
export const GAP_FROM_PX = 8;

export interface Picture {
  readonly codes: Uint8Array;
  readonly count: number;
  readonly columns: number;
  /** Edge of a cell in CSS pixels. */
  readonly cell: number;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
}

/** What each code looks like at one size: squares of `edge` × `edge` pixels, row by row, by code. */
export interface Stamps {
  readonly edge: number;
  readonly pixels: Uint32Array;
}

/** Draws heatmaps of one palette and one layer; keeps the prepared shapes between draws. */
export class Painter {
  readonly #palette: Palette;
  readonly #classes: readonly string[];
  readonly #flat: Uint32Array;
  #stamps: (Stamps & { readonly key: string }) | null = null;
  #image: ImageData | null = null;

  /** @param classes - fills of the layer's classes */
  constructor(palette: Palette, classes: readonly string[]) {
    this.#palette = palette;
    this.#classes = classes;
    this.#flat = pixelTable(palette, classes);
  }

  /** Draws every cell once. The canvas is in device pixels and is cleared first. */
  draw(context: CanvasRenderingContext2D, picture: Picture): void {
    const { count, columns, cell, ratio } = picture;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    const marked = cell >= MARKED_FROM_PX;
    const step = marked ? cell * ratio : Math.max(1, Math.round(cell * ratio));
    const width = Math.min(context.canvas.width, Math.round(columns * step));
    const height = Math.min(context.canvas.height, Math.round(Math.ceil(count / columns) * step));
    if (width === 0 || height === 0) return;
    if (this.#image?.width !== width || this.#image.height !== height)
      this.#image = context.createImageData(width, height);
    const pixels = new Uint32Array(this.#image.data.buffer);
    if (marked) stampPixels(pixels, width, height, picture, this.#stampsOf(cell, ratio));
    else fillPixels(pixels, width, height, picture.codes, count, columns, step, this.#flat);
    // One transfer of pixels: a drawing call for each cell is a hundred times as slow.
    context.putImageData(this.#image, 0, 0);
  }

  /** Every code drawn once at the size it is used. */
  #stampsOf(cell: number, ratio: number): Stamps {
    const key = `${cell}/${ratio}`;
    if (this.#stamps?.key === key) return this.#stamps;
    const gap = cell >= GAP_FROM_PX ? Math.max(1, Math.round(ratio)) : 1;
    const edge = Math.max(1, Math.floor(cell * ratio) - gap);
    const canvas = document.createElement('canvas');
    canvas.width = edge;
    canvas.height = edge * 2 * DIMMED;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) return { edge, pixels: new Uint32Array(edge * edge * 2 * DIMMED) };
    for (let code = 0; code < 2 * DIMMED; code += 1) {
      context.save();
      context.translate(0, code * edge);
      context.beginPath();
      context.rect(0, 0, edge, edge);
      context.clip();
      if (code >= DIMMED) context.globalAlpha = DIM;
      drawShape(context, code, edge, this.#palette, this.#classes);
      context.restore();
    }
    const pixels = new Uint32Array(context.getImageData(0, 0, edge, canvas.height).data.buffer);
    this.#stamps = { key, edge, pixels };
    return this.#stamps;
  }
}

/**
 * Fills `pixels` (width × height) with square cells of `edge` device pixels by looking each code up in `table`. Pixels
 * beside the cells become transparent. Each row of cells is made once and copied to the pixel rows below it.
 */
export function fillPixels(
  pixels: Uint32Array,
  width: number,
  height: number,
  cells: Uint8Array,
  count: number,
  columns: number,
  edge: number,
  table: Uint32Array,
): void {
  for (let top = 0, from = 0; top < height; top += edge, from += columns) {
    const start = top * width;
    const here = Math.max(0, Math.min(columns, count - from, Math.floor(width / edge)));
    for (let column = 0, at = start; column < here; column += 1, at += edge) {
      const pixel = table[cells[from + column] ?? 0] ?? 0;
      for (let inner = 0; inner < edge; inner += 1) pixels[at + inner] = pixel;
    }
    pixels.fill(0, start + here * edge, start + width);
    for (let row = 1; row < edge && top + row < height; row += 1) {
      pixels.copyWithin(start + row * width, start, start + width);
    }
  }
}

/**
 * Fills `pixels` (width × height) with the stamps of a picture's cells, each at the device pixel nearest to where it
 * begins. Gaps and what is beside the cells become transparent; what does not fit is cut off.
 */
export function stampPixels(
  pixels: Uint32Array,
  width: number,
  height: number,
  { codes: cells, count, columns, cell, ratio }: Picture,
  { edge, pixels: stamps }: Stamps,
): void {
  pixels.fill(0);
  const lefts = Uint32Array.from({ length: columns }, (_, column) => Math.round(column * cell * ratio));
  for (let row = 0; row * columns < count; row += 1) {
    const from = row * columns;
    const here = Math.min(columns, count - from);
    const top = Math.round(row * cell * ratio);
    const tall = Math.min(edge, height - top);
    for (let inner = 0; inner < tall; inner += 1) {
      const line = (top + inner) * width;
      for (let column = 0; column < here; column += 1) {
        const left = lefts[column] ?? 0;
        const wide = Math.min(edge, width - left);
        const source = ((cells[from + column] ?? 0) * edge + inner) * edge;
        for (let at = 0; at < wide; at += 1) pixels[line + left + at] = stamps[source + at] ?? 0;
      }
    }
  }
}
