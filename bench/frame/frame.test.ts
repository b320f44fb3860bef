import { describe, expect, it } from 'vitest';

import { readOptions } from './benchmark.ts';
import { besideLimit, besidePeer, outcomeOf, told } from './figures.ts';
import { median, quantile, spread } from './statistics.ts';
import { formatNumber, markdownTable } from './table.ts';

const cost = (value: number) => ({ name: 'request', unit: 'instructions', value });

describe('median and spread', () => {
  it('takes the middle of an odd number of values by size, not by text', () => {
    expect(median([1000, 9, 80])).toBe(80);
  });

  it('takes the mean of the middle two of an even number', () => {
    expect(median([1, 10, 4, 2])).toBe(3);
  });

  it('leaves what it was given as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses to make a median of nothing or of what is no number', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => median([1, Number.NaN])).toThrow(RangeError);
  });

  it('gives what so large a part does not exceed', () => {
    const values = Array.from({ length: 20 }, (_, at) => 20 - at);
    expect([0.05, 0.5, 0.95, 1].map((part) => quantile(values, part))).toEqual([1, 10, 19, 20]);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });

  it('gives the spread as a part of the median', () => {
    expect(spread([90, 100, 110])).toBeCloseTo(0.2);
    expect(spread([0, 0])).toBe(0);
  });
});

describe('ratios', () => {
  it("is the peer's cost as a part of ours, so that dearer is below 1", () => {
    expect(besidePeer(cost(200), 150, 0.9).ratio).toBe(0.75);
    expect(besidePeer(cost(100), 150, 0.9).ratio).toBe(1.5);
  });

  it('is the part of a limit that is used', () => {
    expect(besideLimit(cost(8), 32).ratio).toBe(0.25);
  });

  it('refuses to divide by nothing or by what is no number', () => {
    expect(() => besidePeer(cost(0), 5, null)).toThrow(RangeError);
    expect(() => besideLimit(cost(5), 0)).toThrow(RangeError);
    expect(() => besideLimit(cost(Number.NaN), 5)).toThrow(RangeError);
  });
});

describe('outcomes', () => {
  it('meets an aim at its edge', () => {
    expect(outcomeOf(besidePeer(cost(100), 98, 0.98))).toBe('met');
    expect(outcomeOf(besideLimit(cost(32), 32))).toBe('met');
  });

  it('misses an aim just beyond its edge', () => {
    expect(outcomeOf(besidePeer(cost(100), 97.9, 0.98))).toBe('missed');
    expect(outcomeOf(besideLimit(cost(32.1), 32))).toBe('missed');
  });

  it('has none where there is no aim', () => {
    expect(outcomeOf(besidePeer(cost(100), 10, null))).toBe('told');
    expect(outcomeOf(told(cost(5)))).toBe('told');
  });

  it('counts a figure without a ratio as missed where there is an aim', () => {
    expect(outcomeOf({ ratio: null, aim: { ratioAtMost: 1 } })).toBe('missed');
    expect(outcomeOf({ ratio: Number.NaN, aim: { ratioAtLeast: 0 } })).toBe('missed');
  });
});

describe('the table', () => {
  it('has a row for each figure, with columns of one width', () => {
    const lines = markdownTable([
      besidePeer({ ...cost(6267), note: '+95' }, 6172, 0.99),
      besideLimit({ name: 'start', unit: 's', value: 5.25 }, 10),
      told(cost(1)),
    ]);
    expect(lines).toHaveLength(5);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[2]).toMatch(/\| +6,267 instructions \| +6,172 instructions \| +0\.9848 \| ≥ 0\.99 +\| MISSED \| \+95/);
    expect(lines[3]).toMatch(/\| +5\.25 s \| +10 s \| +0\.5250 \| ≤ 1 +\| met +\|/);
  });

  it('rounds by size', () => {
    expect([1234.5, 100.4, 99.94, 10.06, 9.999, 0.123].map(formatNumber)).toEqual([
      '1,235',
      '100',
      '99.9',
      '10.1',
      '10.00',
      '0.12',
    ]);
  });
});

describe('options', () => {
  it('reads runs and ascending numbers of remaps', () => {
    expect(readOptions({ runs: '3', remaps: '0,1000,1000000' })).toEqual({ runs: 3, remaps: [0, 1000, 1_000_000] });
    expect(readOptions({})).toEqual({ runs: null, remaps: null });
  });

  it.each([
    { runs: '0' },
    { runs: '1.5' },
    { runs: 'many' },
    { remaps: '' },
    { remaps: '1000,0' },
    { remaps: '5,5' },
    { remaps: '-1' },
    { remaps: '1e3' },
  ])('refuses %o', (words) => {
    expect(() => readOptions(words)).toThrow(RangeError);
  });
});
