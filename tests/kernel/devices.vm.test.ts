import { describe, expect, it } from 'vitest';
import {
  errnoOf,
  eventsOf,
  expectUnreadable,
  failUnreadable,
  MAIN_TAG,
  read,
  resetToBlank,
  resetToContents,
  sectorsWithTag,
  statsSince,
  succeed,
  tableLine,
  tags,
  tagsOnDisk,
  useKernelLab,
  write,
} from './harness/index.ts';

const MIB = 1024 * 1024;
const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-MAIN', discards: true },
    { name: 'native4k', bytes: 16 * MIB, bus: 'nvme', serial: 'TEST-4KN', logicalBlockBytes: 4096 },
    { name: 'coarse', bytes: 8 * MIB, bus: 'virtio-scsi', serial: 'TEST-COARSE', logicalBlockBytes: 4096 },
    { name: 'odd', bytes: 8 * MIB + 5 * 512, bus: 'virtio-blk', serial: 'TEST-ODD', discards: true },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE', discards: true },
  ],
});

/** Number of the mapped device's queue attribute. */
async function queue(name: string, attribute: string): Promise<string> {
  const { kernelLab } = fixture;
  const { stdout } = await kernelLab.dmsetup(['info', '-c', '--noheadings', '-o', 'minor', name]);
  const file = `/sys/block/dm-${stdout.trim()}/queue/${attribute}`;
  return (await kernelLab.run('/usr/bin/cat', [file])).stdout.trim();
}

describe('an offset table', () => {
  it('serves and remaps the right sectors', async () => {
    const { kernelLab } = fixture;
    const { io, lab } = kernelLab;
    const main = lab.disk('main');
    const spare = lab.disk('spare');
    resetToContents(main);
    resetToBlank(spare);
    const target = fixture.target();
    const line = tableLine({
      start: 2048,
      length: 16384,
      main: kernelLab.device('main'),
      spare: kernelLab.device('spare'),
      blockSectors: 8,
      features: ['format', 'no_scan'],
    });
    await target.create(`0 2048 error\n${line}`);
    const origin = -2048;
    main.faults.add({ kind: 'medium', ranges: [{ first: 800, count: 8 }] });

    expect((await io.one(read(target, 2047, 1))).error).toBe('EIO');
    expect(await succeed(io, read(target, 2048, 512, { origin }))).toEqual(tags(MAIN_TAG, 512));
    expect(await succeed(io, read(target, 2048 + 16384 - 8, 8, { origin }))).toEqual(tags(MAIN_TAG, 8));
    expect((await io.one(read(target, 2048 + 16384, 8, { origin }))).error).not.toBeNull();
    await failUnreadable(io, read(target, 2848, 8, { origin }));
    await succeed(io, write(target, 2840, 24, 5, { origin }));

    const remaps = await target.messageAt(2048, 'remaps', 0, 10);
    expect(remaps.stdout).toMatch(/^100 \d+ mapped auto ff \d+\nend\n?$/);
    expect(await succeed(io, read(target, 2832, 40, { origin }))).toEqual([
      ...tags(1, 8),
      ...tags(5, 24),
      ...tags(1, 8),
    ]);
    expect(tagsOnDisk(main, 784, 8)).toEqual(tags(MAIN_TAG, 8));
    expect(tagsOnDisk(main, 792, 8)).toEqual(tags(5, 8));
    expect(tagsOnDisk(main, 808, 8)).toEqual(tags(5, 8));
    expect(sectorsWithTag(spare, 5)).toHaveLength(8);
    main.faults.clear();
  });
});

