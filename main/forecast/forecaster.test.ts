import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { noAlerts } from '../../app/alerts/schema.ts';
import type { TargetView } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import { smartProblems, type SmartProblem, type SmartView } from '../../app/domain/smart.ts';
import type { RemapRow, TargetEvent, TargetStatus } from '../../app/domain/target.ts';
import { nothingMet } from '../../app/history/event-times.ts';
import { sceneReading } from '../../tests/doubles/scene-smart.ts';
import { sceneSnapshot } from '../../tests/doubles/scene.ts';
import { RemapTable } from '../broker/remaps/table.ts';
import { troublesOf } from '../broker/remaps/troubles.ts';
import { EventMemory } from './event-memory.ts';
import { basisOf, forecastOf, type Basis } from './forecast-of.ts';
import { FORECAST_EVERY_MS, Forecaster } from './forecaster.ts';
import { gather, kindOf, type MetTroubles } from './gather.ts';
import { never } from '../../app/forecast/times.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 0, 15, 12);
const ago = (days: number): number => NOW - days * DAY_MS;

const scene = sceneSnapshot([], 1_000_000).connections.find(({ id }) => id === 'lab');
const [sceneDisk] = scene?.devices ?? [];
const [sceneTarget] = scene?.targets ?? [];
if (sceneDisk === undefined || sceneTarget === undefined) throw new Error('the scene is empty');
const aDisk: BlockDevice = { ...sceneDisk, devno: '8:0' };

function makeDisk(part: Partial<BlockDevice> = {}): BlockDevice {
  return { ...aDisk, ...part };
}

const quiet = { ...sceneTarget.status, softErrors: 0, slowReads: 0 };
function makeStatus(part: Partial<TargetStatus>): TargetStatus {
  return { ...quiet, ...part };
}

const device = sceneTarget.device;
function makeTarget(status: TargetStatus): TargetView {
  return { device, status, heard: NOW, events: [], samples: [], remapsRevision: 0, forecast: null };
}

function makeEvent(part: Partial<TargetEvent>): TargetEvent {
  return { number: 1, milliseconds: NOW, type: 'slow', block: 42, spareBlock: null, detail: null, ...part };
}

/** What events say that come one after the other. */
function metIn(events: readonly TargetEvent[]): EventMemory {
  const memory = new EventMemory(nothingMet);
  memory.add(events.map((event, index) => ({ ...event, number: index + 1 })));
  return memory;
}

const table = new RemapTable(8);
table.replaceRange(0, 1000, [
  row(10, 40, 'pending'),
  row(20, 3, 'pending'),
  row(30, 90, 'auto'),
  row(40, 1, 'proactive'),
  row(50, 0, 'manual'),
]);
const troubles = troublesOf(table);

function row(block: number, days: number, how: 'pending' | 'auto' | 'proactive' | 'manual'): RemapRow {
  const seconds = ago(days) / 1000;
  return how === 'pending'
    ? { block, spareBlock: null, state: 'pending', cause: null, residency: '0', seconds }
    : { block, spareBlock: block, state: 'mapped', cause: how, residency: 'ff', seconds };
}

