import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ROW_PX, rowsWindow, scrollTo, TALLEST_PX } from './rows-window.ts';

describe('rowsWindow', () => {
  it('draws a handful of rows of a short table where they belong', () => {
    const window = rowsWindow(1000, 300, 3000);
    expect(window).toMatchObject({ height: 30_000, first: 94, seenFirst: 100, seenCount: 10 });
    expect(window.topOf(100)).toBe(3000);
  });

  it('reaches the first and the last of a million and of a hundred million rows in an element that can be drawn', () => {
    for (const rows of [1_000_000, 100_000_000]) {
      const top = rowsWindow(rows, 372, 0);
      expect(top.height).toBe(TALLEST_PX);
      expect(top.first).toBe(0);
      expect(top.topOf(0)).toBe(0);
      const bottom = rowsWindow(rows, 372, TALLEST_PX - 372);
      expect(bottom.first + bottom.count).toBe(rows);
      expect(bottom.topOf(rows - 1) + ROW_PX).toBeCloseTo(TALLEST_PX, 3);
    }
  });

  it('places every drawn row around the scroll position, in order and without gaps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, part) => {
        const whole = Math.min(rows * ROW_PX, TALLEST_PX);
        const scrollTop = part * Math.max(0, whole - 372);
        const { first, count, topOf } = rowsWindow(rows, 372, scrollTop);
        expect(count).toBeLessThan(40);
        expect(topOf(first)).toBeLessThanOrEqual(scrollTop + 0.01);
        expect(topOf(first + count - 1) + ROW_PX).toBeGreaterThanOrEqual(Math.min(whole, scrollTop + 372) - 0.01);
      }),
    );
  });

  it('is empty without rows', () => {
    expect(rowsWindow(0, 372, 50)).toMatchObject({ height: 0, first: 0, count: 0, seenCount: 0 });
  });
});

describe('scrollTo', () => {
  it('brings any row into sight, and does not move when it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 3_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rows, part) => {
          const row = Math.floor(part * (rows - 1));
          const at = scrollTo(rows, 372, 0, row);
          const { seenFirst, seenCount } = rowsWindow(rows, 372, at);
          expect(row).toBeGreaterThanOrEqual(seenFirst);
          expect(row).toBeLessThan(seenFirst + seenCount + 1);
          expect(scrollTo(rows, 372, at, row)).toBeCloseTo(at, 0);
        },
      ),
    );
  });
});
