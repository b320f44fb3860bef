import { pixelTable, type Palette } from './palette.ts';
import { shapesIn, stampEdge, Stamps } from './stamps.ts';
import type { Grid, Size } from './view.ts';

/** Smallest cell, in CSS pixels, that is drawn with a shape; a smaller one is a pixel that the page shows as large. */
const MARKED_FROM_PX = 6;
/**
 * Pixels that are written at once at most, unless a row of cells has more. A whole picture would be many megabytes that are
 * touched once: memory that is new costs more than what is written to it.
 */
const BAND_PIXELS = 2 ** 16;
const ONE_PIXEL = { cell: 1, ratio: 1 } as const;

export interface Picture {
  readonly codes: Uint8Array;
  readonly count: number;
  readonly columns: number;
  /** Edge of a cell in CSS pixels. */
  readonly cell: number;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
}

/** A size in CSS pixels in device pixels. */
export function sizeInPixels({ width, height }: Size, ratio: number): Size {
  return { width: Math.round(width * ratio), height: Math.round(height * ratio) };
}

export interface Sheet {
  /** Of the canvas. */
  readonly pixels: Size;
  /** How the page shows it, in CSS pixels. */
  readonly shown: Size & {
    readonly imageRendering: 'auto' | 'pixelated';
    /** Of a cell with its gap, for the style of a canvas of which no cell is known; nothing where cells have no gap. */
    readonly backgroundSize: string;
  };
}

/** The canvas for a grid. Flat cells are a pixel each: drawing and copying large ones would be most of a large picture. */
export function sheetOf({ columns, rows, cell }: Grid, size: Size, ratio: number): Sheet {
  if (cell >= MARKED_FROM_PX) {
    const shown = { ...size, imageRendering: 'auto', backgroundSize: `${cell}px ${cell}px` } as const;
    return { pixels: sizeInPixels(size, ratio), shown };
  }
  const whole = { width: columns * cell, height: rows * cell };
  return {
    pixels: { width: columns, height: rows },
    shown: { ...whole, imageRendering: 'pixelated', backgroundSize: '0' },
  };
}

/** What is needed of a canvas to draw on it. */
export type Drawable = Pick<CanvasRenderingContext2D, 'clearRect' | 'createImageData' | 'putImageData'> & {
  readonly canvas: { readonly width: number; readonly height: number };
};

/** Stands for no cell where codes of what is drawn are kept. */
const NO_CELL = 255;

/** What a canvas shows, so that the next picture costs only the rows that differ. */
interface Drawn {
  readonly key: string;
  readonly codes: Uint8Array;
}

/** Some lines of pixels on their way to a canvas. */
interface Band {
  readonly image: ImageData;
  readonly pixels: Uint32Array;
}

/** Draws heatmaps of one palette and one layer on one canvas; keeps the prepared shapes and what is drawn. */
export class Painter {
  readonly #flat: Uint32Array;
  readonly #shapes: ReturnType<typeof shapesIn>;
  readonly #stamps = new Map<string, Stamps>();
  #drawn: Drawn | null = null;
  #band: Band | null = null;

  /** @param classes - fills of the layer's classes */
  constructor(palette: Palette, classes: readonly string[]) {
    this.#flat = pixelTable(palette, classes);
    this.#shapes = shapesIn(palette, classes);
  }

  /** Draws the cells in place of whatever the canvas holds, which is as large as {@link sheetOf} says. */
  draw(context: Drawable, picture: Picture): void {
    const { canvas } = context;
    const { codes, count, columns } = picture;
    const isFlat = picture.cell < MARKED_FROM_PX;
    const { cell, ratio } = isFlat ? ONE_PIXEL : picture;
    const pixelsOf = (cells: number): number => Math.round(cells * cell * ratio);
    const stamps = isFlat ? null : this.#stampsOf(cell, ratio);
    stamps?.want(codes, count);
    const width = Math.min(canvas.width, pixelsOf(columns));
    const rows = Math.ceil(canvas.height / (cell * ratio));
    if (width === 0 || rows === 0) return;
    const drawn = this.#drawnOn(
      context,
      `${cell}/${ratio}/${columns}/${canvas.width}/${canvas.height}`,
      columns * rows,
    );
    const { image, pixels } = this.#bandOf(context, width, Math.ceil(cell * ratio));

