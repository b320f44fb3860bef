import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Alert, Notice } from '../../app/alerts/schema.ts';
import { saidFailed } from '../../app/alerts/own-word.ts';
import { alertWords } from '../../app/alerts/words.ts';
import type { DriveHealth, NvmeWarning, SmartReading } from '../../app/domain/smart.ts';
import { damageCounters } from '../../app/forecast/drive.ts';
import { counterNames } from '../../app/history/counters.ts';
import { fileHistory } from '../../tests/doubles/history.ts';
import { makeAttribute } from '../../tests/doubles/attribute.ts';
import { FakeHelper, fakeConnector, silentLog } from '../../tests/doubles/helper.ts';
import { sceneReading } from '../../tests/doubles/scene-smart.ts';
import { View } from '../../tests/doubles/view.ts';
import { Broker } from './broker.ts';

const local = { connection: 'local' } as const;
/** Disks of the scene: main and spare of the pair, and one that belongs to none. */
const MAIN = '8:0';
const SPARE = '8:16';
const FREE = '8:32';
const FREE_ID = 'serial:Deskstar 7K/LABFREE-0C55';

let folder: string;
let helper: FakeHelper;
let told: Map<string, Partial<DriveHealth>>;
let notices: Notice[];
let broker: Broker;
let view: View;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-remap-drives-'));
  helper = new FakeHelper(40, 0);
  told = new Map();
  notices = [];
  helper.overrides['smart.read'] = ({ devno }) => Promise.resolve(readingOf(devno));
});

afterEach(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});

/** A hard disk that has counted nothing, but for what the test says of it. */
function readingOf(devno: string): SmartReading {
  const well = sceneReading(MAIN);
  if (well.state !== 'read') throw new Error('the scene’s main tells nothing');
  return { state: 'read', health: { ...well.health, serial: `OWN-${devno}`, ...counters({}), ...told.get(devno) } };
}

function counters(counts: Readonly<Record<number, number>>): Pick<DriveHealth, 'attributes'> {
  return { attributes: [5, 187, 197, 198].map((id) => makeAttribute(id, counts[id] ?? 0)) };
}

async function start(): Promise<void> {
  broker = new Broker({
    host: 'web',
    version: '0.1.0',
    connectors: [fakeConnector(helper)],
    log: silentLog,
    openHistory: () => fileHistory(join(folder, 'history.db')),
    notifier: { tell: (notice) => notices.push(notice), standing: () => undefined },
  });
  view = await View.of(broker, 'local');
  await view.call('connection.open', local);
  await view.until(({ smart, devices }) => devices.every(({ devno }) => smart[devno]?.asked !== null));
}

/** A disk is read again and tells something else. */
async function tells(devno: string, health: Partial<DriveHealth>): Promise<Alert[]> {
  told.set(devno, health);
  await view.call('smart.read', { ...local, devno });
  return view.connection.alerts.open;
}

const inShort = (alerts: readonly Alert[]): unknown[] => alerts.map(({ rule, subject }) => [rule, subject]);
const pairId = (): string => helper.targets[0]?.uuid ?? '';