describe('gather', () => {
  it('takes counts from the status and their times from the remap table and the events', () => {
    const status = makeStatus({ pending: 2, auto: 1, softErrors: 5, slowReads: 0 });
    const events = [
      makeEvent({ type: 'soft', milliseconds: ago(2) }),
      makeEvent({ type: 'slow', milliseconds: ago(1) }),
    ];
    const { own, kind, attributes, nvme, speed } = gather({
      now: NOW,
      status,
      met: metIn(events),
      troubles,
      disk: makeDisk(),
      drive: null,
      speed: { score: 2, places: [] },
    });
    expect(own).toEqual({
      pendingBlocks: { value: 2, rose: ago(3), firstSeen: ago(40) },
      movedBlocks: { value: 1, rose: ago(90), firstSeen: ago(90) },
      scanErrors: { value: null, rose: null, firstSeen: null },
      softErrors: { value: 5, rose: ago(2), firstSeen: ago(2) },
      slowReads: { value: 0, rose: null, firstSeen: null },
    });
    expect(kind).toBe('hdd');
    expect(attributes.pending.value).toBeNull();
    expect(nvme).toBeNull();
    expect(speed?.score).toBe(2);
  });

  it('knows of blocks that could not be read and were written anew, beside those that wait', () => {
    const found = (days: number): TargetEvent => makeEvent({ type: 'pending', block: 60, milliseconds: ago(days) });
    const pendingOf = (pending: number, events: TargetEvent[], waiting: MetTroubles['pending']): unknown =>
      gather({
        now: NOW,
        status: makeStatus({ pending }),
        met: metIn(events),
        troubles: { ...troubles, pending: waiting },
        disk: null,
        drive: null,
        speed: null,
      }).own.pendingBlocks;
    expect(pendingOf(0, [], never)).toEqual({ value: 0, ...never });
    expect(pendingOf(0, [found(5), found(1)], never)).toEqual({ value: 0, firstSeen: ago(5), rose: ago(1) });
    const waiting = { firstSeen: ago(9), rose: ago(3) };
    expect(pendingOf(2, [found(1)], waiting)).toEqual({ value: 2, firstSeen: ago(9), rose: ago(1) });
    expect(pendingOf(2, [found(6)], waiting)).toEqual({ value: 2, ...waiting });
    expect(pendingOf(2, [], waiting)).toEqual({ value: 2, ...waiting });
  });

  it('counts the blocks that a scan found, each once, and that there are none only after a whole scan', () => {
    const scanErrorsOf = (events: TargetEvent[]): unknown =>
      gather({ now: NOW, status: makeStatus({}), met: metIn(events), troubles, disk: null, drive: null, speed: null })
        .own.scanErrors;
    const found = (block: number, days: number, detail: string | null): TargetEvent =>
      makeEvent({ type: 'pending', block, detail, milliseconds: ago(days) });
    const begun = makeEvent({ type: 'scan_start', block: 0, detail: '9' });
    const complete = makeEvent({ type: 'scan_end', block: null, detail: 'complete' });
    const unknown = { value: null, rose: null, firstSeen: null };
    for (const events of [[found(1, 3, null)], [complete], [begun], [complete, begun]]) {
      expect(scanErrorsOf(events)).toEqual(unknown);
    }
    expect(scanErrorsOf([begun, found(1, 3, null), complete])).toEqual({ ...unknown, value: 0 });
    const events = [found(1, 5, 'scan'), found(2, 4, 'scan'), found(1, 2, 'scan'), found(3, 1, null)];
    expect(scanErrorsOf(events)).toEqual({ value: 2, rose: ago(2), firstSeen: ago(5) });
  });

  it('lets no count fall that a crash took from the target', () => {
    const counts = (status: TargetStatus): unknown[] => {
      const { own } = gather({ now: NOW, status, met, troubles, disk: null, drive: null, speed: null });
      return [own.softErrors, own.slowReads];
    };
    const remembered = { count: 7, firstSeen: ago(9), rose: ago(3) };
    const met = new EventMemory({ ...nothingMet, soft: remembered, slow: remembered });
    const as = (value: number) => ({ value, firstSeen: ago(9), rose: ago(3) });
    expect(counts(makeStatus({ softErrors: 0, slowReads: 2 }))).toEqual([as(7), as(7)]);
    expect(counts(makeStatus({ softErrors: 8, slowReads: 9 }))).toEqual([as(8), as(9)]);
  });

  it.each([
    [null, 'unknown'],
    [{ transport: 'virtio', rotational: true }, 'unknown'],
    [{ transport: null, rotational: true }, 'unknown'],
    [{ transport: 'nvme', rotational: false }, 'nvme'],
    [{ transport: 'sata', rotational: false }, 'ssd'],
    [{ transport: 'usb', rotational: true }, 'hdd'],
  ])('calls %o %s', (disk, kind) => {
    expect(kindOf(disk)).toBe(kind);
  });
});

describe('the forecast of a device', () => {
  const status = makeStatus({ pending: 2, auto: 1 });
  const view = { ...makeTarget(status), device: { ...device, mainDevno: '8:1' } };

  it('is that of the disk its main lies on, and says where from the table and the slow reads', () => {
    const disk = makeDisk({ devno: '8:0', transport: 'sata', rotational: false });
    const part = makeDisk({ devno: '8:1', diskDevno: '8:0', kind: 'partition', transport: null });
    const slow = makeEvent({ type: 'slow', block: 200_000, milliseconds: NOW });
    const made = forecastOf(
      view,
      { devices: [disk, part], smart: {}, alerts: noAlerts },
      troubles,
      metIn([slow]),
      () => () => never,
      null,
      NOW,
    );
    expect(made.disk.terms.map(({ id, family }) => [id, family])).toEqual([
      ['pending-blocks', 'flash'],
      ['moved-blocks', 'flash'],
    ]);
    expect(made.where.ranges.map(({ first, count }) => [first, count])).toEqual([
      [0, 40 + 2560 + 1],
      [200_000 - 2560, 5121],
    ]);
  });
});

