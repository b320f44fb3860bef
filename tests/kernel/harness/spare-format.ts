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

/**
 * Whether a spare block may hold data: it touches neither an area of metadata nor a place of a superblock nor a unit of
 * the table that was moved.
 */
export function isUsable(
  layout: Pick<SpareLayout, 'blockSectors' | 'spareBlocks' | 'places' | 'copies' | 'areaUnits'>,
  block: number,
  moved: readonly MovedUnit[] = [],
): boolean {
  const first = block * layout.blockSectors;
  const end = first + layout.blockSectors;
  const touches = (unit: number, count: number): boolean =>
    first < (unit + count) * UNIT_SECTORS && unit * UNIT_SECTORS < end;
  if (block < 0 || block >= layout.spareBlocks) return false;
  if (layout.copies.some((copy) => touches(copy, layout.areaUnits))) return false;
  if (moved.some(({ place }) => touches(place, 1))) return false;
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

/** Where a unit of the table stands: at its own place unless it was moved. */
export function tableUnit(layout: SpareLayout, copy: 0 | 1, index: number, moved: readonly MovedUnit[] = []): number {
  const found = moved.find((one) => one.copy === copy && one.unit === index);
  return found?.place ?? layout.copies[copy] + 1 + layout.stateUnits + index;
}

/** A unit of the table that stands at another unit of the spare than its own. */
export interface MovedUnit {
  readonly copy: 0 | 1;
  /** Number of the unit within the table. */
  readonly unit: number;
  /** Unit of the spare where it stands. */
  readonly place: number;
}

const MOVED_MAX = 100;
const MOVED_BIT = 1n;
/** Byte offsets in a superblock. */
const INCOMPAT = 88;
const MOVED_COUNT = 1856;
const MOVED_LIST = 1864;

/** Puts a list of moved units into a superblock, with the feature that tells of it; the checksum is left. */
export function writeMoved(superblock: Buffer, moved: readonly MovedUnit[]): void {
  const features = superblock.readBigUInt64LE(INCOMPAT) & ~MOVED_BIT;
  superblock.writeBigUInt64LE(moved.length > 0 ? features | MOVED_BIT : features, INCOMPAT);
  superblock.writeUInt32LE(moved.length, MOVED_COUNT);
  superblock.fill(0, MOVED_LIST, MOVED_LIST + MOVED_MAX * 16);
  for (const [index, { copy, unit, place }] of moved.entries()) {
    superblock.writeBigUInt64LE((BigInt(copy) << 56n) + BigInt(unit), MOVED_LIST + index * 16);
    superblock.writeBigUInt64LE(BigInt(place), MOVED_LIST + index * 16 + 8);
  }
}

/** The list of moved units of a superblock; a string, what is wrong with it, when it cannot be. */
export function parseMoved(superblock: Buffer, layout: SpareLayout): readonly MovedUnit[] | string {
  const count = superblock.readUInt32LE(MOVED_COUNT);
  const features = superblock.readBigUInt64LE(INCOMPAT);
  if ((features & ~MOVED_BIT) !== 0n) return 'the superblock has features that nobody knows';
  if (count > MOVED_MAX) return `${count} units are listed as moved`;
  if (features !== (count === 0 ? 0n : MOVED_BIT)) return `${count} units are listed as moved, against the features`;
  const list: MovedUnit[] = [];
  for (let offset = MOVED_LIST; offset < MOVED_LIST + count * 16; offset += 16) {
    const copy = superblock.readUInt8(offset + 7);
    const unit = superblock.readUIntLE(offset, 6) + superblock.readUInt8(offset + 6) * 2 ** 48;
    const place = Number(superblock.readBigUInt64LE(offset + 8));
    if (copy !== 0 && copy !== 1) return `a unit of copy ${copy} is listed as moved`;
    const words = `unit ${unit} of the table, copy ${copy}, at unit ${place}`;
    if (unit >= layout.tableUnits) return `${words}: there is no such unit`;
    if (list.some((one) => one.copy === copy && one.unit === unit)) return `${words}: it is listed twice`;
    if (list.some((one) => one.place === place)) return `${words}: another one stands there`;
    if (place >= Math.floor(layout.spareSectors / UNIT_SECTORS)) return `${words}: beyond the end`;
    if (layout.places.includes(place)) return `${words}: a superblock may stand there`;
    const isInside = (first: number): boolean => first <= place && place < first + layout.areaUnits;
    if (layout.copies.some(isInside)) return `${words}: inside the area of a copy`;
    list.push({ copy, unit, place });
  }
  return list;
}
