import { describe, expect, it } from 'vitest';
import type { LabDisk } from '../../lab/index.ts';
import {
  errnoOf,
  failUnreadable,
  meanwhile,
  read,
  readSingly,
  sectorsWithTag,
  succeed,
  tableLine,
  tags,
  tagsOnDisk,
  useKernelLab,
  write,
  type IoOperation,
  type Pair,
} from './harness/index.ts';
import { failReads, failWrites, firstHit, reopen } from './harness/pairs.ts';
import { TABLE_ENTRIES } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';

const MIB = 1024 * 1024;
const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 16 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
    { name: 'cached', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-CACHED' },
    { name: 'uncached', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-UNCACHED', writeCacheBytes: 0 },
  ],
});

interface Unfinished {
  readonly pair: Pair;
  readonly image: SpareImage;
  /** Where block 10 is now. */
  readonly spareBlock: number;
}

/** Block 10 left its spare block for one in another unit of the table; the power went before the old unit was written. */
async function withUnfinishedMove(): Promise<Unfinished> {
  const pair = await fixture.pair();
  const { target, spare } = pair;
  const { io } = fixture.kernelLab;
  const image = new SpareImage(spare, 8);
  await target.ask('remap', 10);
  await succeed(io, write(target, 80, 8, 70));
  const old = image.mapped()[0]?.spareBlock ?? 0;
  const unit = Math.floor(old / TABLE_ENTRIES);
  // So many that the next one lies in another unit of the table.
  await target.ask('remap', 1000, TABLE_ENTRIES);
  const before = ([0, 1] as const).map((copy) => ({ at: image.tableAt(copy, unit), copy }));
  const units = before.map(({ at }) => image.unit(at));
  const [sector = 0] = sectorsWithTag(spare, 70);
  spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: sector, count: 8 }] });
  await succeed(io, write(target, 80, 8, 71));
  const fresh = image.mapped()[0];
  expect(fresh).toMatchObject({ block: 10 });
  expect(Math.floor((fresh?.spareBlock ?? 0) / TABLE_ENTRIES)).not.toBe(unit);
  await target.remove();
  before.forEach(({ at }, n) => image.writeUnit(at, units[n] ?? Buffer.alloc(0)));
  spare.faults.clear();
  return { pair, image, spareBlock: fresh?.spareBlock ?? 0 };
}

describe('a block that left its spare block for another', () => {
  it('does not come back there when the power went between the two, and it is unmapped later', async () => {
    const { pair, image, spareBlock } = await withUnfinishedMove();
    const { io } = fixture.kernelLab;
    const again = await reopen(fixture, pair);
    expect(await again.status()).toMatchObject({ mode: 'rw', spareUsed: 1 + TABLE_ENTRIES, spareBad: 1 });
    expect(await succeed(io, read(again, 80, 8))).toEqual(tags(71, 8));
    // Both units are written: each alone tells where the block is.
    expect(image.mapped().filter(({ block }) => block === 10)).toMatchObject([{ spareBlock }]);
    await again.ask('unmap', 10);
    await again.remove();

    const last = await reopen(fixture, pair);
    expect((await last.remaps()).map(({ block }) => block)).not.toContain(10);
    expect(await succeed(io, read(last, 80, 8))).toEqual(tags(71, 8));
    expect(pair.main.faults.list()).toEqual([]);
  });

  it.each([
    ['takes nothing any more', 'ro', undefined],
    ['fails a flush', 'rw', 8],
  ] as const)('is served from there by a spare that %s', async (_, mode, failures) => {
    const { pair } = await withUnfinishedMove();
    const operations = mode === 'ro' ? (['write', 'flush'] as const) : (['flush'] as const);
    pair.spare.faults.add({ kind: 'medium', operations, ...(failures === undefined ? {} : { failures }) });
    const again = await reopen(fixture, pair);
    expect(await again.status()).toMatchObject({ mode, spareUsed: 1 + TABLE_ENTRIES });
    expect(await succeed(fixture.kernelLab.io, read(again, 80, 8))).toEqual(tags(71, 8));
  });

  it('loses nothing to a spare that is away for a moment', async () => {
    const { target, main, spare } = await fixture.pair({ core: { retries: 2 } });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 80, count: 8 }] });
    await succeed(io, write(target, 80, 8, 76));
    const [sector = 0] = sectorsWithTag(spare, 76);
    spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: sector + 3, count: 1 }] });
    const away = spare.faults.add({ kind: 'medium', operations: ['read'], healOnWrite: false });
    const { error } = await io.one(write(target, 83, 1, 77));
    spare.faults.remove(away);

    // ENOLINK, which Node has no name for.
    expect(error).toMatch(/-67$/);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1, spareBad: 0 });
    expect(await readSingly(io, target, 80, 8)).toEqual([76, 76, 76, 76, 76, 76, 76, 76]);
    await succeed(io, write(target, 83, 1, 78));
    expect(await readSingly(io, target, 80, 8)).toEqual([76, 76, 76, 78, 76, 76, 76, 76]);
  });
});