describe('a drive of no pair', () => {
  it('is told when it says that it fails, once, also over a restart, and never without its name', async () => {
    await start();
    expect(view.connection.alerts.open).toEqual([]);
    expect(inShort(await tells(FREE, { verdict: 'failed' }))).toEqual([['drive-failed', FREE_ID]]);
    await tells(FREE, { verdict: 'failed' });
    expect(notices).toMatchObject([
      { title: 'Deskstar 7K (sdc): the drive itself says that it is failing.', weight: 'grave' },
    ]);
    await broker.close();
    await start();
    expect([inShort(view.connection.alerts.open), notices.length]).toEqual([[['drive-failed', FREE_ID]], 1]);
  });

  it('is told when its counters rise, also while the program was closed, and not for old ones', async () => {
    told.set(FREE, counters({ 5: 24, 187: 3, 197: 8, 198: 8 }));
    await start();
    expect(view.connection.alerts.open).toEqual([]);
    const open = await tells(FREE, counters({ 5: 25, 187: 3, 197: 8, 198: 8 }));
    expect(open).toMatchObject([{ rule: 'drive-reallocated', before: 24, value: 25 }]);
    await view.call('alerts.acknowledge', { ...local, subject: FREE_ID, rule: 'drive-reallocated' });
    expect(await tells(FREE, counters({ 5: 25, 187: 3, 197: 8, 198: 8 }))).toEqual([]);
    await broker.close();
    told.set(FREE, counters({ 5: 25, 187: 4, 197: 9, 198: 9 }));
    await start();
    expect(view.connection.alerts.open.map(({ rule }) => rule).sort()).toEqual([
      'drive-offline',
      'drive-pending',
      'drive-uncorrectable',
    ]);
  });

  it('that is muted, or in quiet hours, is told only when it says that it fails', async () => {
    await start();
    const minute = new Date().getHours() * 60 + new Date().getMinutes();
    await view.call('alerts.mute', { ...local, subject: FREE_ID, muted: true });
    await view.call('alerts.quiet', { quiet: { from: minute, to: (minute + 60) % 1440 } });
    expect(await tells(FREE, counters({ 197: 3 }))).toHaveLength(1);
    expect(notices).toEqual([]);
    await tells(FREE, { verdict: 'failed' });
    expect(notices.map(({ title }) => title)).toEqual(['Deskstar 7K (sdc): the drive itself says that it is failing.']);
  });
});

it('the forecast of a drive knows when its counters rose', async () => {
  told.set(FREE, counters({ 198: 1 }));
  await start();
  const before = view.connection.smart[FREE]?.forecast;
  expect(before).toMatchObject({ terms: [{ id: 'offline-uncorrectable' }] });
  await tells(FREE, counters({ 198: 2 }));
  const after = view.connection.smart[FREE]?.forecast;
  expect(after?.terms[0]?.sentence).toContain('the count rose within the last day');
  expect(after?.probability.point).toBeGreaterThan(before?.probability.point ?? 1);
});

it('what a drive counted is told with its past, of a disk that is not there nothing', async () => {
  told.set(FREE, counters({ 5: 2 }));
  await start();
  await tells(FREE, counters({ 5: 2 }));
  await tells(FREE, counters({ 5: 7, 197: 1 }));
  const { counters: kept } = await view.call('history.counters', { ...local, devno: FREE });
  expect(kept.map(({ name, changes }) => [name, changes.map(({ value }) => value)])).toEqual([
    ['5', [2, 7]],
    ['187', [0]],
    ['197', [0, 1]],
    ['198', [0]],
  ]);
  expect(await view.call('history.counters', { ...local, devno: '8:240' })).toEqual({ counters: [] });
});

it('every counter of damage that is remembered can be shown', () => {
  const all = [5, 10, 187, 196, 197, 198, 199].map((id) => ({ ...counters({}).attributes[0], id, count: 1 }));
  const health = sceneReading('8:32');
  if (health.state !== 'read' || health.health.nvme === null) throw new Error('the scene’s NVMe drive tells nothing');
  const told = damageCounters({
    ...health.health,
    attributes: all as DriveHealth['attributes'],
    grownDefects: 1,
  });
  expect(told.map(([name]) => name).sort()).toEqual([...counterNames].sort());
});

describe('a drive that said that it fails and cannot be read any more', () => {
  const silent: SmartReading = { state: 'unavailable', problem: { code: 'timeout', detail: null } };
  const restart = async (readable: boolean): Promise<void> => {
    await broker.close();
    helper.overrides['smart.read'] = ({ devno }) => Promise.resolve(readable ? readingOf(devno) : silent);
    await start();
    await view.until(({ targets }) => targets[0]?.forecast !== null);
  };
  const known = (): unknown => {
    const { devices, alerts, targets } = view.connection;
    const main = devices.find(({ devno }) => devno === MAIN) ?? null;
    const { verdict, terms } = targets[0]?.forecast?.disk ?? {};
    const said = saidFailed(alerts.ownWords, main, { uuid: pairId(), role: 'main' });
    return [said, verdict === 'failing', terms?.[0]?.sentence.includes('When it was last read'), alerts.open.length];
  };

  it('is known to have said so, acknowledged or not, until it says that it passed', async () => {
    await start();
    await tells(MAIN, { verdict: 'failed' });
    await view.call('alerts.acknowledge', { ...local, subject: null, rule: null });
    await restart(false);
    expect(known()).toEqual([true, true, true, 0]);
    await restart(true);
    await tells(MAIN, { verdict: 'passed' });
    await restart(false);
    expect(known()).toEqual([false, false, false, 0]);
    expect(notices).toHaveLength(1);
  });
});

