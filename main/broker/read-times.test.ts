import { describe, expect, it } from 'vitest';

import type { Region, RegionPage } from '../../app/domain/region.ts';
import { readTimes, type FetchRegions } from './read-times.ts';

function region(number: number, scannedAt: number | null): Region {
  const none = { averageLatencyUs: 0, worstLatencyUs: 0, readErrors: 0, writeErrors: 0, softErrors: 0, slowReads: 0 };
  return { number, firstBlock: number * 128, scannedGrains: 1, scannedAt, weight: 0, ...none };
}

function pagesOf(regions: readonly Region[], size: number): { asked: number[]; fetch: FetchRegions } {
  const asked: number[] = [];
  const fetch = (first: number): Promise<RegionPage> => {
    asked.push(first);
    const later = regions.filter(({ number }) => number >= first);
    return Promise.resolve({ regionBlocks: 128, regions: later.slice(0, size), next: later[size]?.number ?? null });
  };
  return { asked, fetch };
}

describe('readTimes', () => {
  it('puts each region of all pages in its place, also where the target says nothing of some', async () => {
    const { asked, fetch } = pagesOf([region(1, 50), region(2, null), region(5, 60), region(9, 70)], 2);
    expect(await readTimes(fetch)).toEqual({ regionBlocks: 128, readAt: [0, 50, 0, 0, 0, 60, 0, 0, 0, 70] });
    expect(asked).toEqual([0, 5]);
  });

  it('has none of a device of which nothing is known', async () => {
    expect(await readTimes(pagesOf([], 2).fetch)).toEqual({ regionBlocks: 128, readAt: [] });
  });

  it('does not ask without end when an answer leads back', async () => {
    let asked = 0;
    const fetch = (): Promise<RegionPage> => {
      asked += 1;
      return Promise.resolve({ regionBlocks: 128, regions: [region(3, 50)], next: 3 });
    };
    expect(await readTimes(fetch)).toEqual({ regionBlocks: 128, readAt: [0, 0, 0, 50] });
    expect(asked).toBe(1);
  });

  it('fails with what a page failed with', async () => {
    await expect(readTimes(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  });
});
