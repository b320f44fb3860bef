import type { LabDisk, Snapshot } from '../../../lab/index.ts';
import { contentOf, NUMBER_OFFSET, SECTOR_BYTES, TAG_OFFSET, tagsOf } from './content.ts';

/** Puts the contents of a tag on sectors of a disk, from outside the machine. */
export function fillDisk(disk: LabDisk, tag: number, first = 0, count = disk.bytes / SECTOR_BYTES, origin = 0): void {
  const step = 2048;
  for (let done = 0; done < count; done += step) {
    const sector = first + done;
    disk.writeSectors(sector, contentOf(tag, sector + origin, Math.min(step, count - done)));
  }
}

/** The tag of each sector, as it is on the disk, whatever its faults. */
export function tagsOnDisk(disk: LabDisk, first: number, count: number, origin = 0): number[] {
  return tagsOf(disk.readSectors({ first, count }), first + origin);
}

/** The sectors of a disk that hold contents of a test with this tag, wherever they belong. */
export function sectorsWithTag(disk: LabDisk, tag: number): number[] {
  const found: number[] = [];
  const step = 2048;
  const sectors = disk.bytes / SECTOR_BYTES;
  for (let first = 0; first < sectors; first += step) {
    const bytes = disk.readSectors({ first, count: Math.min(step, sectors - first) });
    for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
      if (bytes.readUInt32LE(at + TAG_OFFSET) !== tag) continue;
      const belongs = bytes.readUInt32LE(at + NUMBER_OFFSET);
      if (tagsOf(bytes.subarray(at, at + SECTOR_BYTES), belongs)[0] === tag) found.push(first + at / SECTOR_BYTES);
    }
  }
  return found;
}

const filled = new WeakMap<LabDisk, Snapshot>();
const blank = new WeakMap<LabDisk, Snapshot>();

/** Fills a whole disk with the contents of `MAIN_TAG`, cheaply from the second time on, and drops its faults. */
export function resetToContents(disk: LabDisk): void {
  disk.faults.clear();
  const before = filled.get(disk);
  if (before !== undefined) {
    disk.restore(before);
    return;
  }
  fillDisk(disk, MAIN_TAG);
  filled.set(disk, disk.snapshot());
}

/** Zeroes a whole disk and drops its faults. */
export function resetToBlank(disk: LabDisk): void {
  disk.faults.clear();
  const before = blank.get(disk);
  if (before !== undefined) {
    disk.restore(before);
    return;
  }
  const step = 2048;
  const sectors = disk.bytes / SECTOR_BYTES;
  for (let first = 0; first < sectors; first += step) {
    disk.writeSectors(first, Buffer.alloc(Math.min(step, sectors - first) * SECTOR_BYTES));
  }
  blank.set(disk, disk.snapshot());
}

/** What every sector of main holds when a test begins. */
export const MAIN_TAG = 1;
