import { describe, expect, it } from 'vitest';

import { diskKinds } from './kinds.ts';
import { brier, judge, leadTime, reliability, thresholdFor } from './metrics.ts';
import { replay, type Observation } from './replay.ts';
import { inUseByCrystalDiskInfo, inUseByScrutiny } from './rules.ts';
import { makeTrace, TRACE_DAYS } from './trace.ts';

const NEAR_BLOCKS = 2560;
const [consumer, nearline, enterprise] = diskKinds;
if (consumer === undefined || nearline === undefined || enterprise === undefined) throw new Error('no kinds');

const traces = Array.from({ length: 20_000 }, (_, seed) => makeTrace(nearline, seed));
const share = (count: number, of: number): number => count / of;

describe('made-up disks', () => {
  it('are the same for the same seed and others for another', () => {
    const [first, again, other] = [3, 3, 4].map((seed) => JSON.stringify(makeTrace(consumer, seed)));
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('fail as often as their kind does, and most of those show signs before', () => {
    const failed = traces.filter(({ failsDay }) => failsDay !== null);
    const perYear = share(failed.length, traces.length) / (TRACE_DAYS / 365.25);
    expect(perYear).toBeGreaterThan(0.0136 * 0.85);
    expect(perYear).toBeLessThan(0.0136 * 1.15);
    const withSigns = failed.filter(({ errors }) => errors.length > 0);
    expect(share(withSigns.length, failed.length)).toBeGreaterThan(0.7);
    expect(share(withSigns.length, failed.length)).toBeLessThan(0.87);
  });

  it('have errors in the published numbers, near each other and soon after each other', () => {
    const many = traces.filter(({ failsDay, errors }) => failsDay === null && errors.length > 0);
    const single = share(many.filter(({ errors }) => errors.length === 1).length, many.length);
    // 37 to 39 % have one; a few lose the rest to the end of the trace.
    expect(single).toBeGreaterThan(0.36);
    expect(single).toBeLessThan(0.47);
    const firsts = many.filter(({ errors }) => (errors[0]?.day ?? 0) < TRACE_DAYS - 30);
    const again = firsts.filter(({ errors: [first, second] }) => (second?.day ?? 1e9) - (first?.day ?? 0) <= 30);
    // 54.8 % of nearline disks.
    expect(share(again.length, firsts.length)).toBeGreaterThan(0.5);
    expect(share(again.length, firsts.length)).toBeLessThan(0.6);
    const pairs = many.filter(({ errors }) => errors.length === 2);
    const near = pairs.filter(({ errors: [a, b] }) => Math.abs((a?.block ?? 0) - (b?.block ?? 0)) <= NEAR_BLOCKS);
    expect(share(near.length, pairs.length)).toBeGreaterThan(0.42);
    expect(share(near.length, pairs.length)).toBeLessThan(0.58);
  });

  it('never count below zero, and nothing after their end', () => {
    for (const { changes, failsDay, errors } of traces.slice(0, 3000)) {
      const counts = new Map<string, number>();
      for (const { counter, by } of changes) {
        counts.set(counter, (counts.get(counter) ?? 0) + by);
        expect(counts.get(counter)).toBeGreaterThanOrEqual(0);
      }
      expect(errors.every(({ day }) => failsDay === null || day <= failsDay)).toBe(true);
    }
  });

  it('are looked at only while they live, and by what is known by then', () => {
    const dying = traces.find(({ failsDay, errors }) => failsDay !== null && failsDay > 100 && errors.length > 20);
    if (dying?.failsDay === null || dying === undefined) throw new Error('no such disk');
    const days = Array.from({ length: TRACE_DAYS }, (_, day) => day);
    const seen = replay(dying, 0, days);
    expect(seen).toHaveLength(Math.ceil(dying.failsDay));
    expect(seen.find(({ fails }) => fails)?.day).toBe(Math.ceil(dying.failsDay) - 60);
    const found = Math.min(...dying.changes.map(({ day }) => day));
    const quiet = seen.filter(({ day }) => day < found);
    expect(Math.max(...quiet.map(({ probability }) => probability))).toBeLessThan(0.0034);
    expect(seen.at(-1)?.probability).toBeGreaterThan(0.05);
  });
});

describe('the plain rules', () => {
  const none = { reallocated: 0, uncorrectable: 0, pending: 0, offline: 0, link: 0, scan: 0 };
  it.each([
    [none, false, false],
    [{ ...none, reallocated: 3 }, true, false],
    [{ ...none, reallocated: 30 }, true, true],
    // Scrutiny's range 1 to 2 does not hold 1.
    [{ ...none, pending: 1 }, true, false],
    [{ ...none, pending: 2 }, true, true],
    [{ ...none, uncorrectable: 1 }, false, true],
    [{ ...none, link: 100 }, false, true],
    [{ ...none, offline: 17 }, true, false],
  ])('%o', (counts, crystalDiskInfo, scrutiny) => {
    expect([inUseByCrystalDiskInfo(counts), inUseByScrutiny(counts)]).toEqual([crystalDiskInfo, scrutiny]);
  });
});

describe('the measures', () => {
  const look = (trace: number, day: number, score: number, fails: boolean): Observation => ({
    trace,
    kind: 'any',
    day,
    probability: score,
    score,
    crystalDiskInfo: false,
    scrutiny: false,
    fails,
  });
  const looks = [
    look(1, 0, 0.6, true),
    look(1, 7, 0.9, true),
    look(2, 0, 0.1, true),
    look(3, 0, 0.9, false),
    look(3, 7, 0.1, false),
    look(4, 0, 0.2, false),
    look(4, 7, 0.2, false),
  ];

  it('count alarms, hits and false alarms', () => {
    const judged = judge(looks, ({ score }) => score >= 0.5);
    expect(judged).toEqual({ precision: 2 / 3, recall: 2 / 3, falseAlarms: 1 / 4 });
  });

  it('choose a threshold that passes no more false alarms than allowed, equal scores together', () => {
    expect(thresholdFor(looks, 0.25)).toBe(0.9);
    // Half of four would split the two that score alike.
    expect(thresholdFor(looks, 0.5)).toBe(0.9);
    expect(thresholdFor(looks, 0.75)).toBe(0.2);
  });

  it('give the Brier score and the lead of each disk that failed', () => {
    expect(brier(looks.slice(0, 2), ({ probability }) => probability)).toBeCloseTo((0.16 + 0.01) / 2, 12);
    const lead = leadTime(
      looks,
      ({ score }) => score >= 0.5,
      () => 12,
    );
    expect(lead).toEqual({ failed: 2, caught: 0.5, caughtAWeekBefore: 0.5, medianDays: 12 });
  });

  it('tell how often what was said came', () => {
    const rows = reliability(looks);
    expect(rows.at(-1)).toMatchObject({ count: 3, came: 2 / 3 });
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(looks.length);
  });
});
