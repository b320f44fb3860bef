import { describe, expect, it, vi } from 'vitest';

import { codes, DIMMED, goodCode, STRENGTHS } from './cells.ts';
import { fillRow, Painter, sheetOf, stampRow, type Drawable } from './draw.ts';
import { ageLayer, riskLayer, speedLayer, stateLayer } from './layer.ts';
import { classColours, flatColours, pixelTable, type Palette } from './palette.ts';
import { Stamps } from './stamps.ts';

const table = Uint32Array.from({ length: 64 }, (_, code) => 1000 + code);

it('fillRow makes each cell a pixel, cuts off what does not fit and leaves the rest clear', () => {
  const pixels = new Uint32Array(4).fill(7);
  fillRow(pixels, Uint8Array.of(1, 2, 3), table);
  expect([...pixels]).toEqual([1001, 1002, 1003, 0]);
  fillRow(pixels.subarray(0, 2), Uint8Array.of(4, 5, 6), table);
  expect([...pixels]).toEqual([1004, 1005, 1003, 0]);
});

describe('stampRow', () => {
  /** Code c is four pixels: 10c, 10c + 1 above 10c + 2, 10c + 3. */
  const stamps = { edge: 2, pixels: Uint32Array.from({ length: 64 * 4 }, (_, at) => 10 * (at >> 2) + (at % 4)) };

  it('puts each stamp where its cell begins and leaves gaps and the rest clear', () => {
    const pixels = new Uint32Array(8 * 3).fill(7);
    stampRow(pixels, 8, Uint8Array.of(1, 2), (column) => 3 * column, stamps);
    expect([...pixels]).toEqual([
      ...[10, 11, 0, 20, 21, 0, 0, 0],
      ...[12, 13, 0, 22, 23, 0, 0, 0],
      ...[0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it('cuts off what does not fit', () => {
    const pixels = new Uint32Array(6);
    stampRow(pixels, 6, Uint8Array.of(1, 2, 3), (column) => Math.round(2.5 * column), stamps);
    expect([...pixels]).toEqual([10, 11, 0, 20, 21, 30]);
  });
});

describe('Stamps', () => {
  it('draws a shape when it is needed first, and then never again', () => {
    const draw = vi.fn((drawn: readonly number[], edge: number) =>
      Uint32Array.from({ length: drawn.length * edge * edge }, (_, at) => drawn[Math.floor(at / edge / edge)] ?? 0),
    );
    const stamps = new Stamps(2, draw);
    stamps.want(Uint8Array.of(3, 9, 3, 5), 3);
    stamps.want(Uint8Array.of(9, 40), 2);
    expect(draw.mock.calls.map(([drawn]) => drawn)).toEqual([[3, 9], [40]]);
    const shape = (code: number): number[] => [...stamps.pixels.subarray(4 * code, 4 * (code + 1))];
    expect([3, 5, 9, 40].map(shape)).toEqual([
      [3, 3, 3, 3],
      [0, 0, 0, 0],
      [9, 9, 9, 9],
      [40, 40, 40, 40],
    ]);
  });
});

it('a canvas has a pixel for a flat cell, and device pixels for cells with shapes', () => {
  const size = { width: 101, height: 51 };
  expect(sheetOf({ columns: 50, rows: 25, cell: 2 }, size, 1.25)).toEqual({
    pixels: { width: 50, height: 25 },
    shown: { width: 100, height: 50, imageRendering: 'pixelated', backgroundSize: '0' },
  });
  expect(sheetOf({ columns: 12, rows: 6, cell: 8 }, size, 1.25)).toEqual({
    pixels: { width: 126, height: 64 },
    shown: { ...size, imageRendering: 'auto', backgroundSize: '8px 8px' },
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
  /** A canvas that keeps the pixels put on it, and which lines were. */
  class Sheet implements Drawable {
    readonly canvas: { width: number; height: number };
    pixels: number[] = [];
    lines: number[] = [];

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

    putImageData = ({ data, width }: ImageData, ...[left, top, , , wide = width, tall = 0]: number[]): void => {
      const source = new Uint32Array(data.buffer);
      const at = (x: number, y: number): number => (y + (top ?? 0)) * this.canvas.width + x + (left ?? 0);
      for (let y = 0; y < tall; y += 1) {
        this.lines.push(y + (top ?? 0));
        for (let x = 0; x < wide; x += 1) this.pixels[at(x, y)] = source[y * width + x] ?? 0;
      }
    };
  }

  const all = Uint8Array.of(codes.pending, codes.slow, codes.moved, codes.soft, codes.unread, codes.partial);
  const flat = { columns: 3, cell: 2, ratio: 1 };

  it('draws what a new one on a new canvas would, whatever it drew before', () => {
    const painter = new Painter(palette, []);
    const sheet = new Sheet(6, 6);
    const pictures = [
      { codes: all, count: 6, columns: 3 },
      { codes: all.toReversed(), count: 6, columns: 3 },
      { codes: all, count: 4, columns: 3 },
      { codes: all, count: 6, columns: 6 },
      { codes: all, count: 6, columns: 2 },
      { codes: all, count: 2, columns: 2 },
      { codes: all, count: 6, columns: 3 },
    ];
    for (const picture of pictures) {
      painter.draw(sheet, { ...flat, ...picture });
      const fresh = new Sheet(6, 6);
      new Painter(palette, []).draw(fresh, { ...flat, ...picture });
      expect(sheet.pixels, JSON.stringify(picture)).toEqual(fresh.pixels);
      expect(fresh.pixels.filter((pixel) => pixel !== 0)).toHaveLength(picture.count);
    }
  });

  it('touches only rows in which a cell differs, and clears what is no cell any more', () => {
    const painter = new Painter(palette, []);
    const sheet = new Sheet(3, 4);
    painter.draw(sheet, { ...flat, codes: all, count: 6 });
    expect(sheet.lines).toEqual([0, 1]);
    sheet.lines = [];
    painter.draw(sheet, { ...flat, codes: all, count: 6 });
    expect(sheet.lines).toEqual([]);
    painter.forget();
    painter.draw(sheet, { ...flat, codes: all, count: 6 });
    expect(sheet.lines).toEqual([0, 1]);
    sheet.lines = [];
    painter.draw(sheet, { ...flat, codes: all.with(4, codes.pending), count: 6 });
    painter.draw(sheet, { ...flat, codes: all, count: 2 });
    expect(sheet.lines).toEqual([1, 0, 1]);
    expect(sheet.pixels.map((pixel) => pixel !== 0)).toEqual(sheet.pixels.map((_, at) => at < 2));
  });

  it('draws a million cells in parts, the last one included', () => {
    const cells = new Uint8Array(1_000_000);
    cells[999_999] = codes.pending;
    const sheet = new Sheet(1000, 1000);
    new Painter(palette, []).draw(sheet, { codes: cells, count: 1_000_000, columns: 1000, cell: 2, ratio: 1 });
    expect(sheet.lines).toEqual(Array.from({ length: 1000 }, (_, line) => line));
    expect(sheet.pixels[999_998]).toBe(pixelTable(palette, [])[codes.unread]);
    expect(sheet.pixels[999_999]).toBe(pixelTable(palette, [])[codes.pending]);
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
