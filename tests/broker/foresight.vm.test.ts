import { isDeepStrictEqual } from 'node:util';

import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';

import type { TargetView } from '../../app/bridge/snapshot.ts';
import type { ForecastVerdict } from '../../app/forecast/output.ts';
import type { VerifyReport, Workload } from '../../lab/index.ts';
import { FLUSH_EVERY, Foresight, rangeOf, WRITE_BLOCKS } from './foresight.ts';

/** Blocks that turn weak, step by step and ever further out. Never two of them are in one read of the scanner. */
const GROWTH = [
  [20_120, 20_160],
  [20_080, 20_200],
  [20_040, 20_240],
];
const CLUSTER = GROWTH.flat().sort((a, b) => a - b);
/** What was written around there before any of it turned weak. */
const OLD_WRITES = 2 * FLUSH_EVERY;
const OLD_DATA = rangeOf(19_920, OLD_WRITES * WRITE_BLOCKS);
/** Written from the beginning of the disk on, in stages; the last one goes over the cluster. */
const STAGE_WRITES = 17 * FLUSH_EVERY;
const STAGES = GROWTH.length + 2;
/** Blocks where the cluster goes on later: the first dies at once, the second is weak. */
const DEAD = 20_440;
const LATE = 20_480;

const lab = new Foresight();
let oldData: Workload;
let work: Workload;
beforeAll(() => lab.open());
afterAll(() => lab.close());

const told = (words: string): string[] =>
  lab.notices.map(({ title }) => title).filter((title) => title.includes(words));

/** When the first scan began or ended, by the machine's clock; Unix time in seconds. */
function secondsOf(type: 'scan_start' | 'scan_end'): number | undefined {
  const event = lab.target.events.find((one) => one.type === type);
  return event === undefined ? undefined : Math.floor(event.milliseconds / 1000);
}

const isSaidOf = (term: string, words: string): boolean => lab.term(term)?.startsWith(words) ?? false;

/** Writes on by one stage; returns the first block that was not reached. */
async function workOn(): Promise<number> {
  await work.start();
  await work.finished();
  return work.status.writes * WRITE_BLOCKS;
}

function allRead({ sectors, problems }: VerifyReport): number {
  expect({ ...sectors, ok: 0, problems }).toEqual({ ok: 0, stale: 0, corrupt: 0, unreadable: 0, problems: [] });
  return sectors.ok;
}

it('protects a disk of which nothing bad is known', async () => {
  await lab.create();
  expect(lab.target.status).toMatchObject({ mode: 'rw', scanPasses: 0, softErrors: 0 });
  // What is not saved on request a power cut shall take.
  await lab.message('set', 'save_interval', '86400');
  await lab.message('set', 'scan_rate', '0');
  // An emulated machine may stall for half a second: that is not what this disk is ill of.
  await lab.message('set', 'slow_ms', '60000');
  oldData = await lab.write({ seed: 1, range: OLD_DATA, writes: OLD_WRITES });
  await oldData.finished();
  work = await lab.write({ seed: 2, range: rangeOf(0, STAGES * STAGE_WRITES * WRITE_BLOCKS), writes: STAGE_WRITES });
  await work.finished();
  expect(lab.notices).toEqual([]);
  expect(lab.forecast.terms).toEqual([]);
  expect(CLUSTER.filter((block) => lab.isPredicted(block))).toEqual([]);
});

it('finds a growing cluster of weak blocks before the workload comes to it, and moves it while it can be read', async () => {
  onTestFailed(() => void process.stderr.write(`${JSON.stringify(lab.target, null, 1)}\n`));
  let soft = 0;
  let moved: number[] = [];
  for (const [step, turned] of [...GROWTH, []].entries()) {
    // Those of the step before are met a second time.
    const weak = [...(GROWTH[step - 1] ?? []), ...turned];
    if (step > 0) expect(await workOn()).toBeLessThan(CLUSTER[0] ?? 0);
    lab.weaken(weak);
    await lab.scan();
    soft += weak.length;
    moved = [...moved, ...(GROWTH[step - 1] ?? [])].sort((a, b) => a - b);
    await lab.shows(({ status }) => status.softErrors === soft && status.proactive === moved.length);
    const rows = await lab.rowsOnceThereAre(moved.length);
    expect(rows.map(({ block, cause }) => [block, cause])).toEqual(moved.map((block) => [block, 'proactive']));
  }
  expect(moved).toEqual(CLUSTER);
  expect(lab.target.status).toMatchObject({ spareUsed: CLUSTER.length, partial: 0, pending: 0, readErrors: 0 });
});

it('raises the forecast for the weak blocks, predicts the blocks around them, and tells of the moves once', async () => {
  const reads = GROWTH.flat().length * 2;
  await lab.shows(() => isSaidOf('soft-errors', `${reads} reads that succeeded only when tried again`));
  expect(lab.forecast.verdict).toBe('watch');
  expect(lab.forecast.terms.map(({ id }) => id)).toEqual(['soft-errors']);
  expect([...CLUSTER, DEAD, LATE].filter((block) => !lab.isPredicted(block))).toEqual([]);
  await lab.view.until(({ alerts }) =>
    alerts.open.some(({ rule, value }) => rule === 'moved' && value === CLUSTER.length),
  );
  expect(told('moved to the spare')).toHaveLength(1);
  expect(lab.notices).toHaveLength(1);
});

