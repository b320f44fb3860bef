import { codes, COVERAGES, DIMMED, LATENCY_CLASSES, stateOf, classOf } from './cells.ts';
import { DIM, pixelTable, type Palette } from './palette.ts';

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

/** Draws heatmaps of one palette; keeps the prepared shapes between draws. */
export class Painter {
  readonly #palette: Palette;
  readonly #pixels: Uint32Array;
  #sheet: { key: string; canvas: HTMLCanvasElement; edge: number } | null = null;
  #image: ImageData | null = null;

  constructor(palette: Palette) {
    this.#palette = palette;
    this.#pixels = pixelTable(palette);
  }

  /** Draws every cell once. The canvas is in device pixels and is cleared first. */
  draw(context: CanvasRenderingContext2D, picture: Picture): void {
    const { width, height } = context.canvas;
    context.clearRect(0, 0, width, height);
    if (picture.cell < MARKED_FROM_PX) this.#flat(context, picture);
    else this.#marked(context, picture);
  }

  #flat(context: CanvasRenderingContext2D, { codes: cells, count, columns, cell, ratio }: Picture): void {
    const edge = Math.max(1, Math.round(cell * ratio));
    const width = Math.min(context.canvas.width, columns * edge);
    const height = Math.min(context.canvas.height, Math.ceil(count / columns) * edge);
    if (width === 0 || height === 0) return;
    if (this.#image?.width !== width || this.#image.height !== height)
      this.#image = context.createImageData(width, height);
    const pixels = new Uint32Array(this.#image.data.buffer);
    fillPixels(pixels, width, height, cells, count, columns, edge, this.#pixels);
    context.putImageData(this.#image, 0, 0);
  }

  #marked(context: CanvasRenderingContext2D, { codes: cells, count, columns, cell, ratio }: Picture): void {
    const { canvas, edge } = this.#shapes(cell, ratio);
    const rows = Math.ceil(count / columns);
    for (let row = 0, index = 0; row < rows; row += 1) {
      const y = Math.round(row * cell * ratio);
      for (let column = 0; column < columns && index < count; column += 1, index += 1) {
        const code = cells[index] ?? 0;
        context.drawImage(canvas, code * edge, 0, edge, edge, Math.round(column * cell * ratio), y, edge, edge);
      }
    }
  }

  /** All codes side by side, each drawn once at the size it is used. */
  #shapes(cell: number, ratio: number): { canvas: HTMLCanvasElement; edge: number } {
    const name = `${cell}/${ratio}`;
    if (this.#sheet?.key === name) return this.#sheet;
    const gap = cell >= GAP_FROM_PX ? Math.max(1, Math.round(ratio)) : cell >= MARKED_FROM_PX ? 1 : 0;
    const edge = Math.max(1, Math.floor(cell * ratio) - gap);
    const canvas = document.createElement('canvas');
    canvas.width = edge * 2 * DIMMED;
    canvas.height = edge;
    const context = canvas.getContext('2d');
    if (context !== null) {
      for (let code = 0; code < 2 * DIMMED; code += 1) {
        context.save();
        context.translate(code * edge, 0);
        context.beginPath();
        context.rect(0, 0, edge, edge);
        context.clip();
        if (code >= DIMMED) context.globalAlpha = DIM;
        this.#shape(context, code, edge);
        context.restore();
      }
    }
    this.#sheet = { key: name, canvas, edge };
    return this.#sheet;
  }

  #shape(context: CanvasRenderingContext2D, code: number, edge: number): void {
    const palette = this.#palette;
    const bare = code & ~DIMMED;
    const state = stateOf(code);
    if (bare === codes.loading) {
      context.fillStyle = palette.loading;
      context.fillRect(0, 0, edge, edge);
    }
    if (state === null || bare > codes.loading) return;
    switch (state) {
      case 'unread':
        hollow(context, edge, palette.unreadLine);
        return;
      case 'good': {
        const covered = ((bare - codes.good) % COVERAGES) + 1;
        const full = Math.round((edge * covered) / COVERAGES);
        if (covered < COVERAGES) hollow(context, edge, palette.unreadLine);
        context.fillStyle = palette.good[Math.min(LATENCY_CLASSES - 1, classOf(code))] ?? palette.ink;
        context.fillRect(0, edge - full, edge, full);
        return;
      }
      case 'slow':
      case 'soft':
      case 'moved':
      case 'partial':
      case 'pending': {
        const { fill, mark } = palette.states[state];
        context.fillStyle = fill;
        context.fillRect(0, 0, edge, edge);
        context.fillStyle = mark;
        context.strokeStyle = mark;
        marks[state](context, edge);
      }
    }
  }
}

function hollow(context: CanvasRenderingContext2D, edge: number, colour: string): void {
  const line = Math.max(1, Math.round(edge / 12));
  context.strokeStyle = colour;
  context.lineWidth = line;
  context.strokeRect(line / 2, line / 2, edge - line, edge - line);
}

type Mark = (context: CanvasRenderingContext2D, edge: number) => void;

const marks: Readonly<Record<'slow' | 'soft' | 'moved' | 'partial' | 'pending', Mark>> = {
  slow: (context, edge) => {
    const thick = Math.max(1, Math.round(edge / 7));
    context.fillRect(Math.round(edge * 0.22), Math.round((edge - thick) / 2), Math.round(edge * 0.56), thick);
  },
  soft: (context, edge) => {
    context.beginPath();
    context.arc(edge / 2, edge / 2, Math.max(1, edge * 0.18), 0, 2 * Math.PI);
    context.fill();
  },
  moved: (context, edge) => {
    diamond(context, edge, edge * 0.34);
    context.fill();
  },
  partial: (context, edge) => {
    const reach = edge * 0.34;
    diamond(context, edge, reach);
    context.lineWidth = Math.max(1, edge / 14);
    context.stroke();
    context.beginPath();
    context.moveTo(edge / 2, edge / 2 - reach);
    context.lineTo(edge / 2 - reach, edge / 2);
    context.lineTo(edge / 2, edge / 2 + reach);
    context.fill();
  },
  pending: (context, edge) => {
    const inset = edge * 0.27;
    context.lineWidth = Math.max(1, edge / 7);
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(inset, inset);
    context.lineTo(edge - inset, edge - inset);
    context.moveTo(edge - inset, inset);
    context.lineTo(inset, edge - inset);
    context.stroke();
  },
};

function diamond(context: CanvasRenderingContext2D, edge: number, reach: number): void {
  const middle = edge / 2;
  context.beginPath();
  context.moveTo(middle, middle - reach);
  context.lineTo(middle + reach, middle);
  context.lineTo(middle, middle + reach);
  context.lineTo(middle - reach, middle);
  context.closePath();
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
