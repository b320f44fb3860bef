import { describe, expect, it } from 'vitest';

import { confirmationFor } from './plan.ts';
import { blockCount, targetNameSchema } from './target.ts';
import { formatBytes, formatCount, formatCounted } from './units.ts';

describe('units', () => {
  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [1024, '1 KiB'],
    [1536, '1.50 KiB'],
    [10.5 * 1024 * 1024, '10.5 MiB'],
    [2_000_398_934_016, '1.82 TiB'],
    [250 * 1024 ** 5, '250 PiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('counts with separators and the right number', () => {
    expect([formatCount(1234567), formatCounted(1, 'block'), formatCounted(2000, 'block')]).toEqual([
      '1,234,567',
      '1 block',
      '2,000 blocks',
    ]);
  });
});

describe('blockCount', () => {
  it('counts a last partial block', () => {
    expect(blockCount({ lengthSectors: 17, blockSectors: 8 })).toBe(3);
    expect(blockCount({ lengthSectors: 16, blockSectors: 8 })).toBe(2);
  });
});

describe('targetNameSchema', () => {
  it.each(['..', '-x', 'a b', 'a/b', '', 'x'.repeat(65), '.a'])('refuses %j', (name) => {
    expect(targetNameSchema.safeParse(name).success).toBe(false);
  });

  it.each(['photos', 'disk-1', 'A_b.c', '0'])('takes %j', (name) => {
    expect(targetNameSchema.safeParse(name).success).toBe(true);
  });
});

describe('confirmationFor', () => {
  it('asks for the last four characters of the serial', () => {
    expect(confirmationFor({ serial: ' WD-WCC4N0123F2A ', name: 'sdb' })).toEqual({
      kind: 'serial-tail',
      text: '3F2A',
    });
  });

  it.each([null, '', '123'])('asks for the device name when the serial is %j', (serial) => {
    expect(confirmationFor({ serial, name: 'sdb1' })).toEqual({ kind: 'name', text: 'sdb1' });
  });
});