it('lets the workload through where the weak blocks were, although main has lost them by now', async () => {
  lab.kill(CLUSTER);
  expect(allRead(await oldData.verify())).toBe(OLD_DATA.count);
  expect(await workOn()).toBeGreaterThan(CLUSTER.at(-1) ?? Infinity);
  expect(work.status).toMatchObject({ failedWrites: 0, failedFlushes: 0 });
  const written = work.status.writes * WRITE_BLOCKS;
  expect(allRead(await work.verify())).toBe(rangeOf(0, written).count);
  await lab.looksAgain();
  expect(lab.target.status).toMatchObject({ readErrors: 0, writeErrors: 0, pending: 0, spareUsed: CLUSTER.length });
});

it('tells when a region was last read, and why that is not known where it is not', async () => {
  const ask = () => lab.ask('target.readTimes', {});
  const { regionBlocks, readAt } = await ask();
  expect([regionBlocks, readAt.length]).toEqual([128, 256]);
  await lab.shows(() => secondsOf('scan_end') !== undefined);
  expect(Math.min(...readAt)).toBeGreaterThanOrEqual(secondsOf('scan_start') ?? Number.NaN);
  await lab.run('/usr/bin/umount', '/sys/kernel/debug');
  await expect(ask()).rejects.toMatchObject({
    data: { code: 'regions-unavailable', sentence: expect.stringContaining('is not mounted') as string },
  });
  await lab.run('/usr/bin/mount', '-t', 'debugfs', 'debugfs', '/sys/kernel/debug');
  expect((await ask()).readAt).toHaveLength(256);
});

it('raises the forecast for the block that died before it could be moved, and tells of it once', async () => {
  lab.kill([DEAD]);
  await lab.scan();
  await lab.shows(
    () =>
      isSaidOf('scan-errors', '1 block that failed in a scan') &&
      isSaidOf('pending-blocks', '1 block that cannot be read'),
  );
  expect(lab.forecast.terms.find(({ decides }) => decides)?.id).toBe('scan-errors');
  expect(lab.forecast.verdict).toBe('soon');
  await lab.view.until(({ alerts }) =>
    ['pending', 'forecast'].every((one) => alerts.open.some(({ rule }) => rule === one)),
  );
  expect([told('cannot be read').length, told('forecast').length]).toEqual([1, 1]);
  await lab.scan();
  expect(lab.target.status.pending).toBe(1);
  expect(lab.notices).toHaveLength(3);
});

/** The state before the power cut: as it was saved, as it was shown, and what was said afterwards. */
let saved: TargetView['status'];
let shown: TargetView;
let forecast: typeof lab.forecast;
const verdicts = new Set<ForecastVerdict | undefined>();

it('loses by a power cut what the spare had not been told', async () => {
  await lab.message('save');
  saved = lab.target.status;
  lab.weaken([LATE]);
  await lab.scan();
  await lab.shows(() => isSaidOf('soft-errors', `${saved.softErrors + 1} reads`));
  shown = lab.target;
  forecast = lab.forecast;
  lab.onTarget((view) => verdicts.add(view.forecast?.disk.verdict));
  await lab.powerCut();
  const { proactive, pending, softErrors, scanPasses, risk, spareUsed } = saved;
  expect(lab.target.status).toMatchObject({ mode: 'rw', proactive, pending, softErrors, scanPasses, risk, spareUsed });
  expect(lab.target.status.lastEvent).toBeGreaterThan(shown.status.lastEvent + 4096);
});

it('remembers all of it nevertheless', async () => {
  await lab.shows((view) => view.forecast !== null && isDeepStrictEqual(lab.forecast, forecast));
  expect([...CLUSTER, DEAD, LATE].filter((block) => !lab.isPredicted(block))).toEqual([]);
  // Nothing better was said meanwhile, from a past that was not known yet.
  verdicts.delete(undefined);
  expect([...verdicts]).toEqual(['soon']);
  expect(lab.notices.slice(3).map(({ title }) => title)).toEqual(['Lab is no longer watched']);

  const found = (events: readonly { type: string; block: number | null }[]): (number | null)[] =>
    events.filter(({ type }) => type === 'pending').map(({ block }) => block);
  const [activated] = lab.target.events.filter(({ number }) => number > shown.status.lastEvent);
  const { events: older } = await lab.ask('target.events', { before: activated?.number ?? 0, max: 200 });
  expect([found(lab.target.events), found(older), older[0]?.number]).toEqual([[DEAD], [DEAD], 1]);
  const { points, events, eventsLost } = await lab.history();
  expect(Math.max(...points.map(({ figures }) => figures.pending[1]))).toBe(1);
  expect(Math.max(...points.map(({ figures }) => figures.softErrors[1]))).toBe(saved.softErrors + 1);
  expect(found(events)).toEqual([DEAD]);
  expect(eventsLost).toBe(0);
  expect(allRead(await work.verify())).toBe(rangeOf(0, work.status.writes * WRITE_BLOCKS).count);
});