describe('a partition as main', () => {
  it('is mapped from its own start, is as long as it is, and remaps what is bad in it', async () => {
    const { kernelLab } = fixture;
    const { io, lab } = kernelLab;
    const main = lab.disk('main');
    const spare = lab.disk('spare');
    resetToContents(main);
    resetToBlank(spare);
    const disk = kernelLab.device('main');
    await kernelLab.run('/usr/sbin/sfdisk', ['--no-reread', '--no-tell-kernel', disk], {
      input: 'start=4096, size=8192\n',
    });
    await kernelLab.run('/usr/sbin/blockdev', ['--rereadpt', disk]);
    const main1 = `${disk}1`;
    const start = await kernelLab.run('/usr/bin/cat', [`/sys/class/block/${main1.replace('/dev/', '')}/start`]);
    expect(start.stdout.trim()).toBe('4096');
    const head = main.hash({ first: 0, count: 4096 });
    const tail = main.hash({ first: 12288, count: main.bytes / 512 - 12288 });
    const target = fixture.target();
    const table = { main: main1, spare: kernelLab.device('spare'), blockSectors: 8, features: ['format', 'no_scan'] };

    const tooLong = await target.tryCreate(tableLine({ ...table, length: 8193 }));
    expect(tooLong.code).not.toBe(0);
    await target.create(tableLine({ ...table, length: 8192 }));
    main.faults.add({ kind: 'medium', ranges: [{ first: 4096 + 2952, count: 8 }] });
    const origin = 4096;

    await failUnreadable(io, read(target, 2952, 8, { origin }));
    expect(await target.remaps()).toMatchObject([{ block: 369, state: 'pending' }]);
    await succeed(io, write(target, 2944, 24, 6, { origin }), write(target, 0, 8, 7, { origin }));
    await succeed(io, write(target, 8184, 8, 8, { origin }));
    expect((await io.one(write(target, 8192, 8, 9, { origin }))).error).not.toBeNull();

    expect(await target.remaps()).toMatchObject([{ block: 369, state: 'mapped', cause: 'auto', residency: 0xffn }]);
    expect(await succeed(io, read(target, 2936, 40, { origin }))).toEqual([
      ...tags(1, 8),
      ...tags(6, 24),
      ...tags(1, 8),
    ]);
    expect(tagsOnDisk(main, 4096, 8)).toEqual(tags(7, 8));
    expect(tagsOnDisk(main, 4096 + 8184, 8)).toEqual(tags(8, 8));
    main.faults.clear();
    expect(main.hash({ first: 0, count: 4096 })).toBe(head);
    expect(main.hash({ first: 12288, count: main.bytes / 512 - 12288 })).toBe(tail);

    await target.remove();
    resetToContents(main);
    await kernelLab.run('/usr/sbin/blockdev', ['--rereadpt', disk]);
  });
});

describe('a main with logical blocks of 4096 bytes', () => {
  it('passes its limits on and refuses smaller writes as dm-linear does', async () => {
    const { target, main } = await fixture.pair({ main: 'native4k' });
    const { kernelLab } = fixture;
    const { io } = kernelLab;
    const linear = fixture.target();
    expect(await queue(target.name, 'logical_block_size')).toBe('4096');
    expect(Number(await queue(target.name, 'physical_block_size'))).toBeGreaterThanOrEqual(4096);

    expect((await io.one(write(target, 8, 1, 10))).error).toBe('EINVAL');
    expect((await io.one(read(target, 9, 8))).error).toBe('EINVAL');
    main.faults.add({ kind: 'medium', ranges: [{ first: 160, count: 8 }] });
    await succeed(io, write(target, 160, 8, 11));
    expect(await succeed(io, read(target, 152, 24))).toEqual([...tags(1, 8), ...tags(11, 8), ...tags(1, 8)]);
    expect(await target.remaps()).toMatchObject([{ block: 20, residency: 0xffn }]);
    expect(await target.status()).toMatchObject({ readErrors: 0, writeErrors: 1, pending: 0 });

    await target.remove();
    await linear.create(`0 32768 linear ${kernelLab.device('native4k')} 0`);
    expect((await io.one(write(linear, 8, 1, 10))).error).toBe('EINVAL');
    expect(await queue(linear.name, 'logical_block_size')).toBe('4096');
  });

  it('is refused with blocks smaller than its logical blocks', async () => {
    const { kernelLab } = fixture;
    resetToBlank(kernelLab.lab.disk('spare'));
    const target = fixture.target();
    const table = {
      length: 32768,
      main: kernelLab.device('native4k'),
      spare: kernelLab.device('spare'),
      features: ['format'],
    };
    for (const blockSectors of [1, 2, 4]) {
      expect((await target.tryCreate(tableLine({ ...table, blockSectors }))).code).not.toBe(0);
    }
  });

  it('moves blocks of several logical blocks piece by piece', async () => {
    const { target, main } = await fixture.pair({ main: 'native4k', blockSectors: 32 });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 648, count: 8 }] });
    await target.ask('remap', 20);
    expect(await target.remaps()).toMatchObject([{ block: 20, cause: 'manual', residency: 0xffff_00ffn }]);
    await succeed(io, write(target, 648, 8, 12));
    expect(await target.remaps()).toMatchObject([{ block: 20, residency: 0xffff_ffffn }]);
    expect(await succeed(io, read(target, 640, 32))).toEqual([...tags(1, 8), ...tags(12, 8), ...tags(1, 16)]);
  });
});

