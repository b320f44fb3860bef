import { describe, expect, it } from 'vitest';
import type { LabDisk, LogEntry } from '../../lab/index.ts';
import { eventsOf, meanwhile, read, resetToBlank, tableLine, useKernelLab, type Target } from './harness/index.ts';
import { follow } from './harness/follow.ts';
import { stateUnit, UNIT_SECTORS } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';

const MIB = 1024 * 1024;
const MIB_SECTORS = 2048;
const MIB_BLOCKS = 256;
/** Two regions of the order and half of one. */
const MAIN_MIB = 320;
const BLOCKS = MAIN_MIB * MIB_BLOCKS;

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: MAIN_MIB * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

/** The order in which the MiB of main are to be read: the first of each 128, then of each the second, and so on. */
const ORDER = Array.from({ length: 128 }, (_, row) => [row, row + 128, row + 256].filter((at) => at < MAIN_MIB)).flat();

function line(core: Readonly<Record<string, number>>, features: readonly string[]): string {
  const { kernelLab } = fixture;
  return tableLine({
    length: MAIN_MIB * MIB_SECTORS,
    main: kernelLab.device('main'),
    spare: kernelLab.device('spare'),
    blockSectors: 8,
    features: ['no_scan', ...features],
    core,
  });
}

/** A new pair; nothing was ever written to main, which takes no memory so. */
async function freshTarget(core: Readonly<Record<string, number>>): Promise<Target> {
  resetToBlank(fixture.kernelLab.lab.disk('spare'));
  const target = fixture.target();
  await target.create(line(core, ['format']));
  return target;
}

function readsOf(disk: LabDisk, mark: number): readonly LogEntry[] {
  return disk.log.entries(mark).filter(({ operation }) => operation === 'read');
}

/** Resolves when a disk has got so many requests that are meant, from now on. */
function reached(disk: LabDisk, isMeant: (entry: LogEntry) => boolean, count = 1): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    const stop = disk.log.onRequest((entry) => {
      if (!isMeant(entry) || (left -= 1) > 0) return;
      stop();
      resolve();
    });
  });
}

const isOver = (rows: readonly { type: string }[]): boolean => rows.some(({ type }) => type === 'scan_end');

describe('the order of a scan', () => {
  it('is staggered: of each 128 MiB a MiB in turn, each read whole before the next', async () => {
    const target = await freshTarget({ scan_rate: 0 });
    const main = fixture.kernelLab.lab.disk('main');
    const mark = main.log.mark();
    const { lastEvent } = await target.status();
    await target.ask('scan', 'start');
    await follow(target, lastEvent, isOver);
    const read = readsOf(main, mark);
    const visits: { at: number; sectors: number }[] = [];
    for (const { sector, count } of read) {
      const at = Math.floor(sector / MIB_SECTORS);
      const visit = visits.at(-1);
      if (visit?.at === at) visit.sectors += count;
      else visits.push({ at, sectors: count });
    }
    expect(visits.map(({ at }) => at)).toEqual(ORDER);
    expect(visits.filter(({ sectors }) => sectors !== MIB_SECTORS)).toEqual([]);
    expect(await target.status()).toMatchObject({ scanPasses: 1, scanState: 'off' });
  });
});

describe('the rate of a scan', () => {
  it('is kept, by the clock of the machine', async () => {
    const rate = 1024;
    const kib = 4096;
    const target = await freshTarget({ scan_rate: rate });
    const { lastEvent } = await target.status();
    await target.ask('scan', 'start', 0, kib / 4);
    const told = await follow(target, lastEvent, isOver);
    const [start] = eventsOf(told, 'scan_start');
    const [end] = eventsOf(told, 'scan_end');
    // Nobody waits after the last read of 128 KiB, and a tenth of a second may be saved up before the first.
    const least = ((kib - 128) / rate) * 1000 - 100;
    expect((end?.milliseconds ?? 0) - (start?.milliseconds ?? 0)).toBeGreaterThanOrEqual(least);
    expect(end?.detail).toBe('complete');
  });
});

