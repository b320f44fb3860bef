import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../lab/index.ts';
import { follow } from './harness/follow.ts';
import {
  errnoOf,
  eventsOf,
  failUnreadable,
  MAIN_AND_SPARE,
  MAIN_TAG,
  meanwhile,
  read,
  statsSince,
  succeed,
  tags,
  tagsOnDisk,
  useKernelLab,
  type EventRow,
  type Pair,
  type Target,
} from './harness/index.ts';
import { failReads, failWrites, firstHit, reopen } from './harness/pairs.ts';

const MIB_SECTORS = 2048;
const fixture = useKernelLab();
const mainSectors = (MAIN_AND_SPARE[0]?.bytes ?? 0) / 512;
const blocks = mainSectors / 8;

/** Scans from the message on until it ends; gives what was told of meanwhile. */
async function scan(target: Target, ...range: readonly number[]): Promise<EventRow[]> {
  const { lastEvent } = await target.status();
  await target.ask('scan', 'start', ...range);
  return follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'scan_end'));
}

/** Reads that reached main since a mark, oldest first. */
function readsSince({ main }: Pair, mark: number): readonly LogEntry[] {
  return main.log.entries(mark).filter(({ operation }) => operation === 'read');
}

/** How often each block was asked for. */
function timesRead(entries: readonly LogEntry[]): number[] {
  const times = Array<number>(blocks).fill(0);
  for (const { sector, count } of entries) {
    for (let block = Math.floor(sector / 8); block * 8 < sector + count; block += 1) {
      times[block] = (times[block] ?? 0) + 1;
    }
  }
  return times;
}

describe('a pass over main', () => {
  it('reads every block, finds what cannot be read, and moves nothing', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0 } });
    const { target, main, spare } = pair;
    failReads(pair, 700);
    failReads(pair, blocks - 1);
    const written = [main.stats, spare.stats] as const;
    const mark = main.log.mark();

    const told = await scan(target);

    const times = timesRead(readsSince(pair, mark));
    expect(times.findIndex((count) => count === 0)).toBe(-1);
    expect(await target.status()).toMatchObject({
      mode: 'rw',
      scanState: 'off',
      scanBlock: 0,
      scanPasses: 1,
      pending: 2,
      spareUsed: 0,
      softErrors: 0,
      readErrors: 2,
    });
    expect((await target.remaps()).map(({ block, state }) => [block, state])).toEqual([
      [700, 'pending'],
      [blocks - 1, 'pending'],
    ]);
    expect(told[0]).toMatchObject({ type: 'scan_start', block: 0, detail: String(blocks) });
    expect(told.at(-1)).toMatchObject({ type: 'scan_end', detail: 'complete' });
    expect(eventsOf(told, 'pending')).toMatchObject([
      { block: 700, detail: 'scan' },
      { block: blocks - 1, detail: 'scan' },
    ]);
    expect(statsSince(main, written[0])).toMatchObject({ writes: 0, trims: 0 });
  });

  it('makes known what was scanned, how long reads take, and where it is risky', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0 } });
    const { target } = pair;
    expect(await target.health(0, blocks, 16)).toEqual([]);
    expect(await target.status()).toMatchObject({ risk: 0, confidence: 0 });
    failReads(pair, 700);
    await scan(target);

    const cells = await target.health(0, blocks, 16);
    expect(cells.map(({ cell, scanned }) => [cell, scanned])).toEqual(
      Array.from({ length: 16 }, (_, n) => [n, blocks / 16]),
    );
    for (const { averageLatency, worstLatency } of cells) {
      expect(averageLatency).toBeGreaterThan(0);
      expect(worstLatency).toBeGreaterThanOrEqual(averageLatency);
    }
    expect(cells.map(({ pending }) => pending)).toEqual(cells.map(({ cell }) => (cell === 1 ? 1 : 0)));
    expect(await target.health(640, 128, 1)).toMatchObject([{ pending: 1, risk: 60, confidence: 100 }]);
    // 10 MiB to each side are at risk too, what lies further off is not.
    expect(await target.health(1024, 128, 1)).toMatchObject([{ pending: 0, risk: 20, confidence: 80 }]);
    expect(await target.health(blocks - 128, 128, 1)).toMatchObject([{ pending: 0, risk: 0, confidence: 80 }]);
    expect(await target.status()).toMatchObject({ risk: 60, confidence: 100 });
  });

  it('tries a pending block again, and tells that it has recovered', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0 } });
    const { target, main } = pair;
    const fault = failReads(pair, 10);
    await failUnreadable(fixture.kernelLab.io, read(target, 80, 8));
    main.faults.remove(fault);
    const told = await scan(target);
    expect(eventsOf(told, 'recovered')).toMatchObject([{ block: 10 }]);
    expect((await target.status()).pending).toBe(0);
  });

  it('passes over blocks that were moved to the spare', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0 } });
    const { target, main } = pair;
    await target.ask('remap', 100, 3);
    failReads(pair, 100, 3);
    const mark = main.log.mark();
    await scan(target);
    const times = timesRead(readsSince(pair, mark));
    expect(times.slice(99, 104).map((count) => count > 0)).toEqual([true, false, false, false, true]);
    expect(await target.status()).toMatchObject({ pending: 0, readErrors: 0, scanPasses: 1 });
    expect(await target.health(0, 128, 1)).toMatchObject([{ scanned: 128, mapped: 3 }]);
  });

  it('calls a block slow only when it is slow alone, and then again', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0, slow_ms: 300 } });
    const { target, main } = pair;
    const delay = (block: number): number =>
      main.faults.add({ kind: 'slow', operations: ['read'], delayMs: 2000, ranges: [{ first: block * 8, count: 8 }] });
    delay(400);
    // How often each is slow: with others, then the same alone, then the block alone; the block again is quick.
    const slowReads = new Map([
      [delay(1000), 1],
      [delay(2000), 2],
      [delay(3000), 3],
    ]);
    const met = new Map<number, number>();
    const stop = main.faults.onHit(({ id }) => {
      met.set(id, (met.get(id) ?? 0) + 1);
      if (met.get(id) === slowReads.get(id)) main.faults.remove(id);
    });
    const mark = main.log.mark();
    const told = await scan(target);
    stop();
    expect([...slowReads].map(([id]) => met.get(id))).toEqual([1, 2, 3]);
    expect(eventsOf(told, 'slow')).toMatchObject([{ block: 400 }]);
    expect((await target.status()).slowReads).toBe(1);
    expect(await target.health(384, 128, 1)).toMatchObject([{ slow: 1 }]);
    // Only where a read was slow alone is each block read by itself.
    const times = timesRead(readsSince(pair, mark));
    expect([1001, 2001, 3001].map((block) => times[block])).toEqual([2, 3, 3]);
  });
});

