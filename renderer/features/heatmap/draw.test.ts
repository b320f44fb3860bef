import { describe, expect, it } from 'vitest';

import { codes, DIMMED, goodCode, STRENGTHS } from './cells.ts';
import { fillPixels, NO_CELL, Painter, stampPixels, type Drawable } from './draw.ts';
import { ageLayer, riskLayer, speedLayer, stateLayer } from './layer.ts';
import { classColours, flatColours, pixelTable, type Palette } from './palette.ts';

/** Nothing is drawn yet of so many cells. */
const blank = (cells: number): Uint8Array => new Uint8Array(cells).fill(NO_CELL);

const table = Uint32Array.from({ length: 64 }, (_, code) => 1000 + code);

describe('fillPixels', () => {
  it('makes each cell a square and leaves the rest clear', () => {
    const pixels = new Uint32Array(5 * 4).fill(7);
    fillPixels(pixels, 5, 4, { codes: Uint8Array.of(1, 2, 3), count: 3, columns: 2 }, 2, table, blank(4));
    expect([...pixels]).toEqual([
      ...[1001, 1001, 1002, 1002, 0],
      ...[1001, 1001, 1002, 1002, 0],
      ...[1003, 1003, 0, 0, 0],
      ...[1003, 1003, 0, 0, 0],
    ]);
  });

  it('draws a million cells of one pixel, the last one included', () => {
    const cells = new Uint8Array(1_000_000);
    cells[999_999] = codes.pending;
    const pixels = new Uint32Array(1_000_000);
    const picture = { codes: cells, count: 1_000_000, columns: 1000 };
    fillPixels(pixels, 1000, 1000, picture, 1, table, blank(1_000_000));
    expect(pixels[0]).toBe(1000);
    expect(pixels[999_999]).toBe(1000 + codes.pending);
  });

  it('touches only rows in which a cell differs, and clears what is no cell any more', () => {
    const pixels = new Uint32Array(2 * 3);
    const drawn = blank(6);
    fillPixels(pixels, 2, 3, { codes: Uint8Array.of(1, 2, 3, 4, 5, 6), count: 6, columns: 2 }, 1, table, drawn);
    pixels.fill(7);
    fillPixels(pixels, 2, 3, { codes: Uint8Array.of(1, 2, 3, 9, 5), count: 5, columns: 2 }, 1, table, drawn);
    expect([...pixels]).toEqual([7, 7, 1003, 1009, 1005, 0]);
    expect([...drawn]).toEqual([1, 2, 3, 9, 5, NO_CELL]);
  });
});

describe('stampPixels', () => {
  /** Code c is four pixels: 10c, 10c + 1 above 10c + 2, 10c + 3. */
  const stamps = { edge: 2, pixels: Uint32Array.from({ length: 64 * 4 }, (_, at) => 10 * (at >> 2) + (at % 4)) };

  it('puts each stamp where its cell begins and leaves gaps and the rest clear', () => {
    const pixels = new Uint32Array(6 * 6);
    const picture = { codes: Uint8Array.of(1, 2, 3), count: 3, columns: 2, cell: 3, ratio: 1 };
    stampPixels(pixels, 6, 6, picture, stamps, blank(4));
    expect([...pixels]).toEqual([
      ...[10, 11, 0, 20, 21, 0],
      ...[12, 13, 0, 22, 23, 0],
      ...[0, 0, 0, 0, 0, 0],
      ...[30, 31, 0, 0, 0, 0],
      ...[32, 33, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 0, 0],
    ]);
  });

  it('begins cells at the nearest device pixel, and cuts off what does not fit', () => {
    const pixels = new Uint32Array(6 * 1);
    const picture = { codes: Uint8Array.of(1, 2, 3), count: 3, columns: 3, cell: 2, ratio: 1.25 };
    stampPixels(pixels, 6, 1, picture, stamps, blank(3));
    expect([...pixels]).toEqual([10, 11, 0, 20, 21, 30]);
  });

  it('touches only cells that differ, and clears what is no cell any more', () => {
    const pixels = new Uint32Array(6 * 2);
    const drawn = blank(2);
    stampPixels(pixels, 6, 2, { codes: Uint8Array.of(1, 2), count: 2, columns: 2, cell: 3, ratio: 1 }, stamps, drawn);
    pixels.fill(7);
    stampPixels(pixels, 6, 2, { codes: Uint8Array.of(1, 3), count: 2, columns: 2, cell: 3, ratio: 1 }, stamps, drawn);
    expect([...pixels]).toEqual([7, 7, 7, 30, 31, 7, 7, 7, 7, 32, 33, 7]);
    stampPixels(pixels, 6, 2, { codes: Uint8Array.of(1), count: 1, columns: 2, cell: 3, ratio: 1 }, stamps, drawn);
    expect([...pixels]).toEqual([7, 7, 7, 0, 0, 7, 7, 7, 7, 0, 0, 7]);
  });
});

