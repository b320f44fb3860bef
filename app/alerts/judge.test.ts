import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { TargetStatus } from '../domain/target.ts';
import { sceneStatus } from '../../tests/doubles/scene.ts';
import { driveStates, noDriveFacts, type DriveFacts } from './drive.ts';
import { absorb, acknowledge, deliveryOf, isDue, isQuiet, judge, type SubjectState } from './judge.ts';
import type { Facts } from './rules.ts';
import { alertRules, type Alert, type AlertRule } from './schema.ts';
import { alertWords, noticeOf } from './words.ts';

const subject = { id: 'some-uuid', name: 'weak-disk' };
const well: TargetStatus = { ...sceneStatus([], 1_000, 0), softErrors: 0, risk: 0 };
const quiet: DriveFacts = {
  failed: 0,
  reallocated: 0,
  uncorrectable: 0,
  pending: 0,
  offlineUncorrectable: 0,
  mediaErrors: 0,
};
const allWell: Facts = {
  status: well,
  lost: 'nothing',
  mainFailed: false,
  spareFailed: false,
  forecast: 0,
  drive: quiet,
};
const drive = (part: Partial<DriveFacts>): Facts => ({ drive: { ...quiet, ...part } });

/** The rule's alert after the facts became known one after the other. */
function after(rule: AlertRule, ...facts: readonly Facts[]): Alert | null {
  const state = facts.reduce<SubjectState>((now, fact, at) => judge(now, subject, fact, at), {});
  return state[rule]?.alert ?? null;
}

const rises: readonly (readonly [AlertRule, Facts, string])[] = [
  ['pending', { status: { ...well, pending: 3 } }, '3 blocks cannot be read'],
  ['moved', { status: { ...well, auto: 1, proactive: 1 } }, '2 more bad blocks were moved'],
  ['spare', { status: { ...well, spareUsed: 950 } }, 'the spare is low'],
  ['spare', { status: { ...well, mode: 'spent' } }, 'the spare is used up'],
  ['spare', { status: { ...well, mode: 'halted', spareUsed: 999 } }, 'the spare is used up'],
  ['halted', { status: { ...well, mode: 'halted' } }, 'moving of bad blocks is halted'],
  ['protection', { status: { ...well, mode: 'ro' } }, 'no further bad block can be moved'],
  ['protection', { status: { ...well, mode: 'fail' } }, 'every read and write fails'],
  ['metadata', { status: { ...well, metadataGood: 1 } }, '1 copy of the records'],
  ['lost', { lost: 'disk' }, 'one of its two disks is no longer seen'],
  ['lost', { lost: 'device' }, 'the protected device is gone'],
  ['main-failed', { mainFailed: true }, 'the main disk itself says that it is failing'],
  ['spare-failed', { spareFailed: true }, 'the spare itself says that it is failing'],
  ['forecast', { forecast: 1 }, 'the forecast for the main disk got worse'],
  ['drive-failed', drive({ failed: driveStates.indexOf('failed') }), 'the drive itself says that it is failing'],
  ['drive-failed', drive({ failed: driveStates.indexOf('temperature') }), 'outside of its temperature limits'],
  ['drive-failed', drive({ failed: driveStates.indexOf('read-only') }), 'it takes no more writes'],
  ['drive-reallocated', drive({ reallocated: 2 }), 'has replaced 2 more bad sectors, 2 in all'],
  ['drive-uncorrectable', drive({ uncorrectable: 1 }), 'could not correct 1 more error, 1 in all'],
  ['drive-pending', drive({ pending: 8 }), '8 sectors cannot be read at this moment'],
  ['drive-offline', drive({ offlineUncorrectable: 1 }), 'own scan met 1 more unreadable sector'],
  ['drive-media-errors', drive({ mediaErrors: 3 }), 'damaged beyond correction 3 more times'],
];

describe('every rule', () => {
  it('is tried below', () => {
    expect(new Set(rises.map(([rule]) => rule))).toEqual(new Set(alertRules));
  });

  it.each(rises)(
    '%s alerts when it gets worse, not when it stays, and again after it was well',
    (rule, worse, words) => {
      expect(after(rule, allWell)).toBeNull();
      expect(after(rule, allWell, allWell)).toBeNull();
      const alert = after(rule, allWell, worse);
      expect(alert).toMatchObject({ rule, subject: subject.id, raised: 1, over: false, toldValue: null });
      expect(alert === null ? '' : alertWords(alert).sentence).toContain(words);
      expect(after(rule, allWell, worse, worse)).toEqual(alert);
      if (rule === 'moved') return;
      expect(after(rule, allWell, worse, allWell)).toMatchObject({ raised: 1, over: true });
      expect(after(rule, allWell, worse, allWell, worse)).toMatchObject({ raised: 3, over: false });
    },
  );

  it.each(rises)('%s raises no other alert', (rule, worse) => {
    const state = judge(judge({}, subject, allWell, 0), subject, worse, 1);
    const raised = alertRules.filter((one) => state[one]?.alert !== undefined && state[one].alert !== null);
    // A halted target with nothing left is both.
    expect(raised.filter((one) => one !== rule && one !== 'halted')).toEqual([]);
    expect(raised).toContain(rule);
  });

  it('is not judged while nothing is known of its matter', () => {
    const before = judge({}, subject, { ...allWell, mainFailed: true, lost: 'device' }, 0);
    expect(judge(before, subject, {}, 1)).toBe(before);
    expect(judge(before, subject, { mainFailed: null, lost: null, status: null, forecast: null }, 1)).toBe(before);
  });
});

