/**
 * Where things stand on a spare, worked out from docs/on-disk-format.md alone. It shares no code with the module, so
 * that the two can disagree.
 */

export const SECTOR_BYTES = 512;
export const UNIT_BYTES = 4096;
export const UNIT_SECTORS = 8;
export const TABLE_ENTRIES = 84;
export const COPIES = 2;
const PLACES = 8;
const STATE_UNITS_MIN = 80;
const STATE_UNITS_MAX = 1024;
const MIN_USABLE_BLOCKS = 16;

/** The four letters with which each kind of unit begins, as little-endian numbers. */
export const MAGIC = { super: 0x53706d52, table: 0x54706d52, state: 0x41706d52 } as const;
export type UnitKind = keyof typeof MAGIC;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  // 0x82f63b78 is the Castagnoli polynomial (RFC 3720, appendix B.4), reflected.
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

/** CRC32C of the bytes (RFC 3720). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Makes the checksum of a unit right after its bytes were changed. */
export function sealUnit(unit: Buffer): Buffer {
  unit.writeUInt32LE(crc32c(unit.subarray(4, UNIT_BYTES)), 0);
  return unit;
}

/** Positions are in units of 4 KiB from the start of the spare, unless they say otherwise. */
export interface SpareLayout {
  readonly spareSectors: number;
  readonly blockSectors: number;
  readonly spareBlocks: number;
  /** Every place at which a superblock may stand, in units. */
  readonly places: readonly number[];
  /** The superblock of each copy. */
  readonly copies: readonly [number, number];
  readonly stateUnits: number;
  readonly tableUnits: number;
  /** Units of one copy: superblock, state slot and table. */
  readonly areaUnits: number;
  /** Whether the metadata fits and enough blocks are left. */
  readonly fits: boolean;
  /** Spare blocks that may hold data. */
  readonly usable: number;
}

export function spareLayout(spareSectors: number, blockSectors: number): SpareLayout {
  const units = Math.floor(spareSectors / UNIT_SECTORS);
  const spareBlocks = Math.floor(spareSectors / blockSectors);
  const places = Array.from({ length: PLACES }, (_, index) => Math.floor(units / PLACES) * index);
  const copies = [places[0] ?? 0, places[PLACES / 2] ?? 0] as const;
  const stateUnits = Math.min(Math.max(Math.floor(units / 64), STATE_UNITS_MIN), STATE_UNITS_MAX);
  const tableUnits = Math.ceil(spareBlocks / TABLE_ENTRIES);
  const areaUnits = 1 + stateUnits + tableUnits;
  const partial = { spareSectors, blockSectors, spareBlocks, places, copies, stateUnits, tableUnits, areaUnits };
  let usable = 0;
  for (let block = 0; block < spareBlocks; block++) if (isUsable(partial, block)) usable += 1;
  const room = copies[0] + areaUnits <= copies[1] && copies[1] + areaUnits <= units;
  return { ...partial, usable, fits: room && usable >= MIN_USABLE_BLOCKS };
}

/** Whether a spare block may hold data: it touches neither an area of metadata nor a place of a superblock. */
export function isUsable(
  layout: Pick<SpareLayout, 'blockSectors' | 'spareBlocks' | 'places' | 'copies' | 'areaUnits'>,
  block: number,
): boolean {
  const first = block * layout.blockSectors;
  const end = first + layout.blockSectors;
  const touches = (unit: number, count: number): boolean =>
    first < (unit + count) * UNIT_SECTORS && unit * UNIT_SECTORS < end;
  if (block < 0 || block >= layout.spareBlocks) return false;
  if (layout.copies.some((copy) => touches(copy, layout.areaUnits))) return false;
  return !layout.places.some((place) => touches(place, 1));
}

/** The size in sectors of the smallest spare for blocks of so many sectors. */
export function smallestSpare(blockSectors: number): number {
  let sectors = 2 * STATE_UNITS_MIN * UNIT_SECTORS;
  while (!spareLayout(sectors, blockSectors).fits) sectors += UNIT_SECTORS;
  return sectors;
}

export function superUnit(layout: SpareLayout, copy: 0 | 1): number {
  return layout.copies[copy];
}

export function stateUnit(layout: SpareLayout, slot: 0 | 1, index: number): number {
  return layout.copies[slot] + 1 + index;
}

export function tableUnit(layout: SpareLayout, copy: 0 | 1, index: number): number {
  return layout.copies[copy] + 1 + layout.stateUnits + index;
}