/** Fails flushes more often than a SCSI disk's driver tries by itself, and less than the target does in all. */
function failFlushes({ faults }: LabDisk): void {
  faults.add({ kind: 'medium', operations: ['flush'], failures: 8 });
}

/** Block 10 is on the spare, whose cache alone has what it holds. */
async function withCachedBlock(pair: Pair): Promise<IoOperation> {
  const { target, spare } = pair;
  const sync = { op: 'fsync', device: target.path } as const;
  await target.ask('remap', 10);
  await succeed(bound().io, sync, write(target, 80, 8, 41));
  expect(spare.stats.dirtySectors).toBe(8);
  return sync;
}

/** The target is suspended for another table, and what the cache had was refused by the spare then. */
async function withFailedFlush(pair: Pair): Promise<IoOperation> {
  const { target, spare, table } = pair;
  const sync = await withCachedBlock(pair);
  await target.reload(tableLine(table));
  failFlushes(spare);
  await target.suspend('--noflush', '--nolockfs');
  expect(spare.faults.list()).toEqual([]);
  return sync;
}

describe('a flush that failed before the table was exchanged', () => {
  it('is told to the next who flushes', async () => {
    const pair = await fixture.pair();
    const sync = await withFailedFlush(pair);
    await pair.target.resume();

    expect((await bound().io.each([sync, sync])).map(({ error }) => error)).toEqual(['EIO', null]);
  });

  it('is told also when the new table could not be activated, and the one after it is', async () => {
    const pair = await fixture.pair();
    const { target, spare, table } = pair;
    const sync = await withFailedFlush(pair);
    spare.faults.add({ kind: 'medium', operations: ['read'], healOnWrite: false });
    expect(errnoOf(await target.tryResume())).not.toBeNull();
    spare.faults.clear();
    await target.reload(tableLine(table));
    await target.resume();

    expect((await bound().io.each([sync, sync])).map(({ error }) => error)).toEqual(['EIO', null]);
  });
});

/** Main fails the flush of a write that is to be durable, when somebody else's write is in its cache. */
async function expectToldOnce({ target, main }: Pair, durable: IoOperation): Promise<void> {
  const sync = { op: 'fsync', device: target.path } as const;
  await succeed(bound().io, write(target, 800, 8, 46));
  failFlushes(main);
  const errors = (await bound().io.each([durable, sync, sync])).map(({ error }) => error);
  // Some kernels flush after such a write, and so are the next themselves.
  expect(errors.filter((error) => error !== null)).toEqual(['EIO']);
  expect(main.faults.list()).toEqual([]);
}