describe('a scan beside somebody who uses the device', () => {
  it('gives way: it reads little as long as that goes on', async () => {
    const target = await freshTarget({ scan_rate: 0 });
    const { kernelLab } = fixture;
    const main = kernelLab.lab.disk('main');
    // Reads of 4 KiB, one after the other, of the first 40 MiB; the scan is elsewhere.
    const usersEnd = 40 * MIB_SECTORS;
    const isUsers = ({ operation, sector }: LogEntry): boolean => operation === 'read' && sector < usersEnd;
    const mark = main.log.mark();
    const begun = reached(main, isUsers);
    const script = `dd if=${target.path} of=/dev/null bs=4k count=${String((40 * MIB) / 4096)} iflag=direct`;
    const user = meanwhile(kernelLab.run('/usr/bin/sh', ['-ec', script], { timeoutMs: 170_000 }));
    await begun;
    const { lastEvent } = await target.status();
    await target.ask('scan', 'start', 64 * MIB_BLOCKS, BLOCKS - 64 * MIB_BLOCKS);
    await user;
    const reads = readsOf(main, mark);
    const beside = reads.slice(
      reads.findIndex((entry) => !isUsers(entry)),
      reads.findLastIndex(isUsers) + 1,
    );
    const users = beside.filter(isUsers).length;
    expect(users).toBeGreaterThan(500);
    // Alone it has eight reads under way where the user has one. A moment without the user, such as a stalled machine
    // makes, lets a MiB through.
    expect(beside.length - users).toBeLessThan(users / 4);
    expect(beside.length - users).toBeGreaterThan(0);
    // It goes on at once when the user has ended.
    await follow(target, lastEvent, isOver);
  });

  it('gives way to one request that the disk does not answer, too', async () => {
    const target = await freshTarget({ scan_rate: 0 });
    const { kernelLab } = fixture;
    const main = kernelLab.lab.disk('main');
    const isScans = ({ operation, sector }: LogEntry): boolean => operation === 'read' && sector >= MIB_SECTORS;
    const held = main.faults.add({ kind: 'hang', operations: ['read'], ranges: [{ first: 0, count: 1 }] });
    const waits = reached(main, ({ operation, sector }) => operation === 'read' && sector === 0);
    const user = meanwhile(kernelLab.io.one(read(target, 0, 8)));
    await waits;
    const mark = main.log.mark();
    const { lastEvent } = await target.status();
    const twice = reached(main, isScans, 2);
    await target.ask('scan', 'start', MIB_BLOCKS, 64 * MIB_BLOCKS);
    await twice;
    // Left alone it would have sent eight at once.
    expect((await target.status()).scanState).toBe('running');
    expect(main.log.entries(mark).filter(isScans).length).toBeLessThan(6);
    main.faults.remove(held);
    expect((await user).error).toBeNull();
    await follow(target, lastEvent, isOver);
  });

  it('has the idle class, where the kernel tells the class of a request', async ({ skip }) => {
    const target = await freshTarget({ scan_rate: 0 });
    const { kernelLab } = fixture;
    const main = kernelLab.lab.disk('main');
    const disk = kernelLab.device('main').replace('/dev/', '');
    const queued = `/sys/kernel/debug/block/${disk}/sched/queued`;
    const prepare = `
      [ -e /sys/kernel/debug/block ] || mount -t debugfs none /sys/kernel/debug
      grep -q mq-deadline /sys/block/${disk}/queue/scheduler || exit 9
      echo mq-deadline > /sys/block/${disk}/queue/scheduler
      [ -e ${queued} ] || exit 9`;
    const { code } = await kernelLab.lab.exec('/usr/bin/sh', ['-ec', prepare]);
    skip(code === 9, 'the kernel does not tell it');
    expect(code).toBe(0);
    // Of the classes realtime, best effort and idle: how many requests are in the scheduler or at the disk.
    const classes = async (): Promise<string> => (await kernelLab.run('/usr/bin/cat', [queued])).stdout.trim();
    expect(await classes()).toBe('0 0 0');
    const held = main.faults.add({ kind: 'hang', operations: ['read'] });
    const { lastEvent } = await target.status();
    const all = reached(main, ({ operation }) => operation === 'read', 8);
    await target.ask('scan', 'start', 0, MIB_BLOCKS);
    await all;
    expect(await classes()).toBe('0 0 8');
    main.faults.remove(held);
    await follow(target, lastEvent, isOver);
    await kernelLab.run('/usr/bin/sh', ['-ec', `echo none > /sys/block/${disk}/queue/scheduler`]);
  });
});

describe('a power cut', () => {
  it('takes the scan back no further than to the last save, and what is known of regions neither', async () => {
    const core = { save_interval: 1, scan_rate: 8192 };
    const target = await freshTarget(core);
    const { kernelLab } = fixture;
    const spare = kernelLab.lab.disk('spare');
    const { layout } = new SpareImage(spare, 8);
    const heads = ([0, 1] as const).map((slot) => stateUnit(layout, slot, 0) * UNIT_SECTORS);
    const isHead = ({ operation, sector }: LogEntry): boolean => operation === 'write' && heads.includes(sector);
    await target.ask('scan', 'start');
    // Into the second MiB of regions: the place alone says how far it is.
    await reached(kernelLab.lab.disk('main'), ({ sector }) => sector >= MIB_SECTORS && sector < 2 * MIB_SECTORS);
    const place = async (of: Target): Promise<number> =>
      ORDER.indexOf(Math.floor((await of.status()).scanBlock / MIB_BLOCKS));
    const scanned = async (of: Target): Promise<number> => (await of.health(0, BLOCKS, 1))[0]?.scanned ?? 0;
    const before = { place: await place(target), scanned: await scanned(target) };
    // The first of these saves may have begun before; the next one is whole when the third comes.
    await reached(spare, isHead, 3);
    await kernelLab.powerCycle({ lose: 'all' });

    // So slow that it reads next to nothing more.
    const again = fixture.target();
    await again.create(line({ ...core, scan_rate: 1 }, []));
    expect(await again.status()).toMatchObject({ mode: 'rw', scanState: 'running', scanPasses: 0 });
    expect(before.place).toBeGreaterThanOrEqual(3);
    expect(await place(again)).toBeGreaterThanOrEqual(before.place);
    expect(await scanned(again)).toBeGreaterThanOrEqual(before.scanned);
    expect(await scanned(again)).toBeLessThan(BLOCKS);
  });
});
