import { expect, test } from 'vitest';
import { SECTOR_BYTES } from '../disk/ranges.ts';
import { readSector, writeSector } from './sector-format.ts';

function sector(seed: number, number: number, generation: number): Buffer {
  const buffer = Buffer.alloc(SECTOR_BYTES);
  writeSector(buffer, 0, seed, number, generation);
  return buffer;
}

test('tells what it wrote, up to the largest numbers', () => {
  const generation = Number.MAX_SAFE_INTEGER;
  expect(readSector(sector(0xffffffff, 2 ** 40, generation), 0, 2 ** 40)).toEqual({
    state: 'valid',
    seed: 0xffffffff,
    generation,
  });
});

test('finds any changed byte', () => {
  for (let at = 0; at < SECTOR_BYTES; at++) {
    const bytes = sector(1, 10, 3);
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    expect(readSector(bytes, 0, 10).state).toBe(at < 4 ? 'foreign' : 'corrupt');
  }
});

test('finds a sector in the wrong place', () => {
  expect(readSector(sector(1, 10, 3), 0, 11).state).toBe('corrupt');
});

test('tells an empty sector and a foreign one apart', () => {
  expect(readSector(Buffer.alloc(SECTOR_BYTES), 0, 0).state).toBe('blank');
  expect(readSector(Buffer.alloc(SECTOR_BYTES, 1), 0, 0).state).toBe('foreign');
});

test('fills each sector and generation differently', () => {
  const fills = [sector(1, 10, 3), sector(1, 11, 3), sector(1, 10, 4), sector(2, 10, 3)];
  expect(new Set(fills.map((bytes) => bytes.toString('hex', 32))).size).toBe(4);
});
