import { describe, expect, it } from 'vitest';

import { codes, DIMMED } from './cells.ts';
import { fillPixels } from './draw.ts';
import { flatColours, pixelTable, type Palette } from './palette.ts';

const table = Uint32Array.from({ length: 64 }, (_, code) => 1000 + code);

describe('fillPixels', () => {
  it('makes each cell a square and leaves the rest clear', () => {
    const pixels = new Uint32Array(5 * 4).fill(7);
    fillPixels(pixels, 5, 4, Uint8Array.of(1, 2, 3), 3, 2, 2, table);
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
    fillPixels(pixels, 1000, 1000, cells, 1_000_000, 1000, 1, table);
    expect(pixels[0]).toBe(1000);
    expect(pixels[999_999]).toBe(1000 + codes.pending);
  });
});

describe('colours', () => {
  const palette: Palette = {
    surface: '#ffffff',
    ink: '#000000',
    focus: '#0000ff',
    glow: '#00ff00',
    unreadLine: '#b6bfcb',
    hatch: '#ffffff',
    good: ['#00224e', '#434e6c', '#7d7c78', '#bcaf6f', '#fee838'],
    states: {
      slow: { fill: '#f0d43a', mark: '#000000' },
      soft: { fill: '#e69f00', mark: '#000000' },
      moved: { fill: '#009e73', mark: '#ffffff' },
      partial: { fill: '#009e73', mark: '#ffffff' },
      pending: { fill: '#d55e00', mark: '#ffffff' },
    },
    loading: '#eeeeee',
  };

  it('are canvas pixels in ABGR, opaque', () => {
    expect(pixelTable(palette)[codes.pending]).toBe(0xff005ed5);
  });

  it('fade when dimmed, and what was not read is none of the good ones', () => {
    const flat = flatColours(palette);
    expect(flat[codes.pending]).not.toBe(flat[codes.pending | DIMMED]);
    expect(flat.slice(codes.good, codes.slow)).not.toContain(flat[codes.unread]);
    expect(new Set(flat.slice(0, codes.slow)).size).toBe(codes.slow);
  });
});