it('moves that the user asked for are no news', () => {
  expect(after('moved', allWell, { status: { ...well, manual: 50, spareUsed: 50 } })).toBeNull();
});

it('moves are never told in negative numbers, also where a crash took some of the count', () => {
  const moved = (auto: number): Facts => ({ status: { ...well, auto } });
  const words = (...counts: readonly number[]): string => {
    const alert = after('moved', ...counts.map(moved));
    return alert === null ? '' : alertWords(alert).sentence;
  };
  expect(words(8, 9, 3)).toBe('weak-disk: 3 bad blocks were moved to the spare in all.');
  expect(words(8, 9, 8)).toBe('weak-disk: 8 bad blocks were moved to the spare in all.');
  expect(words(8, 9, 1)).toBe('weak-disk: 1 bad block was moved to the spare in all.');
  expect(words(8, 9, 0)).toBe('weak-disk: 1 more bad block was moved to the spare, 9 in all.');
});

it('a state is told at first sight, old counts that stand still are not', () => {
  expect(after('protection', { status: { ...well, mode: 'fail' } })).not.toBeNull();
  expect(after('pending', { status: { ...well, pending: 1 } })).not.toBeNull();
  expect(after('main-failed', { mainFailed: true })).not.toBeNull();
  expect(after('drive-failed', drive({ failed: 1 }))).not.toBeNull();
  expect(after('moved', { status: { ...well, auto: 500 } })).toBeNull();
  const old = drive({ reallocated: 24, uncorrectable: 3, pending: 8, offlineUncorrectable: 8, mediaErrors: 1 });
  expect(alertRules.map((rule) => after(rule, old))).toEqual(alertRules.map(() => null));
  expect(after('forecast', { forecast: 2 })).toBeNull();
});

describe('a forecast that is made without all that is usually known', () => {
  const partly = (forecast: number): Facts => ({ forecast, forecastIsPartial: true });

  it('raises what was seen, and takes nothing back', () => {
    const seen = [{ forecast: 0 }, { forecast: 2 }, { forecast: 0 }].reduce<SubjectState>(
      (now, facts, at) => judge(now, subject, facts, at),
      {},
    );
    const worse = judge(seen, subject, partly(2), 3);
    expect(worse.forecast?.alert).toMatchObject({ value: 2, raised: 3, over: false });
    expect(judge(worse, subject, partly(1), 4)).toBe(worse);
    expect(judge(worse, subject, partly(0), 4)).toBe(worse);
    expect(judge(worse, subject, { forecast: 0 }, 4).forecast).toMatchObject({ seen: 0, alert: { over: true } });
  });

  it('is no news once all is known again and stands where it was acknowledged', () => {
    const known = acknowledge(judge(judge({}, subject, { forecast: 0 }, 0), subject, { forecast: 3 }, 1), 'forecast');
    const again = judge(judge(known, subject, partly(2), 2), subject, { forecast: 3 }, 3);
    expect(again.forecast).toEqual({ seen: 3, alert: null });
  });

  it('is taken as it is where it is the first one seen, and what is told above it is news', () => {
    const first = judge({}, subject, partly(2), 0);
    expect(first.forecast).toEqual({ seen: 2, alert: null });
    expect(judge(first, subject, { forecast: 3 }, 1).forecast?.alert).toMatchObject({ before: 2, value: 3 });
  });

  it('leaves all other rules as they are', () => {
    const risen = judge(judge({}, subject, allWell, 0), subject, { mainFailed: true }, 1);
    const over = judge(risen, subject, { mainFailed: false, forecast: 0, forecastIsPartial: true }, 2);
    expect(over['main-failed']).toMatchObject({ seen: 0, alert: { over: true } });
  });
});

const someFacts: fc.Arbitrary<Facts> = fc.record(
  {
    status: fc
      .record({
        mode: fc.constantFrom('rw', 'spent', 'halted', 'ro', 'fail'),
        pending: fc.nat(20),
        auto: fc.nat(20),
        proactive: fc.nat(5),
        spareUsed: fc.nat(1_000),
        metadataGood: fc.nat(2),
      })
      .map((part): TargetStatus => ({ ...well, ...part })),
    lost: fc.constantFrom('nothing', 'disk', 'device', null),
    mainFailed: fc.option(fc.boolean()),
    spareFailed: fc.option(fc.boolean()),
    forecast: fc.option(fc.nat(4)),
    drive: fc.record({
      failed: fc.option(fc.nat(driveStates.length - 1)),
      reallocated: fc.option(fc.nat(20)),
      uncorrectable: fc.option(fc.nat(20)),
      pending: fc.option(fc.nat(20)),
      offlineUncorrectable: fc.option(fc.nat(20)),
      mediaErrors: fc.option(fc.nat(20)),
    }),
  },
  { requiredKeys: [] },
);

