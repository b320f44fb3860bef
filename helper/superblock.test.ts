import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { crc32c } from './crc32c.ts';
import { fixture, fixtureBytes } from './fixtures.ts';
import { smallestSpareSectors, superblockPlaces, UNIT_BYTES, usableBlocks } from './layout.ts';
import { decodeSuperblock } from './superblock.ts';

describe('crc32c', () => {
  it('gives the check value of the standard', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });
});

describe('the layout of a spare', () => {
  it('agrees with the kernel module on sizes from nothing to hundreds of terabytes', () => {
    const rows = z
      .array(z.tuple([z.number(), z.number(), z.number().nullable()]))
      .parse(JSON.parse(fixture('layout.json')));
    expect(rows.length).toBeGreaterThan(80);
    expect(rows.map(([sectors, block]) => [sectors, block, usableBlocks(sectors, block)])).toEqual(rows);
  });

  it('has a smallest size, below which nothing fits', () => {
    for (const block of [1, 8, 16, 128]) {
      const sectors = smallestSpareSectors(block);
      expect(usableBlocks(sectors, block)).toBeGreaterThanOrEqual(16);
      expect(usableBlocks(sectors - 8, block)).toBeNull();
    }
  });

  it('has eight places, all on whole units of the device', () => {
    const places = superblockPlaces(131_072);
    expect(places).toHaveLength(8);
    expect(places[0]).toBe(0);
    expect(places.every((offset) => offset % UNIT_BYTES === 0 && offset + UNIT_BYTES <= 131_072 * 512)).toBe(true);
    expect(superblockPlaces(7)).toEqual([]);
  });
});

describe('a superblock', () => {
  const unit = fixtureBytes('superblock.bin');

  it('written by the kernel module is read', () => {
    expect(decodeSuperblock(unit)).toEqual({
      kind: 'valid',
      superblock: {
        uuid: '00112233-4455-6677-8899-aabbccddeeff',
        sequence: 7n,
        mainId: 'naa.5000c500a1b2c3d4',
        mainSectors: 2_097_152,
        spareSectors: 204_800,
        blockSectors: 8,
        usableBlocks: usableBlocks(204_800, 8),
      },
    });
  });

  it('is damaged when any byte after the checksum is another', () => {
    for (const at of [8, 64, 68, 96, 192, 4095]) {
      const changed = Uint8Array.from(unit);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(decodeSuperblock(changed)).toEqual({ kind: 'damaged' });
    }
  });

  it('of a newer version or with features that are not known is not believed', () => {
    for (const at of [64, 80, 88]) {
      const changed = Uint8Array.from(unit);
      changed[at] = (changed[at] ?? 0) + 2;
      const view = new DataView(changed.buffer);
      view.setUint32(0, crc32c(changed.subarray(4)), true);
      expect(decodeSuperblock(changed)).toEqual({ kind: 'unsupported' });
    }
  });

  it('is not found in zeroes or in a unit that is too short', () => {
    expect(decodeSuperblock(new Uint8Array(UNIT_BYTES))).toEqual({ kind: 'none' });
    expect(decodeSuperblock(unit.subarray(0, 512))).toEqual({ kind: 'none' });
  });
});
