/** How a spare is divided, as docs/on-disk-format.md and kernel/dm-remap-codec.c have it. */

/** Bytes of a metadata unit. */
export const UNIT_BYTES = 4096;
const UNIT_SECTORS = UNIT_BYTES / 512;
/** A superblock may stand at this many places, evenly spread from the start. */
const PLACES = 8;
const STATE_UNITS = { least: 80, most: 1024 };
const TABLE_ENTRIES_PER_UNIT = 84;
/** Spare blocks that must be left for data. */
const LEAST_USABLE = 16;

/** Byte offsets at which a superblock may stand on a spare of this size, ascending. All must be zero to format it. */
export function superblockPlaces(spareSectors: number): number[] {
  const step = Math.floor(Math.floor(spareSectors / UNIT_SECTORS) / PLACES);
  if (step === 0) return [];
  return Array.from({ length: PLACES }, (_, place) => place * step * UNIT_BYTES);
}

/** Half-open range of sectors. */
type Range = readonly [from: number, to: number];

/**
 * Blocks for data on a spare, null when it is too small for its metadata and {@link LEAST_USABLE} blocks. The spare
 * holds two copies of superblock, state and table, one from the start and one from the middle; a block is usable when
 * it touches neither of them nor any other place of a superblock.
 */
export function usableBlocks(spareSectors: number, blockSectors: number): number | null {
  const units = Math.floor(spareSectors / UNIT_SECTORS);
  const blocks = Math.min(Math.floor(spareSectors / blockSectors), 0xffff_fffe);
  const stateUnits = Math.min(Math.max(Math.floor(units / 64), STATE_UNITS.least), STATE_UNITS.most);
  const area = 1 + stateUnits + Math.ceil(blocks / TABLE_ENTRIES_PER_UNIT);
  const places = superblockPlaces(spareSectors).map((bytes) => bytes / UNIT_BYTES);
  const second = places[PLACES / 2];
  if (second === undefined || area > second || second + area > units) return null;
  const reserved = places
    .map((place): Range => {
      const length = place === 0 || place === second ? area : 1;
      return [place * UNIT_SECTORS, (place + length) * UNIT_SECTORS];
    })
    .map(([from, to]): Range => [Math.floor(from / blockSectors), Math.ceil(to / blockSectors)]);
  let usable = blocks;
  let counted = 0;
  for (const [from, to] of reserved) {
    const end = Math.min(to, blocks);
    usable -= Math.max(0, end - Math.max(from, counted));
    counted = Math.max(counted, end);
  }
  return usable < LEAST_USABLE ? null : usable;
}

/** Smallest spare that a block size allows, in sectors. */
export function smallestSpareSectors(blockSectors: number): number {
  let sectors = 2 * STATE_UNITS.least * UNIT_SECTORS;
  while (usableBlocks(sectors, blockSectors) === null) sectors += UNIT_SECTORS;
  return sectors;
}
