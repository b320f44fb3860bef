import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lab/disk/random.ts';
import {
  errnoOf,
  eventsOf,
  expectUnreadable,
  failUnreadable,
  MAIN_TAG,
  read,
  readSingly,
  resetToBlank,
  sectorsWithTag,
  statsSince,
  succeed,
  tableLine,
  tags,
  tagsOnDisk,
  useKernelLab,
  write,
  type Pair,
} from './harness/index.ts';
import { CheckedWrites } from './harness/checked-writes.ts';
import { CrashReplay, type Survival } from './harness/crash-states.ts';
import { failMetadata, failWrites, reopen } from './harness/pairs.ts';
import { SpareImage } from './harness/spare-image.ts';

const MIB = 1024 * 1024;
const CACHE = { bus: 'virtio-blk', writeCacheBytes: 16 * MIB } as const;
/** States that a power cut may leave, each activated in one running machine. */
const STATES = Number(process.env['REMAP_CRASH_STATES'] ?? 40);
const SEED = Number(process.env['REMAP_SEED'] ?? 1);

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 8 * MIB, serial: 'TEST-MAIN', recordData: true, ...CACHE },
    { name: 'spare', bytes: 4 * MIB, serial: 'TEST-SPARE', recordData: true, ...CACHE },
    { name: 'main-after', bytes: 8 * MIB, serial: 'TEST-MAIN-AFTER', ...CACHE },
    { name: 'spare-after', bytes: 4 * MIB, serial: 'TEST-SPARE-AFTER', ...CACHE },
  ],
});

/** Block 10 was moved by a write error, holds tag 9, and main is well again. */
async function movedPair(): Promise<Pair & { readonly slot: number }> {
  const pair = await fixture.pair();
  failWrites(pair, 10);
  await succeed(fixture.kernelLab.io, write(pair.target, 80, 8, 9), { op: 'fsync', device: pair.target.path });
  pair.main.faults.clear();
  const [row] = await pair.target.remaps();
  if (typeof row?.spareBlock !== 'number') throw new Error('block 10 was not moved');
  return { ...pair, slot: row.spareBlock };
}

