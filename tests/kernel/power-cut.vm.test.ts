import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../lab/index.ts';
import { seededRandom } from '../../lab/disk/random.ts';
import {
  failUnreadable,
  MAIN_TAG,
  read,
  resetToBlank,
  succeed,
  tableLine,
  tags,
  useKernelLab,
  write,
  type Pair,
  type Target,
} from './harness/index.ts';
import { CheckedWrites } from './harness/checked-writes.ts';
import { CrashReplay, type Survival } from './harness/crash-states.ts';
import { failReads, failWrites, reopen } from './harness/pairs.ts';
import { tableUnit } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';

const MIB = 1024 * 1024;
const CACHE = { bus: 'virtio-blk', writeCacheBytes: 16 * MIB } as const;

/** Real power cuts, each of which starts the machine again. */
const CUTS = Number(process.env['REMAP_POWER_CUTS'] ?? 3);
/** States that a power cut may leave, each activated in one running machine. */
const STATES = Number(process.env['REMAP_CRASH_STATES'] ?? 40);
/** Another seed is another run. */
const SEED = Number(process.env['REMAP_SEED'] ?? 1);

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 8 * MIB, serial: 'TEST-MAIN', recordData: true, ...CACHE },
    { name: 'spare', bytes: 4 * MIB, serial: 'TEST-SPARE', recordData: true, ...CACHE },
    { name: 'main-after', bytes: 8 * MIB, serial: 'TEST-MAIN-AFTER', ...CACHE },
    { name: 'spare-after', bytes: 4 * MIB, serial: 'TEST-SPARE-AFTER', ...CACHE },
  ],
});

/** The part of the device that is written: 64 blocks. */
const SECTORS = 512;
const BLOCKS = SECTORS / 8;

const FAST = { retries: 0, storm_limit: 0, save_interval: 1 };

/** Makes another block of main bad for writes, for reads, or for both. */
function addFault(pair: Pair, random: () => number): void {
  const block = Math.floor(random() * BLOCKS);
  const kind = random();
  if (kind < 0.6) failWrites(pair, block);
  else if (kind < 0.8) failReads(pair, block);
  else pair.main.faults.add({ kind: 'medium', ranges: [{ first: block * 8, count: 8 }] });
}

interface CrashState {
  /** The power is cut when the request of this number has reached its disk. */
  readonly at: number;
  readonly survival: Survival;
}

/**
 * Instants, ascending, just after a write reached the spare; two of three of them at a write of the first metadata copy,
 * where the order of writes and flushes counts most, and half of these with that write surviving and nothing else.
 */
function chooseStates(requests: readonly LogEntry[], random: () => number): CrashState[] {
  const { layout } = new SpareImage(fixture.kernelLab.lab.disk('spare'), 8);
  const table = { first: tableUnit(layout, 0, 0) * 8, end: tableUnit(layout, 0, layout.tableUnits) * 8 };
  const writes = requests.filter(({ operation }) => operation === 'write');
  const commits = writes.filter(({ sector }) => sector >= table.first && sector < table.end);
  return Array.from({ length: STATES }, (_, index): CrashState => {
    const from = index % 3 === 0 ? writes : commits;
    const at = from[Math.floor(random() * from.length)]?.number;
    if (at === undefined) throw new Error('the run has no writes to choose from');
    const seed = SEED * 1000 + index;
    const ways: readonly Survival[] = ['durable', { by: 'request', seed }, { by: 'sector', seed }, 'all'];
    return { at, survival: index % 3 === 1 ? 'last-request' : (ways[Math.floor(index / 3) % 4] ?? 'durable') };
  }).sort((a, b) => a.at - b.at);
}

async function readAll(target: Target): Promise<readonly number[]> {
  return succeed(fixture.kernelLab.io, read(target, 0, SECTORS));
}

