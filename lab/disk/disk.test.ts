import { expect, test } from 'vitest';
import { LabDisk } from './disk.ts';
import { diskSettings, type DiskOptions } from './options.ts';
import { SECTOR_BYTES } from './ranges.ts';
import { RequestClock } from './request-log.ts';

const MIB = 1024 * 1024;
const OPTIONS: DiskOptions = { name: 'main', bytes: MIB, bus: 'virtio-scsi', serial: 'S' };

function make(options: Partial<DiskOptions> = {}, clock = new RequestClock()): LabDisk {
  return new LabDisk(diskSettings({ ...OPTIONS, ...options }), clock);
}

const block = (value: number, sectors = 8): Buffer => Buffer.alloc(sectors * SECTOR_BYTES, value);

test('a failing write stores what lies before the bad sector and nothing after it', async () => {
  const disk = make();
  disk.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: 3, count: 1 }] });
  expect(await disk.write(0, block(7), false)).toEqual({ error: 'EIO' });
  const stored = Array.from({ length: 8 }, (_, sector) => disk.readSectors({ first: sector, count: 1 })[0]);
  expect(stored).toEqual([7, 7, 7, 0, 0, 0, 0, 0]);
});

test('a failing read gives no data', async () => {
  const disk = make();
  disk.writeSectors(0, block(7));
  disk.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 3, count: 1 }] });
  expect(await disk.read(0, 8 * SECTOR_BYTES)).toEqual({ error: 'EIO' });
  expect(await disk.read(4 * SECTOR_BYTES, SECTOR_BYTES)).toEqual({ data: block(7, 1) });
});

test('an unreadable sector reads again after it was written', async () => {
  const disk = make();
  disk.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 3, count: 1 }] });
  expect(await disk.write(0, block(9), false)).toEqual({});
  expect(await disk.read(0, block(9).length)).toEqual({ data: block(9) });
});

test('counts and logs what reached it, in one order with other disks', async () => {
  const clock = new RequestClock();
  const main = make({}, clock);
  const spare = make({ name: 'spare', recordData: true }, clock);
  await main.read(0, SECTOR_BYTES);
  await spare.write(SECTOR_BYTES, block(1, 1), true);
  await main.flush();
  const entries = [...main.log.entries(), ...spare.log.entries()].sort((a, b) => a.number - b.number);
  expect(
    entries.map(({ disk, operation, sector, count, fua, result }) => [disk, operation, sector, count, fua, result]),
  ).toEqual([
    ['main', 'read', 0, 1, false, 'ok'],
    ['spare', 'write', 1, 1, true, 'ok'],
    ['main', 'flush', 0, 0, false, 'ok'],
  ]);
  expect(spare.log.entries()[0]?.data).toEqual(block(1, 1));
  expect(main.stats).toMatchObject({ reads: 1, flushes: 1, writes: 0, sectorsRead: 1 });
  expect(spare.stats).toMatchObject({ writes: 1, fuaWrites: 1, sectorsWritten: 1, dirtySectors: 0 });
});

test('the log after a mark holds only what came later', async () => {
  const disk = make();
  await disk.read(0, SECTOR_BYTES);
  const mark = disk.log.mark();
  await disk.read(SECTOR_BYTES, SECTOR_BYTES);
  expect(disk.log.entries(mark).map((entry) => entry.sector)).toEqual([1]);
});

test('a request that a power cut overtakes does nothing and is never answered', async () => {
  const disk = make();
  const id = disk.faults.add({ kind: 'hang', operations: ['write'] });
  const outcome = disk.write(0, block(5), false);
  disk.cutPower('none');
  disk.faults.remove(id);
  expect(await outcome).toBeUndefined();
  expect(disk.readSectors({ first: 0, count: 1 })[0]).toBe(0);
  expect(disk.log.entries()[0]?.result).toBe('lost');
});

test('trim and write-zeroes leave zeroes', async () => {
  const disk = make();
  disk.writeSectors(0, block(3, 16));
  await disk.trim(0, SECTOR_BYTES);
  await disk.writeZeroes(8 * SECTOR_BYTES, SECTOR_BYTES, false);
  expect(disk.readSectors({ first: 0, count: 1 })).toEqual(block(0, 1));
  expect(disk.readSectors({ first: 8, count: 1 })).toEqual(block(0, 1));
  expect(disk.readSectors({ first: 1, count: 7 })).toEqual(block(3, 7));
});

test('its hash changes with any byte', () => {
  const disk = make();
  const before = disk.hash();
  disk.writeSectors(2047, block(1, 1));
  expect(disk.hash()).not.toBe(before);
  expect(disk.hash({ first: 0, count: 2047 })).toBe(make().hash({ first: 0, count: 2047 }));
});

test.each<[string, Partial<DiskOptions>]>([
  ['a cache on nvme', { bus: 'nvme', writeCacheBytes: MIB }],
  ['a size that is no multiple of the block', { bytes: MIB + 512, logicalBlockBytes: 4096 }],
  ['4096-byte blocks on ata', { bus: 'ata', logicalBlockBytes: 4096 }],
  ['a read-only ata disk', { bus: 'ata', readOnly: true }],
  ['medium errors by blkdebug on nvme', { bus: 'nvme', medium: 'blkdebug' }],
  ['a world wide name on nvme', { bus: 'nvme', wwn: '5000c500a1b2c3d4' }],
  ['a name that is not one', { name: '../x' }],
  ['an empty serial number', { serial: '' }],
])('refuses %s', (_, options) => {
  expect(() => diskSettings({ ...OPTIONS, ...options })).toThrow(expect.objectContaining({ code: 'bad-option' }));
});