describe('the flush inside of a write that is to be durable', () => {
  it('is told to the next who flushes too when the spare fails it, which may have dropped what others wrote', async () => {
    const pair = await fixture.pair();
    await pair.target.ask('remap', 20);
    const sync = await withCachedBlock(pair);
    failFlushes(pair.spare);
    const durable = write(pair.target, 160, 8, 42, { durable: true });

    expect((await bound().io.each([durable, sync, sync])).map(({ error }) => error)).toEqual(['EIO', 'EIO', null]);
    expect(pair.spare.faults.list()).toEqual([]);
    expect(await pair.target.status()).toMatchObject({ spareBad: 0, spareUsed: 2 });
  });

  it('is told to the next who flushes when main fails it, and the write itself is done again', async () => {
    const pair = await fixture.pair({ main: 'cached' });
    const { target, main } = pair;
    await expectToldOnce(pair, write(target, 160, 8, 47, { durable: true }));
    expect(main.stats.dirtySectors).toBe(0);
    expect(await succeed(bound().io, read(target, 160, 8))).toEqual(tags(47, 8));
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 0 });
  });

  it('does not fail all the writes that shared it when main fails it: they are done again', async () => {
    const { target, main } = await fixture.pair({ main: 'cached' });
    const { io } = bound();
    const hanging = main.faults.add({ kind: 'hang', operations: ['write'], ranges: [{ first: 160, count: 8 }] });
    const hangs = firstHit(main);
    const durable = (sector: number): IoOperation => write(target, sector, 8, sector, { durable: true });
    const slow = meanwhile(io.one(durable(160)));
    await hangs;
    const mark = main.log.mark();
    const others = meanwhile(io.together([durable(320), durable(480)]));
    const done = (): number =>
      main.log.entries(mark).filter(({ operation, result }) => operation === 'write' && result === 'ok').length;
    await expect.poll(done, { timeout: 30_000 }).toBe(2);
    failFlushes(main);
    // One flush is for all of one queue now: the block layer waits with it for what is on its way.
    main.faults.remove(hanging);

    const errors = [await slow, ...(await others), await io.one({ op: 'fsync', device: target.path })];
    // Each flush that failed is told once, to whoever flushes next, and these faults may fail two of them.
    expect(errors.filter(({ error }) => error !== null).length).toBeLessThan(3);
    expect(main.faults.list()).toEqual([]);
    expect(main.stats.dirtySectors).toBe(0);
    for (const sector of [160, 320, 480]) expect(tagsOnDisk(main, sector, 8)).toEqual(tags(sector, 8));
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 0 });
  });

  it('is told to the next who flushes also where nothing is moved from main any more', async () => {
    const pair = await fixture.pair({ main: 'cached' });
    const { target, main, table } = pair;
    failWrites(pair, 20);
    await succeed(bound().io, write(target, 160, 4, 48));
    main.faults.clear();
    await target.reload(tableLine({ ...table, features: ['no_auto_remap'] }));
    await target.suspend();
    await target.resume();
    await expectToldOnce(pair, write(target, 164, 4, 49, { durable: true }));
    expect(await readSingly(bound().io, target, 160, 8)).toEqual([...tags(48, 4), ...tags(49, 4)]);
    expect(tagsOnDisk(main, 164, 4)).toEqual(tags(49, 4));
  });

  it('is not blamed for a block of main that cannot be written', async () => {
    const pair = await fixture.pair({ main: 'cached' });
    const { target } = pair;
    failWrites(pair, 20);
    const durable = (tag: number): IoOperation => write(target, 160, 8, tag, { durable: true });
    const sync = { op: 'fsync', device: target.path } as const;
    const outcomes = await bound().io.together([durable(48), durable(48), durable(48)]);
    expect(outcomes.map(({ error }) => error)).toEqual([null, null, null]);
    await succeed(bound().io, sync);
    expect(await target.status()).toMatchObject({ spareBad: 0, spareUsed: 1, auto: 1 });
  });

  it('is not blamed for a spare block that cannot be written', async () => {
    const pair = await fixture.pair();
    const { target, spare } = pair;
    const { io } = bound();
    const sync = { op: 'fsync', device: target.path } as const;
    await target.ask('remap', 20);
    await succeed(io, write(target, 160, 8, 43));
    const [sector = 0] = sectorsWithTag(spare, 43);
    spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: sector, count: 1 }] });

    await succeed(io, write(target, 160, 8, 44, { durable: true }));
    expect(spare.stats.dirtySectors).toBe(0);
    await succeed(io, sync);
    expect(await target.status()).toMatchObject({ spareBad: 1, spareUsed: 1 });
    expect(await succeed(io, read(target, 160, 8))).toEqual(tags(44, 8));
  });
});