describe('the message unmap', () => {
  it('gives a block back to main, durably, and its spare block to others', async () => {
    const { target, main, spare, slot } = await movedPair();
    const { io } = fixture.kernelLab;
    const before = await target.status();

    expect(await target.ask('unmap', 10)).toBe('');

    expect(tagsOnDisk(main, 72, 24)).toEqual([...tags(MAIN_TAG, 8), ...tags(9, 8), ...tags(MAIN_TAG, 8)]);
    expect(main.stats.dirtySectors).toBe(0);
    expect(spare.stats.dirtySectors).toBe(0);
    expect(await target.remaps()).toEqual([]);
    expect(await target.status()).toMatchObject({ spareUsed: 0, spareBad: 0, partial: 0, pending: 0, auto: 1 });
    expect(await target.events(before.lastEvent)).toMatchObject([
      { type: 'unmap', block: 10, spareBlock: slot, detail: null },
    ]);
    const image = new SpareImage(spare, 8);
    expect(image.entries()).toEqual([]);
    expect(image.copiesAgree()).toBe(true);

    const stats = spare.stats;
    expect(await succeed(io, read(target, 80, 8))).toEqual(tags(9, 8));
    await succeed(io, write(target, 80, 8, 11));
    expect(statsSince(spare, stats)).toMatchObject({ reads: 0, writes: 0 });
    expect(tagsOnDisk(main, 80, 8)).toEqual(tags(11, 8));

    await target.ask('remap', 20);
    expect(await target.remaps()).toMatchObject([{ block: 20, spareBlock: slot }]);
    expect(await succeed(io, read(target, 72, 96))).toEqual([...tags(1, 8), ...tags(11, 8), ...tags(1, 80)]);
  });

  it('is kept by the next activation', async () => {
    const pair = await movedPair();
    await pair.target.ask('unmap', 10);
    await pair.target.remove();
    const again = await reopen(fixture, pair);
    expect(await again.remaps()).toEqual([]);
    expect(await succeed(fixture.kernelLab.io, read(again, 80, 8))).toEqual(tags(9, 8));
  });

  it('copies the resident sectors and no others', async () => {
    const pair = await fixture.pair();
    const { target, main } = pair;
    const { io } = fixture.kernelLab;
    failWrites(pair, 10);
    await succeed(io, write(target, 82, 2, 12), write(target, 87, 1, 13));
    main.faults.clear();
    const stats = main.stats;

    await target.ask('unmap', 10);

    expect(statsSince(main, stats).sectorsWritten).toBe(3);
    expect(tagsOnDisk(main, 80, 8)).toEqual([1, 1, 12, 12, 1, 1, 1, 13]);
    expect(await succeed(io, read(target, 80, 8))).toEqual([1, 1, 12, 12, 1, 1, 1, 13]);
    expect(await target.status()).toMatchObject({ partial: 0, spareUsed: 0 });
  });

  it.each(['read', 'write'] as const)('changes nothing while main fails to %s', async (operation) => {
    const { target, main } = await movedPair();
    const { io } = fixture.kernelLab;
    const before = [await target.remaps(), await target.statusLine()];
    main.faults.add({
      kind: 'medium',
      operations: [operation],
      healOnWrite: false,
      ranges: [{ first: 83, count: 1 }],
    });

    const log = await fixture.kernelLab.logged(async () => {
      expect(errnoOf(await target.message('unmap', 10))).toBe('EIO');
    });

    expect(log.filter((line) => line.includes('stays mapped'))).toHaveLength(1);
    expect([await target.remaps(), await target.statusLine()]).toEqual(before);
    expect(await succeed(io, read(target, 80, 8))).toEqual(tags(9, 8));
    main.faults.clear();
    await target.ask('unmap', 10);
    expect(await succeed(io, read(target, 80, 8))).toEqual(tags(9, 8));
  });

  it('changes nothing when main cannot make it durable', async () => {
    const { target, main } = await movedPair();
    const before = [await target.remaps(), await target.statusLine()];
    main.faults.add({ kind: 'medium', operations: ['flush'] });
    expect(errnoOf(await target.message('unmap', 10))).toBe('EIO');
    expect([await target.remaps(), await target.statusLine()]).toEqual(before);
    // Main may have dropped somebody else's write: who flushes next is told.
    main.faults.clear();
    const sync = { op: 'fsync', device: target.path } as const;
    const outcomes = await fixture.kernelLab.io.each([sync, sync]);
    expect(outcomes.map(({ error }) => error)).toEqual(['EIO', null]);
  });

  it('is EINVAL for a block that is not mapped, EBUSY while suspended', async () => {
    const { target, main } = await movedPair();
    main.faults.add({ kind: 'medium', ranges: [{ first: 160, count: 1 }] });
    await failUnreadable(fixture.kernelLab.io, read(target, 160, 8));
    const before = await target.statusLine();
    for (const block of [11, 20, 2048]) expect(errnoOf(await target.message('unmap', block))).toBe('EINVAL');
    expect(await target.statusLine()).toBe(before);
    await target.suspend();
    expect(errnoOf(await target.message('unmap', 10))).toBe('EBUSY');
    await target.resume();
    await target.ask('unmap', 10);
  });

  it('leaves a block whose spare block cannot be read where it is; a spare block that failed stays bad', async () => {
    const { target, spare, slot } = await movedPair();
    const { io } = fixture.kernelLab;
    const [sector = 0] = sectorsWithTag(spare, 9);
    spare.faults.add({
      kind: 'medium',
      operations: ['read'],
      healOnWrite: false,
      ranges: [{ first: sector + 2, count: 1 }],
    });
    expect(errnoOf(await target.message('unmap', 10))).toBe('EIO');
    expectUnreadable(await io.one(read(target, 80, 8)));
    expect(await target.remaps()).toMatchObject([{ block: 10, spareBlock: slot }]);

    spare.faults.clear();
    await target.ask('unmap', 10);
    expect(await target.status()).toMatchObject({ spareUsed: 0, spareBad: 1 });
    expect(new SpareImage(spare, 8).entries()).toMatchObject([{ spareBlock: slot, state: 'bad' }]);
    await target.ask('remap', 20);
    expect((await target.remaps())[0]?.spareBlock).not.toBe(slot);
    expect(await succeed(io, read(target, 80, 8))).toEqual(tags(9, 8));
  });

  it('does not give back a block with a lost sector', async () => {
    const { target, main, spare } = await movedPair();
    const { io } = fixture.kernelLab;
    const [sector = 0] = sectorsWithTag(spare, 9);
    spare.faults.add({
      kind: 'medium',
      operations: ['read'],
      healOnWrite: false,
      ranges: [{ first: sector + 2, count: 1 }],
    });
    await failUnreadable(io, read(target, 80, 8));
    await succeed(io, write(target, 86, 1, 14));
    spare.faults.clear();
    const hash = main.hash();
    expect(errnoOf(await target.message('unmap', 10))).toBe('EIO');
    expect(main.hash()).toBe(hash);
    expect(await readSingly(io, target, 80, 8)).toEqual([9, 9, 'error', 9, 9, 9, 14, 9]);
    await succeed(io, write(target, 82, 1, 15));
    await target.ask('unmap', 10);
    expect(tagsOnDisk(main, 80, 8)).toEqual([9, 9, 15, 9, 9, 9, 14, 9]);
  });

  it('that cannot be committed leaves a block that can be read and not written, until the next activation', async () => {
    const pair = await movedPair();
    const { target, spare } = pair;
    const { io } = fixture.kernelLab;
    failMetadata(pair, new SpareImage(spare, 8));
    expect(errnoOf(await target.message('unmap', 10))).toBe('EIO');
    expect(await target.status()).toMatchObject({ mode: 'ro', spareUsed: 1 });
    expect(await succeed(io, read(target, 80, 8))).toEqual(tags(9, 8));
    expectUnreadable(await io.one(write(target, 80, 8, 16)));
    expect(errnoOf(await target.message('unmap', 10))).toBe('EROFS');
    spare.faults.clear();
    await target.remove();
    const again = await reopen(fixture, pair);
    expect(await again.status()).toMatchObject({ mode: 'rw' });
    expect(await succeed(io, read(again, 80, 8))).toEqual(tags(9, 8));
  });

  it('tells of few spares again after some were given back', async () => {
    const { target } = await fixture.pair({ core: { low_spare: 50 } });
    const { spareTotal, lastEvent } = await target.status();
    const used = Math.ceil(spareTotal / 2);
    await target.ask('remap', 0, used);
    await target.ask('unmap', 3);
    await target.ask('remap', 3);
    expect(eventsOf(await target.events(lastEvent), 'low_spare')).toHaveLength(2);
  });
});

