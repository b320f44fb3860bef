/** How a spare is divided, as docs/on-disk-format.md has it. */

/** Bytes of a metadata unit. */
export const UNIT_BYTES = 4096;
export const UNIT_SECTORS = UNIT_BYTES / 512;
/** A superblock may stand at this many places, evenly spread from the start. */
const PLACES = 8;
const STATE_UNITS = { least: 80, most: 1024 };
export const TABLE_ENTRIES_PER_UNIT = 84;
/** Spare blocks that must be left for data. */
const LEAST_USABLE = 16;
/** Spare blocks are 32-bit numbers, and two values of those are none. */
const MOST_BLOCKS = 0xffff_fffe;

/** Byte offsets at which a superblock may stand on a spare of this size, ascending. All must be zero to format it. */
export function superblockPlaces(spareSectors: number): number[] {
  const step = Math.floor(Math.floor(spareSectors / UNIT_SECTORS) / PLACES);
  if (step === 0) return [];
  return Array.from({ length: PLACES }, (_, place) => place * step * UNIT_BYTES);
}

/** Half-open range of sectors or of blocks. */
type Range = readonly [from: number, to: number];

/** Where everything stands on a spare. Places and areas are counted in units of 4096 bytes. */
export interface SpareLayout {
  readonly spareSectors: number;
  readonly blockSectors: number;
  readonly spareBlocks: number;
  /** Every place at which a superblock may stand. */
  readonly places: readonly number[];
  /** Where the two copies begin. */
  readonly copies: readonly [number, number];
  readonly stateUnits: number;
  readonly tableUnits: number;
  /** Spare blocks that never hold data, as ranges of blocks, ascending. */
  readonly reserved: readonly Range[];
  /** Number of the spare blocks that may hold data. */
  readonly usable: number;
}

/**
 * Lays out a spare; null when it is too small for its metadata and {@link LEAST_USABLE} blocks. The spare holds two
 * copies of superblock, state and table, one from the start and one from the middle; a block is usable when it touches
 * neither of them nor any other place of a superblock.
 */
export function layoutOf(spareSectors: number, blockSectors: number): SpareLayout | null {
  const units = Math.floor(spareSectors / UNIT_SECTORS);
  const spareBlocks = Math.min(Math.floor(spareSectors / blockSectors), MOST_BLOCKS);
  const stateUnits = Math.min(Math.max(Math.floor(units / 64), STATE_UNITS.least), STATE_UNITS.most);
  const tableUnits = Math.ceil(spareBlocks / TABLE_ENTRIES_PER_UNIT);
  const area = 1 + stateUnits + tableUnits;
  const places = superblockPlaces(spareSectors).map((bytes) => bytes / UNIT_BYTES);
  const second = places[PLACES / 2];
  if (second === undefined || area > second || second + area > units) return null;
  const reserved = places
    .map((place): Range => {
      const length = place === 0 || place === second ? area : 1;
      return [place * UNIT_SECTORS, (place + length) * UNIT_SECTORS];
    })
    .map(([from, to]): Range => [Math.floor(from / blockSectors), Math.ceil(to / blockSectors)]);
  let usable = spareBlocks;
  let counted = 0;
  for (const [from, to] of reserved) {
    const end = Math.min(to, spareBlocks);
    usable -= Math.max(0, end - Math.max(from, counted));
    counted = Math.max(counted, end);
  }
  if (usable < LEAST_USABLE) return null;
  const copies = [0, second] as const;
  return { spareSectors, blockSectors, spareBlocks, places, copies, stateUnits, tableUnits, reserved, usable };
}

/** True when a spare block may hold data. */
export function isUsable({ spareBlocks, reserved }: SpareLayout, spareBlock: number): boolean {
  return spareBlock < spareBlocks && !reserved.some(([from, to]) => spareBlock >= from && spareBlock < to);
}

/** Unit at which unit `index` of the state slot with the number of a copy stands. */
export function stateUnit({ copies }: SpareLayout, slot: 0 | 1, index: number): number {
  return copies[slot] + 1 + index;
}

/** Unit at which unit `index` of a copy of the table stands. */
export function tableUnit({ copies, stateUnits }: SpareLayout, copy: 0 | 1, index: number): number {
  return copies[copy] + 1 + stateUnits + index;
}

/** Blocks for data on a spare, null when it is too small. */
export function usableBlocks(spareSectors: number, blockSectors: number): number | null {
  return layoutOf(spareSectors, blockSectors)?.usable ?? null;
}

/** Smallest spare that a block size allows, in sectors. */
export function smallestSpareSectors(blockSectors: number): number {
  let sectors = 2 * STATE_UNITS.least * UNIT_SECTORS;
  while (usableBlocks(sectors, blockSectors) === null) sectors += UNIT_SECTORS;
  return sectors;
}
