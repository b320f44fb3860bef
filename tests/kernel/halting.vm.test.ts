import { describe, expect, it } from 'vitest';
import {
  eventsOf,
  expectUnreadable,
  failUnreadable,
  MAIN_TAG,
  read,
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
    { name: 'nvme', bytes: 16 * MIB, bus: 'nvme', serial: 'TEST-NVME' },
    { name: 'scsi', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SCSI' },
    { name: 'virtio', bytes: 16 * MIB, bus: 'virtio-blk', serial: 'TEST-VIRTIO' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

describe.each(['nvme', 'scsi', 'virtio'])('a main on %s that is pulled', (disk) => {
  it('halts remapping and uses no spare; after it was plugged in again all goes on', async () => {
    const { target, main, spare, table } = await fixture.pair({ main: disk });
    const { kernelLab } = fixture;
    const { io, lab } = kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 800, count: 8 }] });
    await succeed(io, write(target, 800, 8, 10));
    const before = await target.status();
    expect(before.auto).toBe(1);

    await lab.pull(disk);
    const lost = await io.each([
      ...Array.from({ length: 20 }, (_, n) => write(target, 4096 + n * 8, 8, 11)),
      ...Array.from({ length: 20 }, (_, n) => read(target, 4096 + n * 8, 8)),
    ]);
    expect(lost.filter(({ error }) => error === null)).toEqual([]);

    const halted = await target.status();
    expect(halted).toMatchObject({ mode: 'halted', auto: 1, spareUsed: before.spareUsed, spareBad: 0, pending: 0 });
    expect(eventsOf(await target.events(before.lastEvent), 'halted')).toHaveLength(1);
    // What is on the spare goes on being served.
    expect(await succeed(io, read(target, 800, 8))).toEqual(tags(10, 8));
    await succeed(io, write(target, 800, 8, 12));
    expect(await succeed(io, read(target, 800, 8))).toEqual(tags(12, 8));

    // Nothing has been seen to: it halts again.
    await target.ask('continue');
    expect((await target.status()).mode).toBe('rw');
    expect((await io.one(write(target, 4096, 8, 13))).error).not.toBeNull();
    expect(await target.status()).toMatchObject({ mode: 'halted', auto: 1, spareUsed: 1 });

    await lab.plug(disk);
    await expect
      .poll(() => kernelLab.findDevices().then(() => kernelLab.hasDevice(disk)), { timeout: 30_000 })
      .toBe(true);
    await target.reload(tableLine({ ...table, main: kernelLab.device(disk), spare: kernelLab.device(spare.name) }));
    await target.resume();
    await target.ask('continue');

    expect(await succeed(io, read(target, 800, 8))).toEqual(tags(12, 8));
    expect(await succeed(io, read(target, 4096, 160))).toEqual(tagsOnDisk(main, 4096, 160));
    main.faults.add({ kind: 'medium', ranges: [{ first: 6400, count: 8 }] });
    await succeed(io, write(target, 6400, 8, 14));
    expect(await target.status()).toMatchObject({ mode: 'rw', auto: 2, spareUsed: 2 });
  });
});

describe('a main that answers nothing but errors', () => {
  it('is taken for lost, not for bad: no spare block is used', async () => {
    const { target, main } = await fixture.pair({ main: 'scsi' });
    const { io } = fixture.kernelLab;
    const from = (await target.status()).lastEvent;
    main.faults.add({ kind: 'medium', operations: ['read', 'write'] });

    const outcomes = await io.each(Array.from({ length: 10 }, (_, n) => write(target, n * 800, 8, 20)));

    expect(outcomes.filter(({ error }) => error !== 'EIO')).toEqual([]);
    expect(await target.status()).toMatchObject({ mode: 'halted', auto: 0, spareUsed: 0, spareBad: 0 });
    expect(eventsOf(await target.events(from), 'halted')).toHaveLength(1);

    main.faults.clear();
    await target.ask('continue');
    expect(eventsOf(await target.events(from), 'continued')).toHaveLength(1);
    await succeed(io, write(target, 0, 8, 21));
    expect(await target.status()).toMatchObject({ mode: 'rw', auto: 0 });
  });
});

describe('storm_limit', () => {
  it('halts remapping when so many blocks were remapped within ten seconds', async () => {
    const { target, main } = await fixture.pair({ main: 'nvme', core: { storm_limit: 4 } });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 8000, count: 800 }] });

    const outcomes = await io.each(Array.from({ length: 8 }, (_, n) => write(target, 8000 + n * 8, 8, 30)));

    expect(outcomes.slice(0, 4).map(({ error }) => error)).toEqual([null, null, null, null]);
    for (const outcome of outcomes.slice(4)) expectUnreadable(outcome);
    const status = await target.status();
    expect(status).toMatchObject({ mode: 'halted', auto: 4, spareUsed: 4 });
    expect(eventsOf(await target.events(), 'halted')).toMatchObject([{ detail: 'storm' }]);
    // Writes to mapped blocks are no storm.
    await succeed(io, write(target, 8000, 8, 31));
    expect(await succeed(io, read(target, 8000, 8))).toEqual(tags(31, 8));

    await target.ask('continue');
    await succeed(io, write(target, 8320, 8, 32));
    expect(await target.status()).toMatchObject({ mode: 'rw', auto: 5 });
  });

  it('of 0 is no limit, and may be changed while it runs', async () => {
    const { target, main } = await fixture.pair({ main: 'nvme', core: { storm_limit: 1 } });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 8000, count: 800 }] });
    await succeed(io, write(target, 8000, 8, 33));
    expect((await target.status()).mode).toBe('halted');

    await target.ask('set', 'storm_limit', 0);
    await target.ask('continue');
    await succeed(io, ...Array.from({ length: 40 }, (_, n) => write(target, 8008 + n * 8, 8, 34)));
    expect(await target.status()).toMatchObject({ mode: 'rw', auto: 41 });
  });

  it('is not eaten by manual moves', async () => {
    const { target } = await fixture.pair({ main: 'nvme', core: { storm_limit: 2 } });
    await target.ask('remap', 0, 50);
    expect(await target.status()).toMatchObject({ mode: 'rw', manual: 50 });
  });
});

describe('no_auto_remap', () => {
  it('counts and tells of errors but moves nothing', async () => {
    const { target, main } = await fixture.pair({ main: 'nvme', features: ['no_auto_remap'] });
    const { io } = fixture.kernelLab;
    expect(await target.table()).toContain(' no_auto_remap');
    main.faults.add({ kind: 'medium', ranges: [{ first: 480, count: 8 }] });

    expectUnreadable(await io.one(write(target, 480, 8, 40)));
    await failUnreadable(io, read(target, 480, 8), write(target, 480, 8, 41), write(target, 483, 1, 42));

    const status = await target.status();
    expect(status).toMatchObject({ mode: 'rw', auto: 0, spareUsed: 0, pending: 1, readErrors: 1, writeErrors: 3 });
    expect(await target.remaps()).toMatchObject([{ block: 60, state: 'pending' }]);
    expect(tagsOnDisk(main, 480, 8)).toEqual(tags(MAIN_TAG, 8));

    await target.ask('remap', 60);
    await succeed(io, read(target, 472, 8));
    expect(await target.status()).toMatchObject({ manual: 1, spareUsed: 1 });
  });
});