it('what another subject tells leaves no alert and is no news later, and the rest stays', () => {
  const told = judge({}, subject, drive({ failed: 2, pending: 0 }), 0);
  const risen = judge(told, subject, drive({ failed: 2, pending: 3 }), 1);
  const absorbed = absorb(risen, subject, { drive: { ...noDriveFacts, failed: 7 } }, 2);
  expect(absorbed['drive-failed']).toEqual({ seen: 7, alert: null });
  expect(absorbed['drive-pending']?.alert).toMatchObject({ value: 3 });
  expect(judge(absorbed, subject, drive({ failed: 7, pending: 3 }), 3)).toBe(absorbed);
});

describe('whatever happens', () => {
  it('the same facts twice change nothing', () => {
    fc.assert(
      fc.property(fc.array(someFacts, { minLength: 1 }), (all) => {
        let state: SubjectState = {};
        for (const [at, facts] of all.entries()) {
          state = judge(state, subject, facts, at);
          expect(judge(state, subject, facts, at + 1)).toBe(state);
        }
      }),
    );
  });

  it('what was acknowledged comes back only when its value rises above the last one seen', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6), { minLength: 2 }), (values) => {
        let state: SubjectState = {};
        let last = 0;
        for (const [at, pending] of values.entries()) {
          state = judge(state, subject, { status: { ...well, pending } }, at);
          expect(state.pending?.alert?.raised === at).toBe(pending > last);
          state = acknowledge(state, 'pending');
          last = pending;
        }
      }),
    );
  });
});

describe('a notification', () => {
  const alert = after('pending', allWell, { status: { ...well, pending: 3 } });
  if (alert === null) throw new Error('no alert');

  it('is due once, then when a count is ten times what was told, or a state is worse', () => {
    expect(isDue(alert)).toBe(true);
    const told = { ...alert, toldValue: 3 };
    expect([3, 4, 29, 30].map((value) => isDue({ ...told, value }))).toEqual([false, false, false, true]);
    const low = { ...told, rule: 'spare', value: 1, toldValue: 1 } as const;
    expect([isDue(low), isDue({ ...low, value: 2 })]).toEqual([false, true]);
    expect(isDue({ ...alert, over: true })).toBe(false);
  });

  it('is held back by quiet hours and passed over by a mute, but the drive’s own FAILED never', () => {
    const open = { muted: new Set<string>(), quiet: null, minute: 100 };
    const quiet = { ...open, quiet: { from: 60, to: 120 } };
    const muted = { ...open, muted: new Set([subject.id]) };
    expect([open, quiet, muted].map((silence) => deliveryOf(alert, silence))).toEqual(['tell', 'hold', 'pass-over']);
    for (const rule of ['main-failed', 'spare-failed'] as const) {
      const failed = { ...alert, rule };
      const both = { ...quiet, muted: muted.muted };
      expect([open, quiet, muted, both].map((silence) => deliveryOf(failed, silence))).toEqual(
        Array.from({ length: 4 }, () => 'tell'),
      );
    }
  });

  it('of a drive that is only too hot is held back as any other, and weighs less', () => {
    const hot = { ...alert, rule: 'drive-failed', value: driveStates.indexOf('temperature') } as const;
    const worse = { ...hot, value: driveStates.indexOf('failed') };
    const muted = { muted: new Set([subject.id]), quiet: null, minute: 100 };
    expect([hot, worse].map((one) => deliveryOf(one, muted))).toEqual(['pass-over', 'tell']);
    expect([hot, worse].map((one) => noticeOf([one], null).weight)).toEqual(['notable', 'grave']);
    expect(isDue({ ...worse, toldValue: hot.value })).toBe(true);
  });

  it('quiet hours may span midnight; their end is loud again', () => {
    const night = { from: 22 * 60, to: 7 * 60 };
    expect([1319, 1320, 1439, 0, 419, 420].map((minute) => isQuiet(night, minute))).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect([59, 60, 119, 120].map((minute) => isQuiet({ from: 60, to: 120 }, minute))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isQuiet({ from: 5, to: 5 }, 5)).toBe(false);
  });

  it('says one alert in full and several as a list, with the lab named', () => {
    expect(noticeOf([alert], null)).toEqual({
      title: 'weak-disk: 3 blocks cannot be read.',
      body: alertWords(alert).advice,
      weight: 'grave',
    });
    const moved = { ...alert, rule: 'moved', value: 9, before: 4 } as const;
    expect(noticeOf([moved], 'Lab')).toMatchObject({ weight: 'notable' });
    expect(noticeOf([alert, moved], 'Lab')).toEqual({
      title: 'Lab: 2 alerts',
      body: 'weak-disk: 3 blocks cannot be read.\nweak-disk: 5 more bad blocks were moved to the spare, 9 in all.',
      weight: 'grave',
    });
  });
});
