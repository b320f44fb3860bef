import { describe, expect, it } from 'vitest';
import type { LabDisk } from '../../lab/index.ts';
import {
  eventsOf,
  expectUnreadable,
  failUnreadable,
  MAIN_TAG,
  read,
  sectorsWithTag,
  succeed,
  tags,
  useKernelLab,
  write,
} from './harness/index.ts';

const MIB = 1024 * 1024;
const fixture = useKernelLab({
  disks: [
    { name: 'nvme', bytes: 16 * MIB, bus: 'nvme', serial: 'TEST-NVME' },
    { name: 'virtio', bytes: 16 * MIB, bus: 'virtio-blk', serial: 'TEST-VIRTIO' },
    { name: 'scsi', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SCSI' },
    { name: 'medium', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-MEDIUM', medium: 'blkdebug' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

/** Requests of a disk that failed since `mark` and took in a sector. */
function failures(disk: LabDisk, mark: number, sector: number, operation: 'read' | 'write'): { count: number }[] {
  return disk.log
    .entries(mark)
    .filter((entry) => entry.operation === operation && entry.result === 'failed')
    .filter((entry) => entry.sector <= sector && sector < entry.sector + entry.count);
}

const blockOf = (sector: number): number => Math.floor(sector / 8);

describe.each(['nvme', 'virtio', 'scsi'])('on %s, a healthy neighbour of a bad block', (disk) => {
  it('is not remapped when 4 MiB of buffered writes were merged with it', async () => {
    const { target, main } = await fixture.pair({ main: disk });
    const { kernelLab } = fixture;
    const mark = main.log.mark();
    main.faults.add({ kind: 'medium', ranges: [{ first: 5003, count: 1 }] });

    const args = ['if=/dev/zero', `of=${target.path}`, 'bs=4M', 'count=1', 'conv=notrunc,fsync'];
    await kernelLab.run('/usr/bin/dd', args);

    // The test proves nothing unless the bad block failed together with others.
    const merged = failures(main, mark, 5003, 'write').filter(({ count }) => count > 8);
    expect(merged.length).toBeGreaterThan(0);
    expect(await target.remaps()).toMatchObject([{ block: blockOf(5003), cause: 'auto', residency: 0xffn }]);
    expect(await target.status()).toMatchObject({ auto: 1, spareUsed: 1, pending: 0, writeErrors: 1 });
    const reads = Array.from({ length: 4 }, (_, n) => read(target, n * 2048, 2048));
    for (const { error, tags: found } of await kernelLab.io.each(reads)) {
      expect(error).toBeNull();
      expect(found).toEqual(tags(0, 2048));
    }
    expect(await succeed(kernelLab.io, read(target, 8192, 8))).toEqual(tags(MAIN_TAG, 8));
  });

  it('is neither pending nor lost when a 64 KiB read went over it', async () => {
    const { target, main } = await fixture.pair({ main: disk });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 1000, count: 1 }] });
    const mark = main.log.mark();

    const parts = Array.from({ length: 16 }, (_, n) => read(target, 960 + n * 8, 8, { buffered: true }));
    const outcomes = [...(await io.each(parts)), ...(await io.together(parts)), await io.one(read(target, 960, 128))];

    expect(failures(main, mark, 1000, 'read').some(({ count }) => count > 8)).toBe(true);
    expectUnreadable(outcomes.pop());
    outcomes.forEach((outcome, n) => {
      if (n % 16 === 5) expectUnreadable(outcome);
      else expect(outcome).toEqual({ error: null, tags: tags(MAIN_TAG, 8) });
    });
    expect(await target.remaps()).toMatchObject([{ block: 125, state: 'pending' }]);
    expect(await target.status()).toMatchObject({ spareUsed: 0, pending: 1 });
  });

  it('is written where it belongs by a long direct write that fails in three places', async () => {
    const { target, main, spare } = await fixture.pair({ main: disk });
    const { io } = fixture.kernelLab;
    const bad = [4100, 4101, 4900, 6143];
    main.faults.add({ kind: 'medium', ranges: bad.map((first) => ({ first, count: 1 })) });

    await succeed(io, write(target, 4097, 2046, 6));

    const rows = await target.remaps();
    expect(rows.map(({ block }) => block)).toEqual([512, 612]);
    expect(rows.map(({ residency }) => residency)).toEqual([0xfen, 0xffn]);
    expect(sectorsWithTag(spare, 6)).toHaveLength(7 + 8);
    expect(await succeed(io, read(target, 4096, 2047))).toEqual([MAIN_TAG, ...tags(6, 2046)]);
    await failUnreadable(io, read(target, 6143, 1));
  });
});

// On virtio-blk, as the SCSI layer tries a plain error five times more by itself.
describe('a plain I/O error', () => {
  const tries = async (retries: number, operation: 'read' | 'write'): Promise<number> => {
    const { target, main } = await fixture.pair({ main: 'virtio', core: { retries } });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 2400, count: 8 }] });
    const mark = main.log.mark();
    if (operation === 'read') await failUnreadable(io, read(target, 2400, 8));
    else await succeed(io, write(target, 2400, 8, 5));
    const status = await target.status();
    expect(status.pending).toBe(operation === 'read' ? 1 : 0);
    expect(status.auto).toBe(operation === 'read' ? 0 : 1);
    const failed = failures(main, mark, 2400, operation);
    await target.remove();
    return failed.length;
  };

  it.each(['read', 'write'] as const)('of a %s counts only after the retries', async (operation) => {
    const without = await tries(0, operation);
    expect(await tries(3, operation)).toBe(without + 3);
    expect(await tries(16, operation)).toBe(without + 16);
  });

  it('that goes away before the retries are used up is a soft error and moves nothing', async () => {
    const { target, main } = await fixture.pair({ main: 'virtio', core: { retries: 3 } });
    const { io } = fixture.kernelLab;
    const from = (await target.status()).lastEvent;
    main.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 720, count: 1 }], failures: 3 });

    expect(await succeed(io, read(target, 720, 8))).toEqual(tags(MAIN_TAG, 8));

    expect(await target.status()).toMatchObject({ softErrors: 1, readErrors: 0, pending: 0, spareUsed: 0 });
    expect(await target.events(from)).toMatchObject([{ type: 'soft', block: 90 }]);

    main.faults.add({ kind: 'medium', ranges: [{ first: 721, count: 1 }], failures: 3 });
    await succeed(io, write(target, 720, 8, 4));
    expect(await target.status()).toMatchObject({ softErrors: 2, writeErrors: 0, auto: 0, spareUsed: 0 });
    expect(await succeed(io, read(target, 720, 8))).toEqual(tags(4, 8));
  });

  it('without retries is an error where with them it would have been a soft one', async () => {
    const { target, main } = await fixture.pair({ main: 'virtio', core: { retries: 0 } });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 720, count: 1 }], failures: 3 });
    await failUnreadable(io, read(target, 720, 8));
    expect(await target.status()).toMatchObject({ softErrors: 0, readErrors: 1, pending: 1 });

    expect((await target.message('set', 'retries', 3)).code).toBe(0);
    // One failure is left, which the first extra try outlives.
    expect(await succeed(io, read(target, 720, 8))).toEqual(tags(MAIN_TAG, 8));
    expect((await target.status()).pending).toBe(0);
  });

  it('of a neighbour that is good when it is tried alone is no error at all', async () => {
    const { target, main } = await fixture.pair({ main: 'virtio', core: { retries: 0 } });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 64, count: 1 }], failures: 1 });
    expect(await succeed(io, read(target, 0, 1024))).toEqual(tags(MAIN_TAG, 1024));
    expect(await target.status()).toMatchObject({ softErrors: 0, readErrors: 0, pending: 0 });
    expect(eventsOf(await target.events(), 'pending')).toEqual([]);
  });
});

