import { crc32 } from 'node:zlib';
import { SECTOR_BYTES } from '../disk/ranges.ts';

/**
 * What the workload writes: each sector says where it belongs, by which run and in which write it came, and carries a
 * checksum, so that whoever reads it can tell stale, misplaced and damaged contents apart without knowing the past.
 *
 * Layout, little-endian: 0 magic, 4 seed of the run, 8 sector, 16 generation, 24 CRC-32 of the sector with this field
 * zero, 28 zero, 32 to 511 filling that depends on all of these.
 */
const MAGIC = 0x57524d44;
const CRC_OFFSET = 24;
const FILL_OFFSET = 32;

export type SectorState =
  | { readonly state: 'valid'; readonly seed: number; readonly generation: number }
  | { readonly state: 'blank' }
  /** Not written by a workload. */
  | { readonly state: 'foreign' }
  /** Written by a workload, but damaged or in the wrong place. */
  | { readonly state: 'corrupt' };

/** Fills one sector of `target`, which starts at byte `offset`. */
export function writeSector(target: Buffer, offset: number, seed: number, sector: number, generation: number): void {
  target.writeUInt32LE(MAGIC, offset);
  target.writeUInt32LE(seed >>> 0, offset + 4);
  target.writeBigUInt64LE(BigInt(sector), offset + 8);
  target.writeBigUInt64LE(BigInt(generation), offset + 16);
  target.writeBigUInt64LE(0n, offset + CRC_OFFSET);
  // xorshift32 (Marsaglia, 2003); its state must not be zero.
  let state = (seed ^ Math.imul(sector, 0x9e3779b1) ^ Math.imul(generation, 0x85ebca6b)) >>> 0 || 1;
  for (let at = FILL_OFFSET; at < SECTOR_BYTES; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    target.writeUInt32LE(state >>> 0, offset + at);
  }
  target.writeUInt32LE(crc32(target.subarray(offset, offset + SECTOR_BYTES)), offset + CRC_OFFSET);
}

/** Tells what is in the sector at byte `offset` of `source`, which was read from `sector` of the device. */
export function readSector(source: Buffer, offset: number, sector: number): SectorState {
  const bytes = source.subarray(offset, offset + SECTOR_BYTES);
  if (bytes.readUInt32LE(0) !== MAGIC)
    return bytes.every((byte) => byte === 0) ? { state: 'blank' } : { state: 'foreign' };
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(0, CRC_OFFSET);
  const whole = crc32(copy) === bytes.readUInt32LE(CRC_OFFSET) && bytes.readBigUInt64LE(8) === BigInt(sector);
  if (!whole) return { state: 'corrupt' };
  return { state: 'valid', seed: bytes.readUInt32LE(4), generation: Number(bytes.readBigUInt64LE(16)) };
}