describe('a scan of a range', () => {
  it('reads nothing else, and is no pass', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0 } });
    const { target, main } = pair;
    failReads(pair, 1000);
    const mark = main.log.mark();
    const told = await scan(target, 990, 50);
    const times = timesRead(readsSince(pair, mark));
    expect(times.findIndex((count) => count > 0)).toBe(990);
    expect(times.findLastIndex((count) => count > 0)).toBe(1039);
    expect(told[0]).toMatchObject({ type: 'scan_start', block: 990, detail: '50' });
    expect(await target.status()).toMatchObject({ scanPasses: 0, pending: 1, scanState: 'off' });
    const scanned = (await target.health(0, blocks, blocks)).filter((cell) => cell.scanned > 0);
    expect(scanned.map(({ cell }) => cell)).toEqual(Array.from({ length: 50 }, (_, n) => 990 + n));
  });
});

describe('a block that fails while it was just read well', () => {
  it('stays pending', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0, slow_ms: 60_000 } });
    const { target, main } = pair;
    const { io } = fixture.kernelLab;
    // One of the reads that were begun together does not come back, and the scanner waits for it.
    const hang = main.faults.add({ kind: 'hang', operations: ['read'], ranges: [{ first: 1024, count: 8 }] });
    const waits = firstHit(main);
    await target.ask('scan', 'start', 0, 256);
    await waits;
    const { lastEvent } = await target.status();
    failReads(pair, 5);
    await failUnreadable(io, read(target, 40, 8));
    main.faults.remove(hang);
    const told = await follow(target, lastEvent, (rows) => eventsOf(rows, 'scan_end').length > 0);
    expect(eventsOf(told, 'pending')).toMatchObject([{ block: 5 }]);
    expect(eventsOf(told, 'recovered')).toEqual([]);
    expect(await target.status()).toMatchObject({ pending: 1 });
  });
});