const palette: Palette = {
  surface: '#ffffff',
  ink: '#000000',
  focus: '#0000ff',
  glow: '#00ff00',
  unreadLine: '#b6bfcb',
  hatch: '#ffffff',
  risk: ['#b9b6d8', '#4c0f7a'],
  age: ['#0a4f7d', '#b4cbdc'],
  unknown: '#5f6a7a',
  states: {
    slow: { fill: '#f0d43a', mark: '#000000' },
    soft: { fill: '#e69f00', mark: '#000000' },
    moved: { fill: '#009e73', mark: '#ffffff' },
    partial: { fill: '#009e73', mark: '#ffffff' },
    pending: { fill: '#d55e00', mark: '#ffffff' },
  },
  loading: '#eeeeee',
};

describe('Painter', () => {
  /** A canvas that keeps the pixels put on it. */
  class Sheet implements Drawable {
    readonly canvas: { width: number; height: number };
    pixels: readonly number[] = [];

    constructor(width: number, height: number) {
      this.canvas = { width, height };
      this.clearRect();
    }

    clearRect = (): void => {
      this.pixels = Array<number>(this.canvas.width * this.canvas.height).fill(0);
    };

    createImageData = (size: number | ImageData, height = 0): ImageData => {
      const width = typeof size === 'number' ? size : size.width;
      return { width, height, colorSpace: 'srgb', data: new Uint8ClampedArray(width * height * 4) };
    };

    putImageData = ({ data, width }: ImageData): void => {
      const source = new Uint32Array(data.buffer);
      const all = [...this.pixels];
      source.forEach((pixel, at) => (all[Math.floor(at / width) * this.canvas.width + (at % width)] = pixel));
      this.pixels = all;
    };
  }

  it('draws what a new one on a new canvas would, whatever it drew before', () => {
    const painter = new Painter(palette, []);
    const sheet = new Sheet(6, 6);
    const all = Uint8Array.of(codes.pending, codes.slow, codes.moved, codes.soft, codes.unread, codes.partial);
    const pictures = [
      { codes: all, count: 6, columns: 3, cell: 2 },
      { codes: all.toReversed(), count: 6, columns: 3, cell: 2 },
      { codes: all, count: 4, columns: 3, cell: 2 },
      { codes: all, count: 6, columns: 6, cell: 1 },
      { codes: all, count: 6, columns: 2, cell: 2 },
      { codes: all, count: 2, columns: 2, cell: 2 },
      { codes: all, count: 6, columns: 3, cell: 2 },
    ];
    for (const picture of pictures) {
      painter.draw(sheet, { ...picture, ratio: 1 });
      const fresh = new Sheet(6, 6);
      new Painter(palette, []).draw(fresh, { ...picture, ratio: 1 });
      expect(sheet.pixels, JSON.stringify(picture)).toEqual(fresh.pixels);
      expect(fresh.pixels.filter((pixel) => pixel !== 0)).toHaveLength(picture.count * picture.cell ** 2);
    }
  });
});

describe('colours', () => {
  it('are canvas pixels in ABGR, opaque', () => {
    expect(pixelTable(palette, [])[codes.pending]).toBe(0xff005ed5);
  });

  it('fade when dimmed', () => {
    const flat = flatColours(palette, []);
    expect(flat[codes.pending]).not.toBe(flat[codes.pending | DIMMED]);
  });

  it.each([stateLayer, speedLayer('worst', 'hddscan', null), riskLayer, ageLayer(null, 0)])(
    'tell every class and strength of a layer apart from each other, from bad cells and from those not read: %#',
    (layer) => {
      const flat = flatColours(palette, classColours(palette, layer));
      const good = Array.from({ length: layer.classes }, (_, ofClass) =>
        Array.from({ length: STRENGTHS }, (__, less) => flat[goodCode(ofClass, less + 1)]),
      ).flat();
      const others = flat
        .slice(codes.unknown, codes.loading + 1)
        .filter((_, at) => at + codes.unknown !== codes.partial);
      const all = [...good, ...others, flat[codes.unread]];
      expect(new Set(all).size).toBe(all.length);
    },
  );
});
