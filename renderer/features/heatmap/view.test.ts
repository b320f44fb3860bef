import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  blocksAt,
  blocksPerCell,
  capacity,
  clampView,
  fitLevel,
  indexAt,
  indexOf,
  pan,
  reveal,
  scaleOf,
  wholeView,
  windowOf,
  zoomAt,
} from './view.ts';

const size = { width: 700, height: 320 };

describe('fitLevel', () => {
  it.each([
    [1, 100, 0],
    [100, 100, 0],
    [101, 100, 1],
    [1_000_000, 4000, 8],
    [0, 10, 0],
  ])('%d blocks in %d cells need level %d', (blocks, cells, level) => {
    expect(fitLevel(blocks, cells)).toBe(level);
  });
});

describe('scaleOf', () => {
  it('shows the whole disk at its widest, in cells of 8 to 24 px', () => {
    for (const blocks of [1, 37, 3500, 1_000_000, 488_378_646, 2 ** 42]) {
      const scale = scaleOf(size, 'normal', blocks);
      const view = wholeView(scale);
      expect(windowOf(view, scale)).toEqual({ first: 0, count: blocks });
      expect(scale.gridAt(view.level).cell).toBeGreaterThanOrEqual(8);
      expect(scale.gridAt(view.level).cell).toBeLessThanOrEqual(24);
    }
  });

  it('grows cells of one block up to 24 px', () => {
    const scale = scaleOf(size, 'normal', 1_000_000);
    expect(scale.gridAt(scale.closest).cell).toBe(24);
    expect(blocksPerCell(scale.closest)).toBe(1);
  });

  it('puts a million cells into a window of 1280 by 800 when cells are fine', () => {
    const scale = scaleOf({ width: 2560, height: 1600 }, 'fine', 1_000_000);
    expect(scale.widest).toBe(0);
    expect(capacity(scale.gridAt(0))).toBeGreaterThanOrEqual(1_000_000);
  });
});

const anyView = fc.record({
  first: fc.integer({ min: -1000, max: 5_000_000 }),
  level: fc.integer({ min: -9, max: 40 }),
});

describe('clampView', () => {
  it('always lies on the disk, aligned to its cells, and stays where it is when it does', () => {
    fc.assert(
      fc.property(anyView, fc.integer({ min: 1, max: 4_000_000 }), (view, blocks) => {
        const scale = scaleOf(size, 'normal', blocks);
        const clamped = clampView(view, scale);
        expect(clamped.first % blocksPerCell(clamped.level)).toBe(0);
        expect(clamped.first).toBeGreaterThanOrEqual(0);
        expect(clamped.first).toBeLessThan(blocks);
        expect(clampView(clamped, scale)).toEqual(clamped);
      }),
    );
  });

  it('can reach the last block at every level', () => {
    const blocks = 1_000_003;
    const scale = scaleOf(size, 'normal', blocks);
    for (let level = scale.closest; level <= scale.widest; level += 1) {
      const view = clampView({ first: blocks, level }, scale);
      const { first, count } = windowOf(view, scale);
      expect(first + count).toBe(blocks);
    }
  });
});

describe('zoomAt', () => {
  const scale = scaleOf(size, 'normal', 1_000_000);

  it('keeps the block under the pointer in its cell while the window is on the disk', () => {
    const before = zoomAt(wholeView(scale), 500_000, 0.5, 4, scale);
    const index = 1700;
    const block = blocksAt(before, index, scale.blocks)?.first ?? 0;
    const place = index / capacity(scale.gridAt(before.level));
    const after = zoomAt(before, block, place, 1, scale);
    expect(after.level).toBe(before.level - 1);
    expect(indexOf(after, block)).toBe(index);
  });

  it('stops at the ends of the scale', () => {
    expect(zoomAt(wholeView(scale), 5, 0, -3, scale)).toEqual(wholeView(scale));
    expect(zoomAt(wholeView(scale), 5, 0, 100, scale).level).toBe(scale.closest);
  });

  it('zooming in and out again at one block ends where it began', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 1, max: 6 }), (block, steps) => {
        const close = zoomAt(wholeView(scale), block, 0.5, steps, scale);
        expect(zoomAt(close, block, 0.5, -steps, scale)).toEqual(wholeView(scale));
      }),
    );
  });
});

describe('moving', () => {
  const scale = scaleOf(size, 'normal', 1_000_000);
  const close = { first: 500_000, level: 0 };

  it('pans by cells and stops at the start', () => {
    expect(pan(close, 10, scale).first).toBe(500_010);
    expect(pan(close, -600_000, scale).first).toBe(0);
  });

  it('reveals a block elsewhere and leaves the window alone when it is in sight', () => {
    expect(reveal(close, 500_001, scale)).toBe(close);
    const moved = reveal(close, 10, scale);
    expect(windowOf(moved, scale).first).toBe(0);
    const far = reveal(close, 900_000, scale);
    const { first, count } = windowOf(far, scale);
    expect(first <= 900_000 && 900_000 < first + count).toBe(true);
  });
});

describe('hit testing', () => {
  const grid = { columns: 10, rows: 4, cell: 8 };

  it.each([
    [0, 0, 0],
    [7.9, 7.9, 0],
    [8, 0, 1],
    [79, 31, 39],
  ])('the point %d, %d is in cell %d', (x, y, index) => {
    expect(indexAt(grid, x, y)).toBe(index);
  });

  it.each([
    [80, 0],
    [0, 32],
    [-1, 5],
  ])('the point %d, %d is beside the cells', (x, y) => {
    expect(indexAt(grid, x, y)).toBeNull();
  });

  it('cuts the last cell at the end of the disk and knows nothing past it', () => {
    expect(blocksAt({ first: 0, level: 3 }, 2, 20)).toEqual({ first: 16, count: 4 });
    expect(blocksAt({ first: 0, level: 3 }, 3, 20)).toBeNull();
  });
});