    let first = 0;
    let lines = 0;
    // A transfer for many rows: a drawing call for each cell is a hundred times as slow.
    const put = (): void => {
      if (lines > 0) context.putImageData(image, 0, first, 0, 0, width, lines);
      lines = 0;
    };
    for (let row = 0, from = 0; row < rows; row += 1, from += columns) {
      if (!keepRow(drawn, codes, from, columns, count)) {
        put();
        continue;
      }
      const top = pixelsOf(row);
      const tall = Math.min(canvas.height, pixelsOf(row + 1)) - top;
      if (lines + tall > image.height) put();
      if (lines === 0) first = top;
      const line = pixels.subarray(lines * width, (lines + tall) * width);
      const cells = codes.subarray(from, Math.max(from, Math.min(count, from + columns)));
      if (stamps === null) fillRow(line, cells, this.#flat);
      else stampRow(line, width, cells, pixelsOf, stamps);
      lines += tall;
    }
    put();
  }

  /** The canvas was emptied by something else, such as another size: the next picture is drawn whole. */
  forget(): void {
    this.#drawn = null;
  }

  /** The codes that a canvas shows; it is cleared when it showed another grid. */
  #drawnOn(context: Drawable, key: string, cells: number): Uint8Array {
    if (this.#drawn?.key !== key) {
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      this.#drawn = { key, codes: new Uint8Array(cells).fill(NO_CELL) };
    }
    return this.#drawn.codes;
  }

  #bandOf(context: Drawable, width: number, tallest: number): Band {
    const lines = Math.max(tallest, Math.min(context.canvas.height, Math.floor(BAND_PIXELS / width)));
    if (this.#band?.image.width !== width || this.#band.image.height !== lines) {
      const image = context.createImageData(width, lines);
      this.#band = { image, pixels: new Uint32Array(image.data.buffer) };
    }
    return this.#band;
  }

  #stampsOf(cell: number, ratio: number): Stamps {
    const key = `${cell}/${ratio}`;
    const stamps = this.#stamps.get(key) ?? new Stamps(stampEdge(cell, ratio), this.#shapes);
    this.#stamps.set(key, stamps);
    return stamps;
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

/** Makes a line of cells of one pixel, which is looked up by code in `table`; pixels beside the cells are transparent. */
export function fillRow(pixels: Uint32Array, cells: Uint8Array, table: Uint32Array): void {
  const fit = Math.min(cells.length, pixels.length);
  for (let at = 0; at < fit; at += 1) pixels[at] = table[cells[at] ?? 0] ?? 0;
  pixels.fill(0, fit);
}

/**
 * Makes a row of cells in lines of `width` pixels, each cell as the stamp of its code at the pixel nearest to where it
 * begins. Gaps and what is beside the cells are transparent; what does not fit is cut off.
 *
 * @param leftOf - where the cell of a column begins, in pixels
 */
export function stampRow(
  pixels: Uint32Array,
  width: number,
  cells: Uint8Array,
  leftOf: (column: number) => number,
  { edge, pixels: stamps }: Pick<Stamps, 'edge' | 'pixels'>,
): void {
  pixels.fill(0);
  const tall = Math.min(edge, Math.floor(pixels.length / width));
  for (let column = 0; column < cells.length; column += 1) {
    const left = leftOf(column);
    const wide = Math.min(edge, width - left);
    const stamp = (cells[column] ?? 0) * edge * edge;
    for (let inner = 0; inner < tall; inner += 1) {
      const line = inner * width + left;
      const source = stamp + inner * edge;
      for (let at = 0; at < wide; at += 1) pixels[line + at] = stamps[source + at] ?? 0;
    }
  }
}
