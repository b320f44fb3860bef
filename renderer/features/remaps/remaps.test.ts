import { describe, expect, it } from 'vitest';

import { makeRow } from '../../testing/fixtures.ts';
import { toCsv } from './csv.ts';
import { isPartial, residencyBits, residentSectors } from './residency.ts';

const geometry = { blockSectors: 8, lengthSectors: 100 };

describe('residency', () => {
  it('bit n is sector n, first sector first', () => {
    expect(residencyBits('05', 8)).toEqual([true, false, true, false, false, false, false, false]);
  });

  it('counts in masks of 128 sectors', () => {
    expect(residentSectors('f'.repeat(32))).toBe(128);
    expect(residentSectors('80000000000000000000000000000001')).toBe(2);
    expect(residentSectors('0')).toBe(0);
  });

  it('a pending block is not a block moved in part', () => {
    expect(isPartial(makeRow({ residency: '0f' }), geometry)).toBe(true);
    expect(isPartial(makeRow({ residency: 'ff' }), geometry)).toBe(false);
    expect(isPartial(makeRow({ state: 'pending', residency: '0' }), geometry)).toBe(false);
  });

  it('a shorter last block is whole with fewer sectors', () => {
    expect(isPartial(makeRow({ block: 12, residency: '0f' }), geometry)).toBe(false);
    expect(isPartial(makeRow({ block: 12, residency: '07' }), geometry)).toBe(true);
  });
});

it('toCsv writes one line for each row and says which unit', () => {
  const rows = [
    makeRow({ block: 10, spareBlock: 3, residency: '0f', seconds: 1_790_000_000 }),
    makeRow({ block: 11, spareBlock: null, state: 'pending', cause: null, residency: '0', seconds: 0 }),
  ];
  expect(toCsv(rows, 8).split('\r\n')).toEqual([
    'block,first_sector,state,spare_block,resident_sectors,block_sectors,residency_mask_hex,cause,unix_seconds,time_utc',
    '10,80,mapped,3,4,8,0f,auto,1790000000,2026-09-21T14:13:20.000Z',
    '11,88,pending,,0,8,0,,0,1970-01-01T00:00:00.000Z',
    '',
  ]);
});
