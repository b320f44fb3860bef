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
  type Target,
} from './harness/index.ts';
import { CheckedWrites } from './harness/checked-writes.ts';
import { CrashJudge } from './harness/crash-judge.ts';
import { judgeRun, planFor } from './harness/crash-report.ts';
import { RECORDED_CORE, RECORDED_DISKS, RECORDED_SECTORS, recordCrashRun } from './harness/crash-run.ts';
import type { Survival } from './harness/crash-states.ts';
import { addFault, failWrites, reopen } from './harness/pairs.ts';
import { tableUnit } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';
import { PATIENCE } from './harness/surroundings.ts';

const MIB = 1024 * 1024;
const CACHE = { bus: 'virtio-blk', writeCacheBytes: 16 * MIB } as const;

/** Real power cuts, each of which starts the machine again. */
const CUTS = Number(process.env['REMAP_POWER_CUTS'] ?? 3);
/** Time enough for one of them on a busy machine in software emulation. */
const CUT_MS = PATIENCE * 60_000;
/** States that a power cut may leave, each activated in one running machine. */
const STATES = Number(process.env['REMAP_CRASH_STATES'] ?? 40);
/** States that a power cut may leave, each judged in memory by the readers of the spare. */
const JUDGED = Number(process.env['REMAP_CRASH_JUDGED'] ?? 600);
/** Another seed is another run. */
const SEED = Number(process.env['REMAP_SEED'] ?? 1);

const fixture = useKernelLab({
  disks: [
    ...RECORDED_DISKS,
    { name: 'main-after', bytes: 8 * MIB, serial: 'TEST-MAIN-AFTER', ...CACHE },
    { name: 'spare-after', bytes: 4 * MIB, serial: 'TEST-SPARE-AFTER', ...CACHE },
  ],
});

/** The part of the device that is written. */
const SECTORS = RECORDED_SECTORS;
const BLOCKS = SECTORS / 8;

interface CrashInstant {
  /** The power is cut when the request of this number has reached its disk. */
  readonly at: number;
  readonly survival: Exclude<Survival, { readonly request: number }>;
}

/**
 * Instants, ascending, just after a write reached the spare; two of three of them at a write of the first metadata copy,
 * where the order of writes and flushes counts most, and half of these with that write surviving and nothing else.
 */
function chooseStates(requests: readonly LogEntry[], random: () => number): CrashInstant[] {
  const { layout } = new SpareImage(fixture.kernelLab.lab.disk('spare'), 8);
  const table = { first: tableUnit(layout, 0, 0) * 8, end: tableUnit(layout, 0, layout.tableUnits) * 8 };
  const writes = requests.filter(({ operation }) => operation === 'write');
  const commits = writes.filter(({ sector }) => sector >= table.first && sector < table.end);
  return Array.from({ length: STATES }, (_, index): CrashInstant => {
    const from = index % 3 === 0 ? writes : commits;
    const at = from[Math.floor(random() * from.length)]?.number;
    if (at === undefined) throw new Error('the run has no writes to choose from');
    const seed = SEED * 1000 + index;
    const ways: readonly CrashInstant['survival'][] = [
      'durable',
      { by: 'request', seed },
      { by: 'sector', seed },
      'all',
    ];
    return { at, survival: index % 3 === 1 ? 'last-request' : (ways[Math.floor(index / 3) % 4] ?? 'durable') };
  }).sort((a, b) => a.at - b.at);
}

async function readAll(target: Target): Promise<readonly number[]> {
  return succeed(fixture.kernelLab.io, read(target, 0, SECTORS));
}

describe('a power cut', () => {
  it('right after a remapped write was acknowledged leaves the data there, on a main that works again too', async () => {
    const pair = await fixture.pair({ core: RECORDED_CORE });
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
    const pair = await fixture.pair({ core: RECORDED_CORE });
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

  it(
    `in the middle of commits loses nothing that was promised, ${CUTS} times`,
    async () => {
      const pair = await fixture.pair({ core: RECORDED_CORE });
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
            addFault(pair, random, BLOCKS);
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
    },
    CUTS * CUT_MS,
  );

  it(`at any instant, with any part of the caches lost, is recovered from: ${JUDGED} states of one run judged, ${STATES} activated`, async () => {
    const { lab } = fixture.kernelLab;
    const pair = await fixture.pair({ core: RECORDED_CORE });
    const run = await recordCrashRun(fixture.kernelLab, pair, SEED);
    expect(run.counts.remaps, 'the run remapped enough to be worth a look').toBeGreaterThan(10);
    expect(run.counts.movedUnits, 'units of the table moved').toBeGreaterThan(0);
    expect(run.counts.badSpareBlocks, 'spare blocks failed').toBeGreaterThan(0);
    expect(run.counts.owedByRemap, 'remapped writes are owed at once').toBeGreaterThan(10);
    await pair.target.remove();

    const report = await judgeRun(run, planFor(run, JUDGED));
    expect(report.failures).toEqual([]);
    expect(report.total).toBeGreaterThanOrEqual(JUDGED);

    const disks = { main: lab.disk('main-after'), spare: lab.disk('spare-after') };
    const table = tableLine({
      ...pair.table,
      main: fixture.kernelLab.device('main-after'),
      spare: fixture.kernelLab.device('spare-after'),
    });
    const replay = run.replay();
    const states = chooseStates(
      replay.spare.entries.filter(({ number }) => number < run.end),
      seededRandom(SEED + 79),
    );
    const judge = new CrashJudge(run);
    const after = fixture.target();
    let mostMapped = 0;
    for (const [index, { at, survival }] of states.entries()) {
      replay.main.advance(at);
      replay.spare.advance(at);
      // Main and the spare lose their power together, but keep different things.
      const onMain = typeof survival === 'object' ? { ...survival, seed: survival.seed + 500 } : survival;
      replay.main.putOn(disks.main, onMain);
      replay.spare.putOn(disks.spare, survival);
      const what = `state ${index} at request ${at}, ${JSON.stringify(survival)}, seed ${SEED}`;
      const judged = await judge.judge(at, { main: replay.main.state(onMain), spare: replay.spare.state(survival) });
      expect(judged.problems, what).toEqual([]);
      await after.create(table);
      expect(await readAll(after), `${what}: the module and the reader agree`).toEqual(judged.tags);
      const image = new SpareImage(disks.spare, 8);
      expect(image.copiesAgree(), what).toBe(true);
      expect(image.mapped(), what).toHaveLength(judged.mapped);
      mostMapped = Math.max(mostMapped, judged.mapped);
      await after.remove();
    }
    expect(mostMapped, 'states that were activated had remaps').toBeGreaterThan(4);
    for (const disk of Object.values(disks)) resetToBlank(disk);
  });
});