describe('a scan that runs', () => {
  const slowly = { core: { scan_rate: 256 } };

  it('can be paused, resumed and stopped, and is not started twice', async () => {
    const pair = await fixture.pair(slowly);
    const { target, main } = pair;
    for (const what of ['pause', 'resume']) expect(errnoOf(await target.message('scan', what))).toBe('EINVAL');
    await target.ask('scan', 'stop');
    await target.ask('scan', 'start');
    expect((await target.status()).scanState).toBe('running');
    expect(errnoOf(await target.message('scan', 'start'))).toBe('EBUSY');

    await target.ask('scan', 'pause');
    const { scanState, scanBlock } = await target.status();
    expect(scanState).toBe('paused');
    const { stats } = main;
    await target.ask('save');
    expect(await target.status()).toMatchObject({ scanState: 'paused', scanBlock });
    expect(statsSince(main, stats).reads).toBe(0);

    await target.ask('scan', 'resume');
    expect((await target.status()).scanState).toBe('running');
    const { lastEvent } = await target.status();
    await target.ask('scan', 'stop');
    expect(await target.status()).toMatchObject({ scanState: 'off', scanBlock: 0, scanPasses: 0 });
    expect(await target.events(lastEvent)).toMatchObject([{ type: 'scan_end', detail: 'stopped' }]);
  });

  it('can be paused and then stopped, and the next pass begins when it is due', async () => {
    const pair = await fixture.pair(slowly);
    await pair.target.remove();
    const target = await reopen(fixture, { ...pair, table: { ...pair.table, features: [] } });
    await target.ask('set', 'scan_interval', 1);
    const { lastEvent } = await target.status();
    const begun = (rows: readonly EventRow[]): boolean => eventsOf(rows, 'scan_start').length > 0;
    await follow(target, lastEvent, begun);
    await target.ask('scan', 'pause');
    const paused = await target.status();
    expect(paused.scanState).toBe('paused');
    await target.ask('scan', 'stop');
    const told = await follow(target, paused.lastEvent, begun);
    expect(told.map(({ type }) => type).slice(0, 2)).toEqual(['scan_end', 'scan_start']);
  });

  it('goes on where it was after a suspend, and after the next activation', async () => {
    const pair = await fixture.pair(slowly);
    const { target, main } = pair;
    await target.ask('set', 'scan_rate', 0);
    await scan(target, 0, 512);
    await target.ask('set', 'scan_rate', 256);
    await target.ask('scan', 'start');
    await target.ask('scan', 'pause');
    await target.suspend();
    await target.resume();
    expect((await target.status()).scanState).toBe('paused');
    await target.ask('scan', 'resume');
    const before = await target.status();
    await target.remove();

    const again = await reopen(fixture, { ...pair, table: { ...pair.table, core: { scan_rate: 0 } } });
    const mark = main.log.mark();
    const told = await follow(again, before.lastEvent, (rows) => rows.some(({ type }) => type === 'scan_end'));
    expect(eventsOf(told, 'scan_start')).toEqual([]);
    expect(told.at(-1)).toMatchObject({ type: 'scan_end', detail: 'complete' });
    expect(before.scanState).toBe('running');
    expect((await again.status()).scanPasses).toBe(1);
    // What was known of regions is known again.
    expect(await again.health(0, blocks, 1)).toMatchObject([{ scanned: blocks }]);
    expect(readsSince(pair, mark).length).toBeGreaterThan(0);
  });

  it('looks around an error before it goes on', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0 } });
    const { target, main } = pair;
    const bad = 16 * MIB_SECTORS;
    failReads(pair, bad / 8);
    // What was moved cuts the MiB before it into more reads than are under way at once.
    for (let n = 0; n < 12; n += 1) await target.ask('remap', bad / 8 - 200 + n * 10);
    const mark = main.log.mark();
    await scan(target);
    const reads = readsSince(pair, mark);
    const found = reads.findIndex(({ result }) => result === 'failed');
    const after = reads.slice(found).map(({ sector }) => sector);
    const beyond = after.findIndex((sector) => sector >= bad + 10 * MIB_SECTORS + MIB_SECTORS);
    expect(Math.max(...after.slice(0, beyond))).toBeGreaterThan(bad + 9 * MIB_SECTORS);
    expect(Math.min(...after.slice(0, beyond))).toBe(bad - 10 * MIB_SECTORS);
  });

  it('takes another rate at once, however long the old one would have it wait', async () => {
    const { target, main } = await fixture.pair({ core: { scan_rate: 1 } });
    const { lastEvent } = await target.status();
    const begun = new Promise<void>((resolve) => {
      const stop = main.log.onRequest(() => {
        stop();
        resolve();
      });
    });
    await target.ask('scan', 'start');
    await begun;
    await target.ask('set', 'scan_rate', 4_194_304);
    const told = await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'scan_end'));
    expect(told.at(-1)).toMatchObject({ detail: 'complete' });
  });

  it('can be stopped while it tries blocks that the disk takes long to give up', async () => {
    const pair = await fixture.pair({ core: { scan_rate: 0, slow_ms: 60_000 } });
    const { target, main } = pair;
    failReads(pair, 0, 256);
    main.faults.add({ kind: 'slow', operations: ['read'], delayMs: 500, ranges: [{ first: 0, count: 2048 }] });
    const { lastEvent } = await target.status();
    await target.ask('scan', 'start');
    await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'pending'));
    await target.ask('scan', 'stop');
    const { pending, scanState } = await target.status();
    expect(scanState).toBe('off');
    expect(pending).toBeLessThan(32);
    expect(pending).toBeGreaterThan(0);
  });

  it('begins by itself when a pass is due, and not where that is switched off', async () => {
    const off = await fixture.pair();
    expect((await off.target.status()).scanState).toBe('off');
    const pair = { ...off, table: { ...off.table, features: [], core: { scan_rate: 0, scan_interval: 1 } } };
    await off.target.remove();
    const target = await reopen(fixture, pair);
    const told = await follow(target, 0, (rows) => eventsOf(rows, 'scan_end').length >= 2);
    expect(eventsOf(told, 'scan_start').length).toBeGreaterThanOrEqual(2);
    expect((await target.status()).scanPasses).toBeGreaterThanOrEqual(2);
    await target.ask('set', 'scan_interval', 0);
    expect((await target.status()).scanState).toMatch(/idle|running/);
  });
});