describe('what a forecast has of the drive’s own word', () => {
  const disk = makeDisk({ devno: '8:0' });
  const part = makeDisk({ devno: '8:1', diskDevno: '8:0', kind: 'partition' });
  const view = { device: { ...device, mainDevno: '8:1' } };
  const told = sceneReading('8:0');
  const health = told.state === 'read' ? told.health : null;
  const unasked: SmartView = { reading: true, asked: null, problem: null, health: null, heard: null, forecast: null };
  const without = (code: SmartProblem['code']): SmartView => ({
    ...unasked,
    asked: 1,
    problem: { code, detail: null },
  });

  it.each<[string, SmartView | null, Basis]>([
    ['was not asked yet', unasked, 'awaited'],
    ['has told its health', { ...unasked, asked: 1, health, heard: 1 }, 'whole'],
    ['has told it before and sleeps now', { ...without('asleep'), health, heard: 1 }, 'whole'],
    ['is none that is asked', null, 'whole'],
    ['did not answer the first call', { ...without('failed'), asked: null }, 'partial'],
  ])('is told of a drive that %s', (_what, smart, basis) => {
    const known = { devices: [disk, part], smart: smart === null ? {} : { '8:0': smart } };
    expect(basisOf(view, known)).toBe(basis);
  });

  it('is missing for now where asking again may bring it, and all there is where it cannot', () => {
    const basisAt = (code: SmartProblem['code']): Basis =>
      basisOf(view, { devices: [disk, part], smart: { '8:0': without(code) } });
    const partial = smartProblems.filter((code) => basisAt(code) === 'partial');
    expect(partial).toEqual(['asleep', 'timeout', 'failed']);
    expect(smartProblems.filter((code) => basisAt(code) === 'awaited')).toEqual([]);
  });

  it('is missing for now of a disk that is not there', () => {
    expect(basisOf(view, { devices: [], smart: {} })).toBe('partial');
  });
});

describe('the forecaster', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function make() {
    const view = makeTarget(makeStatus({ pending: 1 }));
    let changes = 0;
    const judged: string[] = [];
    const forecaster = new Forecaster({
      troubles: () => troubles,
      met: () => nothingMet,
      change: (recipe) => {
        const before = view.forecast;
        recipe(view, { devices: [makeDisk()], smart: {}, alerts: noAlerts });
        if (view.forecast !== before) changes += 1;
      },
      timesOf: () => () => never,
      speed: () => null,
      judged: (verdict) => judged.push(verdict),
    });
    return { view, forecaster, judged, changes: () => changes };
  }

  it('tells at once, then not again before its time, and the same only once', () => {
    const { view, forecaster, judged, changes } = make();
    forecaster.heard();
    expect(changes()).toBe(1);
    expect(judged).toEqual([view.forecast?.disk.verdict]);
    view.status.pending = 2;
    forecaster.heard();
    forecaster.heard();
    expect(changes()).toBe(1);
    vi.advanceTimersByTime(FORECAST_EVERY_MS);
    expect(changes()).toBe(2);
    expect(view.forecast?.disk.verdict).toBe('plan');
    vi.advanceTimersByTime(FORECAST_EVERY_MS);
    forecaster.heard();
    expect(changes()).toBe(2);
  });

  it('tells at once after a clock was set back', () => {
    const { view, forecaster, changes } = make();
    forecaster.heard();
    vi.setSystemTime(ago(300));
    view.status.pending = 2;
    forecaster.heard();
    expect(changes()).toBe(2);
  });

  it('is silent once it was stopped', () => {
    const { view, forecaster, changes } = make();
    forecaster.heard();
    view.status.pending = 2;
    forecaster.heard();
    forecaster.stop();
    vi.advanceTimersByTime(10 * FORECAST_EVERY_MS);
    forecaster.heard();
    expect(changes()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