describe('a spare with larger logical blocks than main', () => {
  it('takes pieces that are whole logical blocks of its own', async () => {
    const { target, main } = await fixture.pair({ spare: 'coarse', blockSectors: 32 });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 649, count: 1 }] });
    await target.ask('remap', 20);
    expect(await target.remaps()).toMatchObject([{ block: 20, cause: 'manual', residency: 0xffff_00ffn }]);
    expect(await target.status()).toMatchObject({ spareUsed: 1, spareBad: 0, partial: 1 });
    await succeed(io, write(target, 648, 8, 12));
    expect(await succeed(io, read(target, 640, 32))).toEqual([...tags(1, 8), ...tags(12, 8), ...tags(1, 16)]);
  });
});

describe('a target that is shorter than main', () => {
  it('moves nothing of what lies beyond its end', async () => {
    const { target } = await fixture.pair({ blockSectors: 128, length: 1000 });
    await target.ask('remap', 7);
    expect(await target.remaps()).toMatchObject([{ block: 7, residency: (1n << 104n) - 1n }]);
    expect(await target.status()).toMatchObject({ spareUsed: 1, partial: 0 });
  });
});

describe('a target that became shorter within a moved block', () => {
  it('keeps what the block holds beyond its end, also when that leaves its spare block', async () => {
    const { target, spare, table } = await fixture.pair({ blockSectors: 128, length: 1024 });
    const { io } = fixture.kernelLab;
    await target.ask('remap', 7);
    await succeed(io, write(target, 1000, 24, 31));
    const [tail = 0] = sectorsWithTag(spare, 31);
    await target.reload(tableLine({ ...table, length: 1000 }));
    await target.resume();
    // Main's old data would be there again when it becomes longer.
    expect(errnoOf(await target.message('unmap', 7))).toBe('EIO');

    spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: tail - 104, count: 1 }] });
    await succeed(io, write(target, 896, 8, 32));

    expect(await target.status()).toMatchObject({ spareUsed: 1, spareBad: 1 });
    await target.reload(tableLine(table));
    await target.resume();
    expect(await succeed(io, read(target, 896, 128))).toEqual([...tags(32, 8), ...tags(1, 96), ...tags(31, 24)]);
  });
});

describe('a main that ends in the middle of a block', () => {
  it.each([8, 128])('of %i sectors is served and remapped to its end', async (blockSectors) => {
    const { target, main } = await fixture.pair({ main: 'odd', blockSectors });
    const { io } = fixture.kernelLab;
    const sectors = main.bytes / 512;
    expect(sectors % blockSectors).toBe(5);
    const last = Math.floor(sectors / blockSectors);
    expect(await succeed(io, read(target, sectors - 5, 5))).toEqual(tags(MAIN_TAG, 5));
    main.faults.add({ kind: 'medium', ranges: [{ first: sectors - 3, count: 1 }] });

    await failUnreadable(io, read(target, sectors - 5, 5));
    expect(await target.remaps()).toMatchObject([{ block: last, state: 'pending' }]);
    await succeed(io, write(target, sectors - 13, 13, 13));

    expect(await target.remaps()).toMatchObject([{ block: last, residency: 0b11111n }]);
    expect(await target.status()).toMatchObject({ partial: 0, pending: 0 });
    expect(await succeed(io, read(target, sectors - 16, 16))).toEqual([...tags(1, 3), ...tags(13, 13)]);
    expect((await io.one(write(target, sectors, 1, 14))).error).not.toBeNull();
  });
});

