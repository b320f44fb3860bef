import type { UnitSource } from '../../../helper/spare/source.ts';
import type { SectorRange } from '../../../lab/disk/ranges.ts';
import { SECTOR_BYTES, UNIT_SECTORS } from './spare-format.ts';

/** What the offline reader of spares needs of a disk whose contents the host has at hand. */
export function unitsOf(disk: {
  readonly bytes: number;
  readonly readSectors: (range: SectorRange) => Buffer;
}): UnitSource {
  const read = (unit: number): Uint8Array => disk.readSectors({ first: unit * UNIT_SECTORS, count: UNIT_SECTORS });
  return {
    sizeSectors: disk.bytes / SECTOR_BYTES,
    read: (unit) => Promise.resolve(read(unit)),
    readMany: (first, count) => Promise.resolve(Array.from({ length: count }, (_, index) => read(first + index))),
  };
}