describe('unmap beside other requests', () => {
  it('loses no write', async () => {
    const pair = await fixture.pair();
    const { target, spare } = pair;
    const { kernelLab } = fixture;
    const writes = new CheckedWrites({
      io: () => kernelLab.io,
      device: () => target.path,
      sectors: 64,
      longest: 12,
      seed: SEED,
      before: MAIN_TAG,
      now: () => spare.log.mark(),
    });
    const script = `
      export DM_DISABLE_UDEV=1
      for round in $(seq 8); do
        dmsetup message "$1" 0 remap 0 8 || exit 1
        for block in $(seq 0 7); do dmsetup message "$1" 0 unmap $block || exit 1; done
      done`;
    const run = { isOver: false };
    const moving = kernelLab
      .run('/usr/bin/sh', ['-c', script, 'sh', target.name], { timeoutMs: 120_000 })
      .finally(() => (run.isOver = true));
    // Looked at when the writes are done; a wrong read is told of first.
    moving.catch(() => undefined);
    while (!run.isOver) {
      await writes.batch(8);
      const found = await succeed(kernelLab.io, read(target, 0, 64));
      expect(writes.ledger.judge(0, found, spare.log.mark())).toEqual([]);
    }
    await moving;
    expect(writes.takeFailures()).toEqual([]);
    expect(await target.status()).toMatchObject({ spareUsed: 0, spareBad: 0, mode: 'rw' });
    await target.suspend();
    await target.resume();
    const found = await succeed(kernelLab.io, read(target, 0, 64));
    expect(writes.ledger.judge(0, found, spare.log.mark())).toEqual([]);
  });

  it('waits for reads of the spare block before others may have it', async () => {
    const pair = await movedPair();
    const { target, spare, slot } = pair;
    const { kernelLab } = fixture;
    const { io } = kernelLab;
    const [first = 0] = sectorsWithTag(spare, 9);
    // Reads that found the mapping are under way for longer than it takes others to want a spare block.
    spare.faults.add({ kind: 'slow', operations: ['read'], delayMs: 1000 });
    failWrites(pair, 100, 900);
    const begin = spare.log.mark();
    const run = { isOver: false };
    const readers = [0, 1, 2].map(async () => {
      while (!run.isOver) {
        const { error, tags: seen } = await io.one(read(target, 80, 8));
        expect({ error, seen }).toEqual({ error: null, seen: tags(9, 8) });
      }
    });
    const taker = (async () => {
      for (let block = 100; !run.isOver && block < 1000; block++) await io.one(write(target, block * 8, 8, 20));
    })();
    await target.ask('unmap', 10);
    await expect
      .poll(async () => (await target.remaps()).some(({ spareBlock }) => spareBlock === slot), { timeout: 30_000 })
      .toBe(true);
    run.isOver = true;
    await Promise.all([...readers, taker]);

    const onSlot = spare.log.entries(begin).filter(({ sector }) => sector >= first && sector < first + 8);
    const writes = onSlot.filter(({ operation }) => operation === 'write');
    const reads = onSlot.filter(({ operation }) => operation === 'read');
    expect(writes.length).toBeGreaterThan(0);
    expect(reads.length).toBeGreaterThan(2);
    for (const taken of writes) {
      const late = reads.filter(({ number, answered }) => number < taken.number && answered > taken.number);
      expect(late).toEqual([]);
    }
  });

  it('and suspend do not wait for each other', async () => {
    const { target } = await movedPair();
    const { io } = fixture.kernelLab;
    for (let round = 0; round < 6; round++) {
      await target.ask('remap', 10);
      const both = await Promise.all([target.message('unmap', 10), target.suspend()]);
      expect([null, 'EBUSY']).toContain(errnoOf(both[0]));
      await target.resume();
      expect(await succeed(io, read(target, 80, 8))).toEqual(tags(9, 8));
    }
  });
});