describe('a flush', () => {
  it('reaches main and spare, as the write cache of the mapped device promises', async () => {
    const { target, main, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    expect(await queue(target.name, 'write_cache')).toBe('write back');
    await succeed(io, write(target, 0, 8, 15));
    expect(main.stats.dirtySectors).toBeGreaterThan(0);
    const before = [main.stats, spare.stats] as const;

    await succeed(io, { op: 'fsync', device: target.path });

    expect(statsSince(main, before[0]).flushes).toBe(1);
    expect(statsSince(spare, before[1]).flushes).toBe(1);
    expect(main.stats.dirtySectors).toBe(0);
  });

  it('fails when either device cannot flush', async () => {
    const { target, main, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    for (const disk of [main, spare]) {
      await succeed(io, write(target, 0, 8, 16));
      const fault = disk.faults.add({ kind: 'medium', operations: ['flush'] });
      const [outcome] = await io.each([{ op: 'fsync', device: target.path }]);
      expect(outcome?.error, disk.name).toBe('EIO');
      disk.faults.remove(fault);
    }
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 0, pending: 0, auto: 0 });
  });

  it('of the spare that fails while a block is moved moves nothing, and is told to the next who flushes', async () => {
    const { target, main, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    const sync = { op: 'fsync', device: target.path } as const;
    main.faults.add({ kind: 'medium', ranges: [{ first: 800, count: 8 }] });
    const fault = spare.faults.add({ kind: 'medium', operations: ['flush'] });
    expect((await io.one(write(target, 800, 8, 21))).error).toBe('EIO');
    spare.faults.remove(fault);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 0, spareBad: 0, copiesGood: 2 });

    // Somebody's acknowledged write may have been in the cache that could not be written.
    expect((await io.each([sync, sync])).map(({ error }) => error)).toEqual(['EIO', null]);
    await succeed(io, write(target, 800, 8, 22), sync);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1, spareBad: 0 });
    expect(await succeed(io, read(target, 800, 8))).toEqual(tags(22, 8));
  });

  it('of the spare that fails once while a block is moved costs another try, and is told to the next who flushes', async () => {
    const { target, main, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    const sync = { op: 'fsync', device: target.path } as const;
    main.faults.add({ kind: 'medium', ranges: [{ first: 800, count: 8 }] });
    // More often than the kernel's SCSI layer tries by itself, and less than twice that.
    spare.faults.add({ kind: 'medium', operations: ['flush'], failures: 8 });
    await succeed(io, write(target, 800, 8, 23));
    expect(spare.faults.list()).toEqual([]);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1, spareBad: 0, copiesGood: 2 });
    expect((await io.each([sync, sync])).map(({ error }) => error)).toEqual(['EIO', null]);
  });

  it('is not needed for a forced write, wherever it goes', async () => {
    const { target, main, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 800, count: 8 }] });
    await succeed(io, write(target, 800, 8, 17), { op: 'fsync', device: target.path });

    await succeed(io, write(target, 400, 8, 18, { durable: true }), write(target, 800, 8, 19, { durable: true }));

    expect(main.stats.dirtySectors).toBe(0);
    expect(spare.stats.dirtySectors).toBe(0);
    expect(tagsOnDisk(main, 400, 8)).toEqual(tags(18, 8));
    expect(sectorsWithTag(spare, 19)).toHaveLength(8);
  });
});

describe('discard and write-zeroes', () => {
  it('a discard keeps the mapping, and main’s old data does not come back', async () => {
    const { target, main } = await fixture.pair({ main: 'odd' });
    const { kernelLab } = fixture;
    main.faults.add({ kind: 'medium', ranges: [{ first: 808, count: 8 }] });
    await succeed(kernelLab.io, write(target, 808, 8, 20), write(target, 816, 8, 20));
    const rows = await target.remaps();
    const args = ['--offset', String(800 * 512), '--length', String(32 * 512), target.path];

    await kernelLab.run('/usr/sbin/blkdiscard', args);

    expect(await target.remaps()).toEqual(rows);
    main.faults.clear();
    for (const tag of await succeed(kernelLab.io, read(target, 808, 8))) expect([0, 20]).toContain(tag);
    expect(await succeed(kernelLab.io, read(target, 792, 8))).toEqual(tags(MAIN_TAG, 8));
    await succeed(kernelLab.io, write(target, 808, 8, 21));
    expect(await succeed(kernelLab.io, read(target, 808, 8))).toEqual(tags(21, 8));
    expect(tagsOnDisk(main, 808, 8)).not.toContain(21);
    expect(await target.status()).toMatchObject({ spareUsed: 1, auto: 1 });
  });

  it.each(['main', 'odd'])('write-zeroes over %s zeroes resident sectors and moves bad ones', async (disk) => {
    const { target, main } = await fixture.pair({ main: disk });
    const { kernelLab } = fixture;
    main.faults.add({ kind: 'medium', ranges: [{ first: 806, count: 4 }] });
    await succeed(kernelLab.io, write(target, 806, 1, 22));
    const args = ['-z', '--offset', String(792 * 512), '--length', String(32 * 512), target.path];

    await kernelLab.run('/usr/sbin/blkdiscard', args);

    expect(await succeed(kernelLab.io, read(target, 784, 48))).toEqual([...tags(1, 8), ...tags(0, 32), ...tags(1, 8)]);
    expect(await target.remaps()).toMatchObject([
      { block: 100, residency: 0xffn },
      { block: 101, residency: 0xffn },
    ]);
    expect(eventsOf(await target.events(), 'halted')).toEqual([]);
  });

  it('a direct reader of a bad block next to zeroed ones still gets its error', async () => {
    const { target, main } = await fixture.pair();
    const { kernelLab } = fixture;
    main.faults.add({ kind: 'medium', ranges: [{ first: 840, count: 8 }] });
    await kernelLab.run('/usr/sbin/blkdiscard', [
      '-z',
      '--offset',
      String(800 * 512),
      '--length',
      String(40 * 512),
      target.path,
    ]);
    expectUnreadable(await kernelLab.io.one(read(target, 832, 16)));
    expect(await succeed(kernelLab.io, read(target, 832, 8))).toEqual(tags(0, 8));
  });
});
