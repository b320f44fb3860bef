import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Notice } from '../../../app/alerts/schema.ts';
import type { SmartReading } from '../../../app/domain/smart.ts';
import type { TargetEvent } from '../../../app/domain/target.ts';
import type { ForecastVerdict } from '../../../app/forecast/output.ts';
import { fileHistory } from '../../../tests/doubles/history.ts';
import { FakeHelper, fakeConnector, silentLog } from '../../../tests/doubles/helper.ts';
import { sceneReading } from '../../../tests/doubles/scene-smart.ts';
import { View } from '../../../tests/doubles/view.ts';
import { FORECAST_EVERY_MS } from '../../forecast/forecaster.ts';
import { Broker } from '../broker.ts';

/** After this long a history tries again what failed. */
const LATER_MS = 60_000;
const local = { connection: 'local' } as const;
let folder: string;
let path: string;
let uptime: number;
let helper: FakeHelper;
let notices: Notice[];
let standing: [number, boolean][];
let broker: Broker;
let view: View;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-remap-watch-'));
  path = join(folder, 'history.db');
  helper = new FakeHelper(40, 0);
  uptime = 0;
  notices = [];
  standing = [];
});

afterEach(async () => {
  vi.useRealTimers();
  await broker.close();
  rmSync(folder, { recursive: true });
});

/** Starts the program anew on the same history. */
async function start(): Promise<void> {
  broker = new Broker({
    host: 'web',
    version: '0.1.0',
    connectors: [fakeConnector(helper)],
    log: silentLog,
    openHistory: () => fileHistory(path, () => performance.now() + uptime),
    notifier: {
      tell: (notice) => notices.push(notice),
      standing: ({ alerts, grave }) => standing.push([alerts, grave]),
    },
  });
  view = await View.of(broker, 'local');
  await view.call('connection.open', local);
}

async function restart(whileAway: () => void = () => undefined): Promise<void> {
  await broker.close();
  whileAway();
  await start();
}

function pair(): { device: string; connection: 'local' } {
  return { ...local, device: helper.targets[0]?.uuid ?? '' };
}

/** Changes the status of the fake device, and tells it. */
function become(part: Partial<(typeof helper.targets)[0]['status']>): void {
  helper.targets = helper.targets.map((one) => ({ ...one, status: { ...one.status, ...part } }));
  helper.tellTargets();
}

/** What main tells of itself with so many pending sectors, and nothing else wrong. */
function pendingSectors(pending: number): SmartReading {
  const reading = sceneReading('8:0');
  if (reading.state !== 'read') return reading;
  const attributes = reading.health.attributes.map((one) => ({
    ...one,
    count: one.count === null ? null : one.id === 197 ? pending : 0,
  }));
  return { ...reading, health: { ...reading.health, attributes } };
}

const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** What the history holds once it has every event of the ring. */
async function whole(): Promise<void> {
  const reader = fileHistory(path);
  await vi.waitFor(() => expect(reader.newestEvent(pair().device)).toEqual(helper.events.at(-1)));
  reader.close();
}