describe('a power cut', () => {
  it(`at any instant of unmapping never brings old data back: ${STATES} states of one run`, async () => {
    const { lab, io } = fixture.kernelLab;
    const pair = await fixture.pair({ core: { retries: 0, storm_limit: 0, save_interval: 86400 } });
    const { target, main, spare } = pair;
    await succeed(io, { op: 'fsync', device: target.path });
    const start = { main: main.snapshot(), spare: spare.snapshot() };
    const begin = spare.log.mark();
    const random = seededRandom(SEED);
    const writes = new CheckedWrites({
      io: () => fixture.kernelLab.io,
      device: () => target.path,
      sectors: 128,
      longest: 12,
      seed: SEED,
      before: MAIN_TAG,
      now: () => spare.log.mark(),
    });
    for (let batch = 0; batch < 12; batch++) {
      failWrites(pair, Math.floor(random() * 16), 3);
      await writes.batch(6);
      main.faults.clear();
      for (const { block } of await target.remaps()) if (random() < 0.6) await target.ask('unmap', block);
      await writes.batch(3);
    }
    expect(writes.takeFailures()).toEqual([]);
    expect(eventsOf(await target.events(), 'unmap').length).toBeGreaterThan(10);
    const end = spare.log.mark();
    await target.remove();
    const replay = {
      main: new CrashReplay(start.main, main.log.entries(begin)),
      spare: new CrashReplay(start.spare, spare.log.entries(begin)),
    };
    const disks = { main: lab.disk('main-after'), spare: lab.disk('spare-after') };
    const table = tableLine({
      ...pair.table,
      main: fixture.kernelLab.device('main-after'),
      spare: fixture.kernelLab.device('spare-after'),
    });
    const instants = replay.spare.entries.filter(
      ({ number, operation }) => operation === 'write' && number >= begin && number < end,
    );
    const ways: readonly ((seed: number) => Survival)[] = [
      () => 'durable',
      () => 'last-request',
      (seed) => ({ by: 'request', seed }),
      (seed) => ({ by: 'sector', seed }),
    ];
    const states = Array.from({ length: STATES }, (_, index) => ({
      at: instants[Math.floor(random() * instants.length)]?.number ?? end,
      survival: (ways[index % 4] ?? (() => 'durable' as const))(SEED * 1000 + index),
    })).sort((a, b) => a.at - b.at);
    const after = fixture.target();
    for (const [index, { at, survival }] of states.entries()) {
      replay.main.advance(at);
      replay.spare.advance(at);
      replay.main.putOn(disks.main, survival);
      replay.spare.putOn(disks.spare, survival);
      await after.create(table);
      const found = await succeed(fixture.kernelLab.io, read(after, 0, 128));
      expect(writes.ledger.judge(0, found, at), `state ${index} at ${at}, ${JSON.stringify(survival)}`).toEqual([]);
      await after.remove();
    }
    for (const disk of Object.values(disks)) resetToBlank(disk);
  });
});