describe('a block that is weak', () => {
  /** Block 50 is read with one failure each time, which a second try makes good. */
  async function readWeak({ target, main }: Pair, times: number): Promise<void> {
    for (let n = 0; n < times; n += 1) {
      main.faults.add({ kind: 'medium', operations: ['read'], failures: 2, ranges: [{ first: 400, count: 8 }] });
      expect(await succeed(fixture.kernelLab.io, read(target, 400, 8))).toEqual(tags(MAIN_TAG, 8));
    }
  }

  it('is moved while it can be read, once it was so as often as soft_threshold says', async () => {
    const pair = await fixture.pair({ core: { soft_threshold: 2, retries: 3 } });
    const { target } = pair;
    await readWeak(pair, 1);
    expect(await target.status()).toMatchObject({ softErrors: 1, spareUsed: 0 });
    const { lastEvent } = await target.status();
    await readWeak(pair, 1);
    const told = await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'remap'));
    expect(eventsOf(told, 'remap')).toMatchObject([{ block: 50, detail: 'proactive' }]);
    expect(await target.status()).toMatchObject({ proactive: 1, manual: 0, auto: 0, spareUsed: 1, partial: 0 });
    expect(await target.remaps()).toMatchObject([{ block: 50, cause: 'proactive', residency: 255n }]);
    failWrites(pair, 50);
    expect(await succeed(fixture.kernelLab.io, read(target, 400, 8))).toEqual(tags(MAIN_TAG, 8));
    expect(tagsOnDisk(pair.main, 400, 8)).toEqual(tags(MAIN_TAG, 8));
  });

  it('is pending when it can no longer be read by then', async () => {
    const pair = await fixture.pair({ core: { soft_threshold: 1, retries: 3 } });
    const { target, main } = pair;
    // Moves are made one after the other: this one keeps the next waiting.
    main.faults.add({ kind: 'slow', operations: ['read'], delayMs: 3000, ranges: [{ first: 8000, count: 8 }] });
    const { lastEvent } = await target.status();
    const moving = meanwhile(target.ask('remap', 1000));
    await firstHit(main);
    await readWeak(pair, 1);
    failReads(pair, 50);
    await moving;
    const told = await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'pending'));
    expect(eventsOf(told, 'pending')).toMatchObject([{ block: 50 }]);
    expect(await target.status()).toMatchObject({ pending: 1, proactive: 0, spareUsed: 1, readErrors: 1 });
  });

  it('stays where it is when no more spares are left than low_spare, or nothing is to be moved', async () => {
    const pair = await fixture.pair({ core: { soft_threshold: 1, retries: 3, low_spare: 100 } });
    await readWeak(pair, 2);
    await pair.target.suspend();
    await pair.target.resume();
    expect(await pair.target.status()).toMatchObject({ softErrors: 2, spareUsed: 0, proactive: 0 });
    await pair.target.remove();
    const never = await fixture.pair({ features: ['no_auto_remap'], core: { soft_threshold: 1, retries: 3 } });
    await readWeak(never, 2);
    await never.target.suspend();
    expect(await never.target.status()).toMatchObject({ softErrors: 2, spareUsed: 0, proactive: 0 });
  });
});