describe('history', () => {
  it('keeps what is heard, and after the program was closed what the ring has of the meantime', async () => {
    await start();
    await whole();
    helper.move(100);
    await whole();
    await restart(() => {
      for (let block = 200; block < 260; block += 1) helper.move(block, false);
    });
    await whole();
    const answer = await view.call('history.samples', { ...pair(), ...everything, points: 1 });
    expect(answer.eventsLost).toBe(0);
    expect(answer.points[0]?.figures.moved).toEqual([40, 101, 101]);
    const { point } = await view.call('history.at', { ...pair(), milliseconds: Date.now() });
    expect(point?.figures.moved[2]).toBe(101);
  });

  it('asks only for events after the newest one known', async () => {
    await start();
    await whole();
    const newest = helper.events.at(-1)?.number ?? 0;
    const asked: [number, number][] = [];
    await restart(() => {
      helper.move(300, false);
      helper.overrides['target.events'] = ({ after, max }) => {
        asked.push([after, max]);
        const later = helper.events.filter((event) => event.number > after);
        return Promise.resolve({ events: later.slice(0, max), next: null });
      };
    });
    await whole();
    expect(asked).toContainEqual([newest - 1, 1]);
    expect(asked).toContainEqual([newest, 4096]);
  });

  it('reads the whole ring of a spare that was put back to an older state, and keeps both stories', async () => {
    await start();
    await whole();
    const old = helper.events.slice(0, 30);
    const other = old.length;
    await restart(() => {
      helper.events = [
        ...old,
        ...Array.from({ length: 5 }, (_, index): TargetEvent => {
          const number = other + 1 + index;
          return {
            number,
            milliseconds: number,
            type: 'pending',
            block: 7_000 + index,
            spareBlock: null,
            detail: null,
          };
        }),
      ];
      become({ lastEvent: other + 5 });
    });
    await whole();
    const { events } = await view.call('history.samples', { ...pair(), ...everything, points: 1 });
    expect(events.map(({ block }) => block)).toEqual([7_000, 7_001, 7_002, 7_003, 7_004]);
  });

  it('keeps the forecast as bad as the disk when a crash took events with it and numbers jump', async () => {
    const tell = (number: number, part: Partial<TargetEvent>): TargetEvent => ({
      number,
      milliseconds: Date.now(),
      type: 'soft',
      block: 500_000,
      spareBlock: null,
      detail: null,
      ...part,
    });
    const saved = helper.events.length;
    helper.events.push(
      tell(saved + 1, { type: 'pending', detail: 'scan' }),
      tell(saved + 2, {}),
      tell(saved + 3, { type: 'slow' }),
    );
    const counted = { softErrors: 1, slowReads: 1, lastEvent: saved + 3 };
    helper.targets = helper.targets.map((one) => ({ ...one, status: { ...one.status, ...counted } }));
    await start();
    await whole();
    await view.until(({ targets }) => targets[0]?.forecast?.disk.terms.some(({ id }) => id === 'scan-errors') ?? false);
    const before = view.connection.targets[0]?.forecast;
    await restart(() => {
      const after = tell(saved + 65_536, { type: 'activate', block: null });
      helper.events = [...helper.events.slice(0, saved), after];
      const lost = { softErrors: 0, slowReads: 0, lastEvent: after.number };
      helper.targets = helper.targets.map((one) => ({ ...one, status: { ...one.status, ...lost } }));
    });
    await view.until(({ targets }) => (targets[0]?.forecast ?? null) !== null);
    expect(view.connection.targets[0]?.forecast).toEqual(before);
    expect(before?.disk.terms.map(({ id }) => id)).toEqual(expect.arrayContaining(['soft-errors', 'slow-reads']));
    expect(before?.where.ranges.some(({ first, count }) => first <= 500_000 && first + count > 500_000)).toBe(true);
    expect(view.connection.targets[0]?.events.map(({ number }) => number)).toEqual(
      helper.events.map(({ number }) => number),
    );
  });

  it('leaves sectors in the forecast that waited and were rewritten, also after a restart', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    helper = new FakeHelper(0, 0);
    let sectors = 0;
    helper.overrides['smart.read'] = ({ devno }) =>
      Promise.resolve(devno === '8:0' ? pendingSectors(sectors) : sceneReading(devno));
    const shows = (verdict: ForecastVerdict): Promise<void> =>
      vi.waitFor(() => expect(view.connection.targets[0]?.forecast?.disk.verdict).toBe(verdict), { timeout: 20_000 });
    await start();
    await shows('none');
    for (sectors of [8, 0]) await view.call('smart.read', { ...local, devno: '8:0' });
    await vi.advanceTimersByTimeAsync(2 * FORECAST_EVERY_MS);
    await shows('plan');
    await restart();
    await shows('plan');
    expect(view.connection.smart['8:0']?.forecast?.terms.map(({ id }) => id)).toEqual(['pending']);
  });

  it('that cannot be kept says so, and all else goes on', async () => {
    path = join(folder, 'file/history.db');
    writeFileSync(join(folder, 'file'), '');
    await start();
    expect(view.connection.history.error).toMatchObject({ code: 'history-unavailable' });
    helper.move(55);
    await view.until(({ targets }) => targets[0]?.status.spareUsed === 41);
    await expect(view.call('history.samples', { ...pair(), ...everything, points: 9 })).rejects.toMatchObject({
      code: 'history-unavailable',
    });
    become({ pending: 2 });
    await view.until(({ alerts }) => alerts.open.some(({ rule }) => rule === 'pending'));
    expect(notices.map(({ title }) => title)).toContainEqual(expect.stringContaining('2 blocks cannot be read'));
  });

  it('of a damaged file begins anew and says where the old one lies', async () => {
    writeFileSync(path, 'x'.repeat(10_000));
    await start();
    await whole();
    await view.until(({ history }) => history.setAside !== null);
    expect(view.connection.history).toMatchObject({
      error: null,
      setAside: { file: expect.stringContaining('history.db.damaged-') as string },
    });
  });

  it('refuses a range that ends before it begins, and more points than fit', async () => {
    await start();
    for (const range of [
      { from: 2, to: 1, points: 10 },
      { from: 1, to: 2, points: 1001 },
    ]) {
      await expect(view.call('history.samples', { ...pair(), ...range })).rejects.toMatchObject({
        code: 'bad-request',
      });
    }
  });
});

