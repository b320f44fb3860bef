import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Facts } from '../../app/alerts/rules.ts';
import { noAlerts, type AlertsView, type Notice } from '../../app/alerts/schema.ts';
import { fileHistory, reading, SOME_PAIR } from '../../tests/doubles/history.ts';
import { silentLog } from '../../tests/doubles/helper.ts';
import { sceneStatus } from '../../tests/doubles/scene.ts';
import type { HistoryPort } from '../ports.ts';
import { AlertService } from './service.ts';

const subject = { id: 'some-uuid', name: 'weak-disk' };
const other = { id: 'other-uuid', name: 'old-disk' };
/** After this long a history tries again what failed. */
const LATER_MS = 60_000;
const night = { from: 22 * 60, to: 7 * 60 };
const pending = (blocks: number): Facts => ({ status: { ...sceneStatus([], 1_000, 0), pending: blocks } });

let folder: string;
let uptime: number;
let history: HistoryPort;
let service: AlertService;
let view: AlertsView;
let notices: Notice[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-remap-alerts-'));
  uptime = 0;
  notices = [];
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: new Date(2026, 0, 15, 12, 0) });
});

afterEach(() => {
  end();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function start(): void {
  view = noAlerts;
  history = fileHistory(join(folder, 'data/history.db'), () => uptime);
  service = new AlertService({
    history,
    log: silentLog,
    where: null,
    notifier: { tell: (notice) => notices.push(notice) },
    show: (shown) => (view = shown),
  });
}

function end(): void {
  service.stop();
  history.close();
}

/** Starts while the history cannot be read. */
function startWithout(): void {
  renameSync(join(folder, 'data'), join(folder, 'away'));
  writeFileSync(join(folder, 'data'), '');
  start();
}

/** The history can be read again, and is written to by another part of the program. */
function bringBack(): void {
  rmSync(join(folder, 'data'));
  renameSync(join(folder, 'away'), join(folder, 'data'));
  uptime += LATER_MS;
  history.addReading(SOME_PAIR, reading(1));
}

const titles = (): string[] => notices.map(({ title }) => title);
const held = 'weak-disk: 3 blocks cannot be read.';

describe('what quiet hours hold back when the program ends', () => {
  beforeEach(() => {
    start();
    service.setQuiet(night);
    vi.setSystemTime(new Date(2026, 0, 16, 3, 0));
    service.observe(subject, pending(3));
    expect(notices).toEqual([]);
    end();
  });

  it('is told once when it starts after them', () => {
    vi.setSystemTime(new Date(2026, 0, 16, 9, 0));
    start();
    expect(titles()).toEqual([held]);
    expect(view.notices.map(({ title }) => title)).toEqual([held]);
    end();
    start();
    service.observe(subject, pending(3));
    expect(titles()).toEqual([held]);
    expect(view.open).toMatchObject([{ rule: 'pending', toldValue: 3 }]);
  });

  it('is told at their end when it starts within them', () => {
    vi.setSystemTime(new Date(2026, 0, 16, 6, 59));
    start();
    expect(notices).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(titles()).toEqual([held]);
  });

  it('is told when the history can be read only later', () => {
    vi.setSystemTime(new Date(2026, 0, 16, 9, 0));
    startWithout();
    expect(notices).toEqual([]);
    bringBack();
    expect(titles()).toEqual([held]);
  });

  it('is never told of a disk that is muted', () => {
    start();
    service.mute(subject.id, true);
    end();
    vi.setSystemTime(new Date(2026, 0, 16, 9, 0));
    start();
    service.mute(subject.id, false);
    expect(notices).toEqual([]);
  });
});

describe('what is set while nothing remembered can be read', () => {
  beforeEach(() => {
    start();
    service.setQuiet(night);
    service.mute(subject.id, true);
    end();
  });

  it('adds to what was remembered, now and at the next start', () => {
    startWithout();
    service.mute(other.id, true);
    expect(view).toMatchObject({ muted: [other.id], quiet: null });
    bringBack();
    const both = { muted: [subject.id, other.id], quiet: night };
    expect(view).toMatchObject(both);
    end();
    start();
    expect(view).toMatchObject(both);
  });

  it('takes back what was remembered, now and at the next start', () => {
    startWithout();
    service.mute(subject.id, false);
    service.setQuiet(null);
    bringBack();
    expect(view).toMatchObject({ muted: [], quiet: null });
    end();
    start();
    service.observe(subject, pending(1));
    expect(view).toMatchObject({ muted: [], quiet: null });
    expect(notices).toHaveLength(1);
  });

  it('holds by itself where the history can be read again first when it is set', () => {
    startWithout();
    rmSync(join(folder, 'data'));
    renameSync(join(folder, 'away'), join(folder, 'data'));
    uptime += LATER_MS;
    service.setQuiet(null);
    expect(view).toMatchObject({ muted: [subject.id], quiet: null });
    end();
    start();
    expect(view).toMatchObject({ muted: [subject.id], quiet: null });
  });
});

describe('alerts that come while nothing remembered can be read', () => {
  beforeEach(() => {
    start();
    service.observe(subject, { forecast: 0 });
    service.observe(subject, { forecast: 3 });
    service.observe(subject, pending(1));
    service.acknowledge(null, null);
    service.observe(other, pending(2));
    notices = [];
    end();
  });

  it('that were acknowledged stay so, and those that only the history knows stand', () => {
    startWithout();
    service.observe(subject, pending(5));
    service.acknowledge(null, null);
    expect(view.open).toEqual([]);
    bringBack();
    service.observe(subject, pending(5));
    expect(view.open).toMatchObject([{ subject: other.id, rule: 'pending', value: 2 }]);
    end();
    start();
    service.observe(subject, pending(5));
    expect(view.open).toMatchObject([{ subject: other.id }]);
    expect(notices).toHaveLength(1);
  });

  it('are not acknowledged with all others where nobody saw them yet', () => {
    startWithout();
    rmSync(join(folder, 'data'));
    renameSync(join(folder, 'away'), join(folder, 'data'));
    uptime += LATER_MS;
    service.acknowledge(null, null);
    expect(view.open).toMatchObject([{ subject: other.id, rule: 'pending' }]);
  });

  it('are not those of a forecast that was seen, although it looked better without the history', () => {
    startWithout();
    service.observe(subject, { forecast: 2, forecastIsPartial: true });
    bringBack();
    service.observe(subject, { forecast: 3 });
    expect(titles()).toEqual([]);
    service.observe(subject, { forecast: 4 });
    expect(notices).toHaveLength(1);
  });

  it('are told once of a forecast that is as bad as it was seen before', () => {
    startWithout();
    service.observe(subject, { forecast: 1, forecastIsPartial: true });
    service.observe(subject, { forecast: 2, forecastIsPartial: true });
    expect(notices).toHaveLength(1);
    bringBack();
    service.observe(subject, { forecast: 3 });
    expect(notices).toHaveLength(1);
  });

  it('tell what rose since the program ran last', () => {
    startWithout();
    service.observe(subject, { forecast: 4 });
    expect(notices).toEqual([]);
    bringBack();
    service.observe(subject, { forecast: 4 });
    expect(notices).toHaveLength(1);
  });
});

describe('when a damaged history is set aside', () => {
  function damage(): void {
    const db = new DatabaseSync(join(folder, 'data/history.db'), { defensive: false });
    db.exec(
      "pragma writable_schema = on; update sqlite_schema set rootpage = 9999 where name = 'sample'; pragma schema_version = 99",
    );
    db.close();
  }

  it('all that is known of alerts, mutes and quiet hours is in the new one', () => {
    start();
    service.setQuiet({ from: 60, to: 120 });
    service.mute(other.id, true);
    service.observe(subject, pending(3));
    service.acknowledge(null, null);
    service.observe(other, pending(1));
    damage();
    history.addReading(SOME_PAIR, reading(9));
    expect(history.health.setAside).not.toBeNull();
    end();
    notices = [];
    start();
    service.observe(subject, pending(3));
    expect(view).toMatchObject({ open: [{ subject: other.id }], muted: [other.id], quiet: { from: 60, to: 120 } });
    expect(notices).toEqual([]);
  });

  it('each time that it happens', () => {
    start();
    service.mute(other.id, true);
    for (let turn = 1; turn <= 2; turn += 1) {
      damage();
      history.addReading(SOME_PAIR, reading(turn));
    }
    end();
    start();
    expect(view.muted).toEqual([other.id]);
  });

  it('at the start, it begins with nothing', () => {
    start();
    service.mute(other.id, true);
    end();
    writeFileSync(join(folder, 'data/history.db'), 'x'.repeat(10_000));
    start();
    expect(view).toEqual(noAlerts);
    service.observe(subject, pending(3));
    end();
    start();
    expect(view.open).toMatchObject([{ subject: subject.id, toldValue: 3 }]);
  });
});

it('what could not be saved is saved once it can be', () => {
  start();
  service.mute(other.id, true);
  const lock = new DatabaseSync(join(folder, 'data/history.db'));
  lock.exec('begin immediate');
  service.mute(other.id, false);
  service.observe(subject, pending(3));
  service.acknowledge(null, null);
  lock.exec('rollback');
  lock.close();
  uptime += LATER_MS;
  history.addReading(SOME_PAIR, reading(1));
  end();
  start();
  service.observe(subject, pending(3));
  expect(view).toMatchObject({ open: [], muted: [] });
  expect(notices).toHaveLength(1);
});