describe('a drive of a live pair', () => {
  it('is told by its pair alone when it says that it fails', async () => {
    await start();
    expect(inShort(await tells(MAIN, { verdict: 'failed', ...counters({ 5: 9, 197: 9 }) }))).toEqual([
      ['main-failed', pairId()],
    ]);
    await tells(SPARE, { verdict: 'failed' });
    expect(inShort(view.connection.alerts.open).sort()).toEqual([
      ['main-failed', pairId()],
      ['spare-failed', pairId()],
    ]);
    expect(notices).toHaveLength(2);
  });

  it.each([
    [MAIN, 'main-failed'],
    [SPARE, 'spare-failed'],
  ] as const)('that is only too hot is told of its heat: %s', async (devno, rule) => {
    const reading = sceneReading(FREE);
    if (reading.state !== 'read' || reading.health.nvme === null)
      throw new Error('the scene’s NVMe drive tells nothing');
    const { nvme, protocol, kind } = reading.health;
    const warns = (criticalWarning: number, ...warnings: readonly NvmeWarning[]): Partial<DriveHealth> => ({
      verdict: criticalWarning === 0 ? 'passed' : 'failed',
      protocol,
      kind,
      nvme: { ...nvme, warnings: [...warnings], criticalWarning },
    });
    const inWords = (alerts: readonly Alert[]): unknown[] =>
      alerts.map((alert) => [alert.rule, alert.over, alertWords(alert).what]);
    await start();
    const hot = ['drive-failed', false, 'The drive says that it is outside of its temperature limits.'];
    expect(inWords(await tells(devno, warns(2, 'temperature')))).toEqual([hot]);
    expect(inWords(await tells(devno, warns(0)))).toEqual([[hot[0], true, hot[2]]]);
    expect((await tells(devno, warns(10, 'temperature', 'read-only'))).map((one) => one.rule)).toEqual([rule]);
    expect(await tells(devno, warns(2, 'temperature'))).toMatchObject([{ rule, over: true }]);
  });

  it('as its spare is told when its counters rise, which no rule of the pair does', async () => {
    await start();
    const open = await tells(SPARE, counters({ 5: 2 }));
    expect(open).toMatchObject([{ rule: 'drive-reallocated', subject: expect.stringContaining('OWN-8:16') as string }]);
  });

  it('is not told again when the pair has ended', async () => {
    await start();
    await tells(MAIN, { verdict: 'failed', ...counters({ 5: 9 }) });
    helper.overrides.apply = () => {
      helper.targets = [];
      helper.tellTargets();
      return Promise.resolve({ name: 'weak-disk', path: null });
    };
    await view.call('apply', { ...local, token: 'a'.repeat(32), confirmation: null });
    await view.call('alerts.acknowledge', { ...local, subject: null, rule: null });
    const before = notices.length;
    expect(await tells(MAIN, { verdict: 'failed', ...counters({ 5: 9 }) })).toEqual([]);
    expect(await tells(MAIN, { verdict: 'failed', ...counters({ 5: 10 }) })).toMatchObject([
      { rule: 'drive-reallocated', before: 9, value: 10 },
    ]);
    expect(notices).toHaveLength(before + 1);
  });

  it('leaves what stood of it to the pair that it came into', async () => {
    const pair = helper.targets;
    helper.targets = [];
    await start();
    expect(await tells(MAIN, { verdict: 'failed' })).toMatchObject([{ rule: 'drive-failed' }]);
    helper.targets = pair;
    helper.tellTargets();
    await view.until(({ targets }) => targets.length === 1);
    expect(inShort(await tells(MAIN, { verdict: 'failed' }))).toEqual([['main-failed', pairId()]]);
  });
});
