import { describe, expect, it } from 'vitest';

import type { TargetEvent } from '../../app/domain/target.ts';
import { driveOf } from '../../app/history/drive.ts';
import { memoryHistory, SOME_PAIR } from '../../tests/doubles/history.ts';
import { migrations } from './migrations.ts';

const { uuid } = SOME_PAIR;
const all = { from: 0, to: 1_000_000, points: 1 };

function event(number: number, part: Partial<TargetEvent> = {}): TargetEvent {
  return { number, milliseconds: number * 10, type: 'pending', block: number, spareBlock: null, detail: null, ...part };
}

describe('events', () => {
  it('are kept once, however often they are told', () => {
    const history = memoryHistory();
    history.addEvents(SOME_PAIR, [event(1), event(2)]);
    history.addEvents(SOME_PAIR, [event(1), event(2), event(3)]);
    expect(history.samples(uuid, all).events).toEqual([event(1), event(2), event(3)]);
    expect(history.newestEvent(uuid)).toEqual(event(3));
  });

  it('that were dropped before they could be read are counted', () => {
    const history = memoryHistory();
    history.addEvents(SOME_PAIR, [event(40), event(41)]);
    expect(history.samples(uuid, all).eventsLost).toBe(0);
    history.addEvents(SOME_PAIR, [event(50), event(52)]);
    expect(history.samples(uuid, all).eventsLost).toBe(9);
    // The machine crashed: the target goes on 65536 above the last number it saved, which was 50.
    history.addEvents(SOME_PAIR, [event(50 + 65_536 + 1), event(50 + 65_536 + 4)]);
    expect(history.samples(uuid, { ...all, to: 10_000_000 }).eventsLost).toBe(9 + 2);
  });

  it('whose numbers are given out again by a spare put back to an older state are all kept', () => {
    const history = memoryHistory();
    history.addEvents(SOME_PAIR, [event(1), event(2), event(3)]);
    const again = [event(2), event(3, { block: 77 }), event(4, { block: 78 })];
    history.addEvents(SOME_PAIR, again);
    history.addEvents(SOME_PAIR, again);
    const { events, eventsLost } = history.samples(uuid, all);
    expect(events.map(({ block }) => block)).toEqual([1, 2, 3, 77, 78]);
    expect(eventsLost).toBe(0);
    expect(history.newestEvent(uuid)?.block).toBe(78);
  });

  it('that tell nothing of the disk are no marks; of too many the newest are told', () => {
    const history = memoryHistory();
    history.addEvents(SOME_PAIR, [event(1, { type: 'set' }), event(2, { type: 'remap' })]);
    expect(history.samples(uuid, all).events).toEqual([]);
    history.addEvents(
      SOME_PAIR,
      Array.from({ length: 700 }, (_, index) => event(3 + index)),
    );
    const { events, eventsLeftOut } = history.samples(uuid, all);
    expect([events.length, events.at(-1)?.number, eventsLeftOut]).toEqual([500, 702, 200]);
  });
});

describe('counters of a drive', () => {
  const drive = SOME_PAIR.main;
  if (drive === null) throw new Error('the pair has a main');

  it('are kept where they change; the last rise and the first value are known', () => {
    const history = memoryHistory();
    const values = [8, 8, 8, 12, 12, 3, 3, 9, 2];
    for (const [at, value] of values.entries()) history.addCounter(drive, '197', { milliseconds: at, value });
    expect(history.counterChanges(drive.key, '197').map(({ value }) => value)).toEqual([8, 12, 3, 9, 2]);
    expect(history.firstSeen(drive.key, '197')).toEqual({ milliseconds: 0, value: 8 });
    expect(history.lastRose(drive.key, '197')).toEqual({ milliseconds: 7, value: 9 });
  });

  it('that never rose, and drives that were never seen, have no rise', () => {
    const history = memoryHistory();
    history.addCounter(drive, '5', { milliseconds: 1, value: 100 });
    history.addCounter(drive, '5', { milliseconds: 2, value: 0 });
    expect(history.lastRose(drive.key, '5')).toBeNull();
    expect(history.lastRose(drive.key, '187')).toBeNull();
    expect(history.firstSeen('wwn:none', '5')).toBeNull();
  });

  it('a drive is known by its WWN, else by model and serial, else not at all', () => {
    const nothing = { wwn: null, serial: null, model: 'WDC' };
    expect(driveOf({ ...nothing, wwn: '0x50', serial: 'A' })?.key).toBe('wwn:0x50');
    expect(driveOf({ ...nothing, serial: ' A ' })?.key).toBe('serial:WDC/A');
    expect(driveOf(nothing)).toBeNull();
    expect(driveOf({ ...nothing, serial: '  ' })).toBeNull();
  });
});

it('alert states and settings come back as they were saved', () => {
  const history = memoryHistory();
  expect(history.loadAlerts()).toEqual({ subjects: new Map(), settings: { muted: [], quiet: null } });
  const state = { pending: { seen: 3, alert: null }, moved: { seen: null, alert: null } };
  history.saveAlertState(uuid, state);
  history.saveAlertState(uuid, { pending: { seen: 4, alert: null } });
  history.saveAlertSettings({ muted: ['x'], quiet: { from: 1, to: 2 } });
  expect(history.loadAlerts()).toEqual({
    subjects: new Map([[uuid, { ...state, pending: { seen: 4, alert: null } }]]),
    settings: { muted: ['x'], quiet: { from: 1, to: 2 } },
  });
});

it('the schema has one version more than migrations that were released', () => {
  expect(migrations).toHaveLength(2);
});
