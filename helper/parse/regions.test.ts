import { describe, expect, it } from 'vitest';

import { AppError } from '../../app/errors.ts';
import { parseRegions } from './regions.ts';

const head = '# regions of 256 blocks, grains of 2\n# <region> <first block> <grains scanned> ...\n';

describe('the regions in debugfs', () => {
  it('are read line by line, a region that was never scanned without a time', () => {
    const { regionBlocks, regions } = parseRegions(
      `${head}0 0 128 1767000000 850 120000 1 2 3 4 65536\n7 1792 0 0 0 0 0 1 0 0 32768\n`,
    );
    expect(regionBlocks).toBe(256);
    expect(regions).toEqual([
      {
        number: 0,
        firstBlock: 0,
        scannedGrains: 128,
        scannedAt: 1_767_000_000,
        averageLatencyUs: 850,
        worstLatencyUs: 120_000,
        readErrors: 1,
        writeErrors: 2,
        softErrors: 3,
        slowReads: 4,
        weight: 65_536,
      },
      expect.objectContaining({ number: 7, firstBlock: 1792, scannedGrains: 0, scannedAt: null, writeErrors: 1 }),
    ]);
  });

  it('may be none', () => {
    expect(parseRegions(head)).toEqual({ regionBlocks: 256, regions: [] });
  });

  it.each([
    ['no head', '0 0 128 1767000000 850 120000 1 2 3 4 65536\n'],
    ['nothing', ''],
    ['a column too few', `${head}0 0 128 1767000000 850 120000 1 2 3 4\n`],
    ['a column too many', `${head}0 0 128 1767000000 850 120000 1 2 3 4 65536 1\n`],
    ['more grains than a region has', `${head}0 0 129 1767000000 850 120000 1 2 3 4 65536\n`],
    ['a first block that is not its own', `${head}1 128 128 1767000000 850 120000 1 2 3 4 65536\n`],
    ['no number', `${head}0 0 128 soon 850 120000 1 2 3 4 65536\n`],
  ])('are refused with %s', (_what, text) => {
    expect(() => parseRegions(text)).toThrow(AppError);
  });
});
