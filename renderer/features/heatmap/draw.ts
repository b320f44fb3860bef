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

/** The pixels of a picture, and what is on them, so that the next one costs only what differs. */
interface Sheet {
  readonly key: string;
  readonly image: ImageData;
  readonly pixels: Uint32Array;
  readonly drawn: Uint8Array;
}

/** What is needed of a canvas to draw on it. */
export type Drawable = Pick<CanvasRenderingContext2D, 'clearRect' | 'createImageData' | 'putImageData'> & {
  readonly canvas: { readonly width: number; readonly height: number };
};

/** Stands for no cell where codes of what is drawn are kept. */
export const NO_CELL = 255;

/** Draws heatmaps of one palette and one layer on one canvas; keeps the prepared shapes and the pixels between draws. */
export class Painter {
  readonly #palette: Palette;
  readonly #classes: readonly string[];
  readonly #flat: Uint32Array;
  #stamps: (Stamps & { readonly key: string }) | null = null;
  #sheet: Sheet | null = null;

  /** @param classes - fills of the layer's classes */
  constructor(palette: Palette, classes: readonly string[]) {
    this.#palette = palette;
    this.#classes = classes;
    this.#flat = pixelTable(palette, classes);
  }

  /** Draws the cells in place of whatever the canvas holds, which is in device pixels. */
  draw(context: Drawable, picture: Picture): void {
    const { canvas } = context;
    const { count, columns, cell, ratio } = picture;
    const marked = cell >= MARKED_FROM_PX;
    const step = marked ? cell * ratio : Math.max(1, Math.round(cell * ratio));
    const rows = Math.ceil(count / columns);
    const width = Math.min(canvas.width, Math.round(columns * step));
    const height = Math.min(canvas.height, Math.round(rows * step));
    const key = `${cell}/${ratio}/${columns}/${rows}/${width}/${height}/${canvas.width}/${canvas.height}`;
    if (this.#sheet?.key !== key) {
      context.clearRect(0, 0, canvas.width, canvas.height);
      if (width === 0 || height === 0) return;
      const image = context.createImageData(width, height);
      const drawn = new Uint8Array(columns * rows).fill(NO_CELL);
      this.#sheet = { key, image, pixels: new Uint32Array(image.data.buffer), drawn };
    }
    const { image, pixels, drawn } = this.#sheet;
    if (marked) stampPixels(pixels, width, height, picture, this.#stampsOf(cell, ratio), drawn);
    else fillPixels(pixels, width, height, picture, step, this.#flat, drawn);
    // One transfer of pixels: a drawing call for each cell is a hundred times as slow.
    context.putImageData(image, 0, 0);
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
 * Brings `pixels` (width × height) from cells of the codes in `drawn` to those of a picture, as squares of `edge` device
 * pixels that are looked up by code in `table`, and keeps the codes in `drawn`. Each row of cells is made once and copied
 * to the pixel rows below it. Where there is no cell pixels are transparent.
 */
export function fillPixels(
  pixels: Uint32Array,
  width: number,
  height: number,
  { codes: cells, count, columns }: Pick<Picture, 'codes' | 'count' | 'columns'>,
  edge: number,
  table: Uint32Array,
  drawn: Uint8Array,
): void {
  const fit = Math.min(columns, Math.floor(width / edge));
  for (let top = 0, from = 0; top < height; top += edge, from += columns) {
    if (!keepRow(drawn, cells, from, columns, count)) continue;
    const start = top * width;
    const here = Math.max(0, Math.min(fit, count - from));
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

/** Keeps the codes of a row in `drawn`, and tells whether any of them was another one. */
function keepRow(drawn: Uint8Array, cells: Uint8Array, from: number, columns: number, count: number): boolean {
  const here = Math.max(0, Math.min(columns, count - from));
  let same = 0;
  while (same < here && drawn[from + same] === cells[from + same]) same += 1;
  // No cell follows where there is none.
  if (same === here && (here === columns || drawn[from + here] === NO_CELL)) return false;
  drawn.set(cells.subarray(from, from + here), from);
  drawn.fill(NO_CELL, from + here, from + columns);
  return true;
}

/**
 * Brings `pixels` (width × height) from cells of the codes in `drawn` to those of a picture, each as the stamp of its code
 * at the device pixel nearest to where it begins, and keeps the codes in `drawn`. Where there is no cell pixels become
 * transparent; gaps, and what is beside the cells, are left as they are; what does not fit is cut off.
 */
export function stampPixels(
  pixels: Uint32Array,
  width: number,
  height: number,
  { codes: cells, count, columns, cell, ratio }: Picture,
  { edge, pixels: stamps }: Stamps,
  drawn: Uint8Array,
): void {
  const lefts = Uint32Array.from({ length: columns }, (_, column) => Math.round(column * cell * ratio));
  for (let row = 0; row * columns < drawn.length; row += 1) {
    const top = Math.round(row * cell * ratio);
    const tall = Math.min(edge, height - top);
    for (let column = 0, index = row * columns; column < columns; column += 1, index += 1) {
      const code = index < count ? (cells[index] ?? NO_CELL) : NO_CELL;
      if (drawn[index] === code) continue;
      drawn[index] = code;
      const left = lefts[column] ?? 0;
      const wide = Math.min(edge, width - left);
      for (let inner = 0; inner < tall; inner += 1) {
        const line = (top + inner) * width + left;
        const source = (code * edge + inner) * edge;
        if (code === NO_CELL) pixels.fill(0, line, line + wide);
        else for (let at = 0; at < wide; at += 1) pixels[line + at] = stamps[source + at] ?? 0;
      }
    }
  }
}