describe('a power cut', () => {
  it('right after a remapped write was acknowledged leaves the data there, on a main that works again too', async () => {
    const pair = await fixture.pair({ core: FAST });
    const { io } = fixture.kernelLab;
    const { target } = pair;
    failWrites(pair, 2);
    failWrites(pair, 5);
    // A remapped write is durable by itself; a later one of the same block when it is flushed, or forced.
    await succeed(
      io,
      write(target, 40, 8, 31),
      write(target, 16, 8, 30),
      write(target, 43, 2, 33, { durable: true }),
      write(target, 40, 3, 32),
      { op: 'fsync', device: target.path },
    );
    await fixture.kernelLab.powerCycle({ lose: 'all' });
    pair.main.faults.clear();
    const again = await reopen(fixture, pair);
    expect(await succeed(fixture.kernelLab.io, read(again, 8, 48))).toEqual([
      ...tags(MAIN_TAG, 8),
      ...tags(30, 8),
      ...tags(MAIN_TAG, 16),
      ...tags(32, 3),
      ...tags(33, 2),
      ...tags(31, 3),
      ...tags(MAIN_TAG, 8),
    ]);
    expect(await again.status()).toMatchObject({ mode: 'rw', spareUsed: 2, auto: 2 });
  });

  it('after a write to a pending block leaves what was written, and an error for the rest of the block', async () => {
    const pair = await fixture.pair({ core: FAST });
    const { io } = fixture.kernelLab;
    pair.main.faults.add({ kind: 'medium', ranges: [{ first: 24, count: 8 }] });
    await failUnreadable(io, read(pair.target, 24, 8));
    await succeed(io, write(pair.target, 26, 3, 40));
    await fixture.kernelLab.powerCycle({ lose: 'all' });
    const again = await reopen(fixture, pair);
    expect(await succeed(fixture.kernelLab.io, read(again, 26, 3))).toEqual(tags(40, 3));
    await failUnreadable(fixture.kernelLab.io, read(again, 24, 2), read(again, 29, 3));
    expect(await again.status()).toMatchObject({ spareUsed: 1, partial: 1 });
  });

  it(`in the middle of commits loses nothing that was promised, ${CUTS} times`, async () => {
    const pair = await fixture.pair({ core: FAST });
    const random = seededRandom(SEED);
    let target = pair.target;
    const writes = new CheckedWrites({
      io: () => fixture.kernelLab.io,
      device: () => target.path,
      sectors: SECTORS,
      longest: 16,
      seed: SEED,
      before: MAIN_TAG,
      now: () => pair.spare.log.mark(),
    });
    for (let cut = 0; cut < CUTS; cut++) {
      // The cut comes at a random request to the spare, while a batch is under way.
      let left = 20 + Math.floor(random() * 150);
      const reached = Promise.withResolvers<undefined>();
      const unsubscribe = pair.spare.log.onRequest(() => {
        left -= 1;
        if (left === 0) reached.resolve(undefined);
      });
      const run = { isOver: false };
      const load = (async () => {
        while (!run.isOver) {
          addFault(pair, random);
          await writes.batch(12);
        }
      })().catch((error: unknown) => {
        // The program in the guest ended with its machine, as it should.
        if (!run.isOver) throw error;
      });
      await Promise.race([reached.promise, load]);
      run.isOver = true;
      unsubscribe();
      const at = pair.spare.log.mark();
      await fixture.kernelLab.lab.powerCut({ lose: { seed: SEED + cut } });
      await fixture.kernelLab.restart();
      await load;
      expect(writes.takeFailures()).toEqual([]);

      pair.main.faults.clear();
      target = await reopen(fixture, pair);
      const found = await readAll(target);
      expect(writes.ledger.judge(0, found, at), `cut ${cut} of seed ${SEED}`).toEqual([]);
      writes.ledger.settle(0, found, pair.spare.log.mark());
      const status = await target.status();
      expect(status).toMatchObject({ mode: 'rw', copiesGood: 2 });
      expect(new SpareImage(pair.spare, 8).mapped()).toHaveLength(status.spareUsed);
    }
  });

  it(`at any instant, with any part of the caches lost, is recovered from: ${STATES} states of one run`, async () => {
    const { lab } = fixture.kernelLab;
    const pair = await fixture.pair({ core: FAST });
    // What was written so far is certain: the replay begins here.
    await succeed(fixture.kernelLab.io, { op: 'fsync', device: pair.target.path });
    const start = { main: pair.main.snapshot(), spare: pair.spare.snapshot() };
    const begin = pair.spare.log.mark();
    const random = seededRandom(SEED + 77);
    const writes = new CheckedWrites({
      io: () => fixture.kernelLab.io,
      device: () => pair.target.path,
      sectors: SECTORS,
      longest: 16,
      seed: SEED + 78,
      before: MAIN_TAG,
      now: () => pair.spare.log.mark(),
    });
    for (let batch = 0; batch < 24; batch++) {
      addFault(pair, random);
      addFault(pair, random);
      // With few writes at once, one commit's flush does not hide that another one lacks its own.
      await writes.batch(batch % 2 === 0 ? 2 : 10);
    }
    expect(writes.takeFailures()).toEqual([]);
    const { spareUsed } = await pair.target.status();
    expect(spareUsed, 'the run remapped enough to be worth a look').toBeGreaterThan(10);
    const end = pair.spare.log.mark();
    const disks = { main: lab.disk('main-after'), spare: lab.disk('spare-after') };
    const replay = {
      main: new CrashReplay(start.main, pair.main.log.entries(begin)),
      spare: new CrashReplay(start.spare, pair.spare.log.entries(begin)),
    };
    await pair.target.remove();

    const table = tableLine({
      ...pair.table,
      main: fixture.kernelLab.device('main-after'),
      spare: fixture.kernelLab.device('spare-after'),
    });
    const states = chooseStates(
      replay.spare.entries.filter(({ number }) => number < end),
      random,
    );
    const after = fixture.target();
    let recovered = 0;
    for (const [index, { at, survival }] of states.entries()) {
      replay.main.advance(at);
      replay.spare.advance(at);
      // Main and the spare lose their power together, but keep different things.
      const onMain = typeof survival === 'object' ? { ...survival, seed: survival.seed + 500 } : survival;
      replay.main.putOn(disks.main, onMain);
      replay.spare.putOn(disks.spare, survival);
      const what = `state ${index} at request ${at}, ${JSON.stringify(survival)}, seed ${SEED}`;
      await after.create(table);
      const found = await readAll(after);
      expect(writes.ledger.judge(0, found, at), what).toEqual([]);
      const image = new SpareImage(disks.spare, 8);
      expect(image.copiesAgree(), what).toBe(true);
      recovered = image.mapped().length;
      await after.remove();
    }
    expect(recovered, 'the last states had remaps').toBeGreaterThan(5);
    for (const disk of Object.values(disks)) resetToBlank(disk);
  });
});