describe('alerts', () => {
  it('come once, also when the program is started again, and again when it gets worse after they were seen', async () => {
    await start();
    become({ pending: 3 });
    await view.until(({ alerts }) => alerts.open.length === 1);
    become({ pending: 3 });
    await restart();
    expect(view.connection.alerts.open).toMatchObject([{ rule: 'pending', value: 3, toldValue: 3 }]);
    expect(notices).toHaveLength(1);
    expect(standing.at(-1)).toEqual([1, true]);
    await view.call('alerts.acknowledge', { ...local, subject: pair().device, rule: 'pending' });
    expect(view.connection.alerts.open).toEqual([]);
    expect(standing.at(-1)).toEqual([0, false]);
    await restart();
    expect([view.connection.alerts.open, notices.length]).toEqual([[], 1]);
    become({ pending: 4 });
    await view.until(({ alerts }) => alerts.open.length === 1);
    expect(notices).toHaveLength(2);
  });

  it('of a forecast come once, also when a status is heard before the events that it counts', async () => {
    helper = new FakeHelper(0, 0);
    helper.overrides['smart.read'] = ({ devno }) => {
      const reading = sceneReading(devno);
      if (reading.state !== 'read') return Promise.resolve(reading);
      const attributes = reading.health.attributes.map((one) => ({ ...one, count: one.count === null ? null : 0 }));
      return Promise.resolve({ ...reading, health: { ...reading.health, attributes } });
    };
    await start();
    await view.until(({ targets }) => targets[0]?.forecast?.disk.verdict === 'none');
    const number = (helper.targets[0]?.status.lastEvent ?? 0) + 1;
    const lost = { milliseconds: Date.now(), block: 77, spareBlock: null } as const;
    const asked = Promise.withResolvers<undefined>();
    const answered = Promise.withResolvers<undefined>();
    helper.overrides['target.events'] = async () => {
      asked.resolve(undefined);
      await answered.promise;
      return { events: [{ ...lost, number, type: 'pending', detail: 'scan' }], next: null };
    };
    helper.rows = [
      {
        block: 77,
        spareBlock: null,
        state: 'pending',
        cause: null,
        residency: '0',
        seconds: Math.floor(Date.now() / 1000),
      },
    ];
    become({ pending: 1, lastEvent: number });
    await asked.promise;
    const has = (term: string): Promise<void> =>
      view.until(({ targets }) => targets[0]?.forecast?.disk.terms.some(({ id }) => id === term) ?? false);
    await has('pending-blocks');
    answered.resolve(undefined);
    await has('scan-errors');
    await view.until(({ alerts }) => alerts.open.some(({ rule }) => rule === 'forecast'));
    expect(view.connection.targets[0]?.forecast?.disk.verdict).toBe('soon');
    expect(notices.map(({ title }) => title).filter((title) => title.includes('forecast'))).toHaveLength(1);
  });

  it.each<[string, SmartReading | 'nothing']>([
    ['has not answered yet', 'nothing'],
    ['sleeps at first', sceneReading('8:48')],
    ['did not answer at first', { state: 'unavailable', problem: { code: 'timeout', detail: null } }],
  ])('of a forecast that were seen are not told again when a drive %s at the restart', async (_what, first) => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const answers = (reading: SmartReading): void => {
      helper.overrides['smart.read'] = ({ devno }) => Promise.resolve(devno === '8:0' ? reading : sceneReading(devno));
    };
    const shows = (verdict: ForecastVerdict, knowsDrive: boolean): Promise<void> =>
      vi.waitFor(
        () => {
          const disk = view.connection.targets[0]?.forecast?.disk;
          expect(disk?.verdict).toBe(verdict);
          expect(disk?.missing.includes('the drive’s own counters (SMART)')).toBe(!knowsDrive);
        },
        { timeout: 20_000 },
      );
    /** The look after a table was read has its forecast judged. */
    const lookAgain = async (): Promise<void> => {
      become({});
      await vi.advanceTimersByTimeAsync(2 * FORECAST_EVERY_MS);
    };
    const told = (): number => notices.filter(({ title }) => title.includes('forecast')).length;
    helper.rows = helper.rows.map((row) => ({ ...row, seconds: Math.floor(Date.now() / 1000) }));
    answers(pendingSectors(0));
    await start();
    await shows('plan', true);
    await lookAgain();
    answers(pendingSectors(300));
    await view.call('smart.read', { ...local, devno: '8:0' });
    await shows('soon', true);
    expect(told()).toBe(1);
    await view.call('alerts.acknowledge', { ...local, subject: null, rule: null });

    const later = Promise.withResolvers<SmartReading>();
    if (first === 'nothing') helper.overrides['smart.read'] = () => later.promise;
    else answers(first);
    await restart();
    await shows('plan', false);
    await vi.waitFor(() => expect(view.connection.smart['8:0']?.reading).toBe(first === 'nothing'));
    await lookAgain();
    answers(pendingSectors(300));
    later.resolve(pendingSectors(300));
    await view.call('smart.read', { ...local, devno: '8:0' });
    await shows('soon', true);
    expect([told(), view.connection.alerts.open]).toEqual([1, []]);
  });

  it('of a forecast that were seen are not told again when the history could not be read at the restart', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    helper = new FakeHelper(0, 0);
    const answer = pendingSectors(0);
    helper.overrides['smart.read'] = ({ devno }) => Promise.resolve(devno === '8:0' ? answer : sceneReading(devno));
    const told = (): number => notices.filter(({ title }) => title.includes('forecast')).length;
    const shows = (verdict: ForecastVerdict): Promise<void> =>
      vi.waitFor(() => expect(view.connection.targets[0]?.forecast?.disk.verdict).toBe(verdict), { timeout: 20_000 });
    const lookAgain = async (): Promise<void> => {
      become({});
      await vi.advanceTimersByTimeAsync(20_000);
    };
    path = join(folder, 'data/history.db');
    await start();
    await shows('none');
    await lookAgain();
    const ring = helper.events;
    const number = (helper.targets[0]?.status.lastEvent ?? 0) + 1;
    const found = {
      number,
      milliseconds: Date.now(),
      type: 'pending',
      block: 77,
      spareBlock: null,
      detail: 'scan',
    } as const;
    helper.events = [...ring, found];
    become({ lastEvent: number });
    await shows('soon');
    await vi.waitFor(() => expect(told()).toBe(1));
    await whole();
    await view.call('alerts.acknowledge', { ...local, subject: null, rule: null });

    // The spare's ring has gone on by more than it holds: only the history knows of the block.
    await restart(() => {
      helper.events = ring;
      renameSync(join(folder, 'data'), join(folder, 'away'));
      writeFileSync(join(folder, 'data'), '');
    });
    await shows('none');
    await lookAgain();
    rmSync(join(folder, 'data'));
    renameSync(join(folder, 'away'), join(folder, 'data'));
    uptime += LATER_MS;
    become({ softErrors: 0 });
    await vi.waitFor(() => expect(view.connection.history.error).toBeNull());
    await lookAgain();
    await restart();
    await shows('soon');
    await lookAgain();
    expect([told(), view.connection.alerts.open]).toEqual([1, []]);
  });

  it('see what happened while the program was closed', async () => {
    await start();
    await restart(() => {
      helper.targets = helper.targets.map((one) => ({ ...one, status: { ...one.status, auto: one.status.auto + 2 } }));
    });
    await view.until(({ alerts }) => alerts.open.length === 1);
    expect(notices).toMatchObject([
      { title: expect.stringContaining('2 more bad blocks') as string, weight: 'notable' },
    ]);
  });

  it('of a device that went away are raised, of one that was stopped here are not', async () => {
    await start();
    const there = helper.targets;
    helper.targets = [];
    helper.tellTargets();
    await view.until(({ alerts }) => alerts.open.some(({ rule, value }) => rule === 'lost' && value === 2));
    helper.targets = there;
    helper.tellTargets();
    await view.until(({ alerts }) => alerts.open.some(({ rule, over }) => rule === 'lost' && over));
    await view.call('alerts.acknowledge', { ...local, subject: null, rule: null });
    helper.overrides.apply = () => {
      helper.targets = [];
      helper.tellTargets();
      return Promise.resolve({ name: there[0]?.name ?? '', path: null });
    };
    await view.call('apply', { ...local, token: 'a'.repeat(32), confirmation: null });
    expect(view.connection.targets).toEqual([]);
    expect(view.connection.alerts.open).toEqual([]);
  });

  it('of a disk that is no longer seen are raised when the list is looked at again', async () => {
    await start();
    const spare = helper.targets[0]?.spareDevno;
    helper.devices = helper.devices.filter(({ devno }) => devno !== spare);
    await view.call('devices.refresh', local);
    become({});
    await view.until(({ alerts }) => alerts.open.some(({ rule, value }) => rule === 'lost' && value === 1));
  });

  it('are held back in quiet hours and told after them, together; those of a muted disk never', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: new Date(2026, 0, 15, 23, 30) });
    await start();
    await view.call('alerts.quiet', { quiet: { from: 22 * 60, to: 7 * 60 } });
    become({ pending: 3 });
    await vi.waitFor(() => expect(view.connection.alerts.open).toHaveLength(1));
    become({ metadataGood: 1 });
    await vi.waitFor(() => expect(view.connection.alerts.open).toHaveLength(2));
    expect(notices).toEqual([]);
    vi.setSystemTime(new Date(2026, 0, 16, 7, 0));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(notices).toMatchObject([{ title: '2 alerts', weight: 'grave' }]);
    await view.call('alerts.mute', { ...local, subject: pair().device, muted: true });
    become({ mode: 'fail' });
    await vi.waitFor(() => expect(view.connection.alerts.open).toHaveLength(3));
    await view.call('alerts.mute', { ...local, subject: pair().device, muted: false });
    expect(notices).toHaveLength(1);
    expect(view.connection.alerts.notices).toEqual(notices);
  });

  it('that quiet hours hold back are told when the clock is set back to before them', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: new Date(2026, 0, 15, 23, 30) });
    await start();
    await view.call('alerts.quiet', { quiet: { from: 22 * 60, to: 7 * 60 } });
    become({ pending: 3 });
    await vi.waitFor(() => expect(view.connection.alerts.open).toHaveLength(1));
    expect(notices).toEqual([]);
    vi.setSystemTime(new Date(2026, 0, 15, 20, 0));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(notices).toHaveLength(1);
    become({ pending: 4 });
    await vi.waitFor(() => expect(view.connection.alerts.open).toMatchObject([{ rule: 'pending', value: 4 }]));
  });
});