describe('a medium error', () => {
  it('of a write counts at once: the data is saved without retries', async () => {
    const { target, main } = await fixture.pair({ main: 'nvme', core: { retries: 16 } });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 2400, count: 8 }] });
    const mark = main.log.mark();
    await succeed(io, write(target, 2400, 8, 5));
    // Once as it came, and once alone.
    expect(failures(main, mark, 2400, 'write').length).toBeLessThanOrEqual(2);
    expect(await target.status()).toMatchObject({ auto: 1, writeErrors: 1 });
  });

  it('that a SCSI disk reports is passed on as what it is, and remapped when written', async () => {
    const { target, main, spare } = await fixture.pair({ main: 'medium' });
    const { io, lab } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 3205, count: 1 }] });
    await lab.faultsSettled();

    const { error } = await io.one(read(target, 3200, 128));
    expect(error).toBe('ENODATA');
    expect(await target.remaps()).toMatchObject([{ block: 400, state: 'pending' }]);

    await succeed(io, write(target, 3200, 128, 3));
    expect(await target.remaps()).toMatchObject([{ block: 400, state: 'mapped', cause: 'auto', residency: 0xffn }]);
    expect(sectorsWithTag(spare, 3)).toHaveLength(8);
    expect(await succeed(io, read(target, 3200, 128))).toEqual(tags(3, 128));
  });
});