describe('a spare that cannot flush', () => {
  it('once, does not fail a write for which the table must grow', async () => {
    const pair = await fixture.pair();
    const { target, spare } = pair;
    await target.ask('remap', 10);
    await target.remove();
    const image = new SpareImage(spare, 8);
    const used = image.mapped()[0]?.spareBlock ?? 0;
    const ready = Math.floor(used / TABLE_ENTRIES) + 1;
    image.setTableReady(ready);
    const again = await reopen(fixture, pair);
    await again.ask('remap', 1000, ready * TABLE_ENTRIES - 1 - used);
    failWrites(pair, 2000);
    failFlushes(spare);

    await succeed(bound().io, write(again, 16_000, 8, 52));
    expect(spare.faults.list()).toEqual([]);
    expect(await again.status()).toMatchObject({ mode: 'rw', auto: 1, copiesGood: 2 });
    expect(image.mapped().find(({ block }) => block === 2000)?.spareBlock).toBeGreaterThanOrEqual(
      ready * TABLE_ENTRIES,
    );
  });

  it('once, does not fail a write that it takes then', async () => {
    const pair = await fixture.pair({ main: 'uncached' });
    const { target, main, spare } = pair;
    const { io } = bound();
    failReads(pair, 10);
    await failUnreadable(io, read(target, 80, 8));
    main.faults.clear();
    failFlushes(spare);

    await succeed(io, write(target, 80, 8, 45));
    expect(spare.faults.list()).toEqual([]);
    expect(spare.stats.dirtySectors).toBe(0);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1, spareBad: 0, pending: 0 });
    expect(await succeed(io, read(target, 80, 8))).toEqual(tags(45, 8));
  });

  it('does not fail a write that main takes in the end', async () => {
    const pair = await fixture.pair({ main: 'uncached' });
    const { target, main, spare } = pair;
    const { io } = bound();
    failReads(pair, 10);
    await failUnreadable(io, read(target, 80, 8));
    main.faults.clear();
    spare.faults.add({ kind: 'medium', operations: ['flush'] });
    await succeed(io, write(target, 80, 8, 45));
    expect(tagsOnDisk(main, 80, 8)).toEqual(tags(45, 8));
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 0, spareBad: 0 });
  });
});

describe('a block that was moved in part', () => {
  it('is not served by a main that now has larger logical blocks', async () => {
    const pair = await fixture.pair();
    const { target } = pair;
    const { io, run } = bound();
    failWrites(pair, 10);
    await succeed(io, write(target, 84, 4, 51));
    expect(await target.remaps()).toMatchObject([{ block: 10, residency: 0xf0n }]);
    await target.remove();
    pair.main.faults.clear();
    await run('/usr/bin/sh', ['-c', 'modprobe loop max_loop=1']);
    const losetup = ['--sector-size', '4096', '/dev/loop0', pair.table.main];
    expect((await run('/sbin/losetup', losetup)).code).toBe(0);
    const other = fixture.target();
    const table = tableLine({ ...pair.table, main: '/dev/loop0' });
    const said = await fixture.kernelLab.logged(async () => {
      expect(errnoOf(await other.tryCreate(table))).toBe('EINVAL');
    });
    expect(said.join('\n')).toContain('block 10 was moved by smaller logical blocks');
    await run('/sbin/losetup', ['-d', '/dev/loop0']);

    const again = await reopen(fixture, pair);
    expect(await succeed(io, read(again, 80, 8))).toEqual([...tags(1, 4), ...tags(51, 4)]);
  });
});

function bound() {
  const { kernelLab } = fixture;
  return { io: kernelLab.io, run: (file: string, args: string[]) => kernelLab.run(file, args) };
}
