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

/** A unit of the table that stands elsewhere than where its copy has it. */
export interface MovedUnit {
  readonly copy: 0 | 1;
  /** Number of the unit within the table. */
  readonly unit: number;
  /** Number of the unit on the spare where it stands. */
  readonly place: number;
}

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
  /** Of each copy, where the units of the table stand that are not at their own place, by their number. */
  readonly moved: readonly [ReadonlyMap<number, number>, ReadonlyMap<number, number>];
  /** Spare blocks that never hold data, as ranges of blocks, ascending. */
  readonly reserved: readonly Range[];
  /** Number of the spare blocks that may hold data. */
  readonly usable: number;
}

/**
 * Lays out a spare; null when it is too small for its metadata and {@link LEAST_USABLE} blocks. The spare holds two
 * copies of superblock, state and table, one from the start and one from the middle; a block is usable when it touches
 * neither of them nor any other place of a superblock. No unit of the table is moved yet; see {@link withMoved}.
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
  const reserved = places.map((place) => blocksOf(blockSectors, place, place === 0 || place === second ? area : 1));
  const usable = usableBeside(reserved, spareBlocks);
  if (usable < LEAST_USABLE) return null;
  const copies = [0, second] as const;
  const moved = [new Map<number, number>(), new Map<number, number>()] as const;
  return { spareSectors, blockSectors, spareBlocks, places, copies, stateUnits, tableUnits, moved, reserved, usable };
}

/** The blocks that a run of units overlaps. */
function blocksOf(blockSectors: number, unit: number, count: number): Range {
  return [Math.floor((unit * UNIT_SECTORS) / blockSectors), Math.ceil(((unit + count) * UNIT_SECTORS) / blockSectors)];
}

/** Number of the spare blocks that are in none of the ranges, which are ascending and may overlap. */
function usableBeside(reserved: readonly Range[], spareBlocks: number): number {
  let usable = spareBlocks;
  let counted = 0;
  for (const [from, to] of reserved) {
    const end = Math.min(to, spareBlocks);
    usable -= Math.max(0, end - Math.max(from, counted));
    counted = Math.max(counted, end);
  }
  return usable;
}

/**
 * The layout with units of the table at other places; null when the list contradicts itself or the layout. A spare does
 * not become too small by it.
 */
export function withMoved(layout: SpareLayout, list: readonly MovedUnit[]): SpareLayout | null {
  const { spareSectors, spareBlocks, blockSectors, tableUnits, places } = layout;
  const units = Math.floor(spareSectors / UNIT_SECTORS);
  const moved = [new Map<number, number>(), new Map<number, number>()] as const;
  const taken = new Set(places);
  for (const { copy, unit, place } of list) {
    if (unit >= tableUnits || moved[copy].has(unit)) return null;
    if (place >= units || taken.has(place) || isInArea(layout, place)) return null;
    moved[copy].set(unit, place);
    taken.add(place);
  }
  const reserved = [...layout.reserved, ...list.map(({ place }) => blocksOf(blockSectors, place, 1))].sort(
    ([a], [b]) => a - b,
  );
  return { ...layout, moved, reserved, usable: usableBeside(reserved, spareBlocks) };
}

/** True for a unit of the spare that belongs to one of the copies. */
export function isInArea({ copies, stateUnits, tableUnits }: SpareLayout, unit: number): boolean {
  return copies.some((copy) => unit >= copy && unit <= copy + stateUnits + tableUnits);
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
export function tableUnit(layout: SpareLayout, copy: 0 | 1, index: number): number {
  return layout.moved[copy].get(index) ?? ownTableUnit(layout, copy, index);
}

/** Unit that a copy has for unit `index` of the table; what is there does not count when that one was moved. */
export function ownTableUnit({ copies, stateUnits }: SpareLayout, copy: 0 | 1, index: number): number {
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
