import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { figureNames, mergeReadings, type Reading } from '../../app/history/figures.ts';
import { historyAnswerSchema, type HistoryPoint } from '../../app/history/schema.ts';
import { memoryHistory, reading, SOME_PAIR } from '../../tests/doubles/history.ts';
import { KEPT_MS } from './retention.ts';
import { THIN_EVERY_MS } from './store.ts';

const { uuid } = SOME_PAIR;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Between two readings of the long history below, and its length. */
const EVERY = 20 * 60_000;
const DAYS = 220;

/** The point that a merged reading makes. */
function point({ from, to, count, min, max, last }: Reading): HistoryPoint {
  const spans = figureNames.map((name) => [name, [min[name], max[name], last[name]]]);
  return { from, to, readings: count, figures: Object.fromEntries(spans) as HistoryPoint['figures'] };
}

/** What a chart must show, without SQL: the readings of each interval merged in the order in which they were taken. */
function expected(readings: readonly Reading[], from: number, to: number, points: number): HistoryPoint[] {
  const width = Math.floor((to - from) / points) + 1;
  const buckets = new Map<number, Reading>();
  for (const one of readings) {
    if (one.to < from || one.to > to) continue;
    const at = Math.floor((one.to - from) / width);
    const before = buckets.get(at);
    buckets.set(at, before === undefined ? one : mergeReadings(before, one));
  }
  return [...buckets.values()].sort((a, b) => a.to - b.to).map(point);
}

const someReadings = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 5_000_000 }), pending: fc.nat(20), moved: fc.nat(1_000_000) }),
  { maxLength: 60 },
);

describe('a chart', () => {
  it('shows of each interval the least, the greatest and the last, whatever the clock did meanwhile', () => {
    fc.assert(
      fc.property(
        someReadings,
        fc.nat(3_000_000),
        fc.nat(3_000_000),
        fc.integer({ min: 1, max: 1000 }),
        (told, from, length, points) => {
          const history = memoryHistory();
          const readings = told.map(({ at, pending, moved }) => reading(at, { pending, moved }));
          for (const one of readings) history.addReading(SOME_PAIR, one);
          const answer = history.samples(uuid, { from, to: from + length, points });
          expect(historyAnswerSchema.safeParse(answer).success).toBe(true);
          expect(answer.points).toEqual(expected(readings, from, from + length, points));
          history.close();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is empty, and not an error, for a device of which nothing is known', () => {
    const history = memoryHistory();
    expect(history.samples('none', { from: 0, to: 10, points: 5 })).toMatchObject({ kept: null, points: [] });
    expect(history.readingAt('none', 5)).toBeNull();
  });

  it('keeps pairs apart', () => {
    const history = memoryHistory();
    history.addReading(SOME_PAIR, reading(5, { moved: 1 }));
    history.addReading({ ...SOME_PAIR, uuid: 'other' }, reading(6, { moved: 9 }));
    const { points } = history.samples(uuid, { from: 0, to: 100, points: 10 });
    expect(points.map(({ figures }) => figures.moved)).toEqual([[1, 1, 1]]);
  });

  it('says that the clock was set back, keeps both sides, and takes the later reading for the newer', () => {
    const history = memoryHistory();
    for (const [at, moved] of [
      [DAY, 1],
      [DAY + 60_000, 2],
      [DAY - HOUR, 3],
      [DAY - HOUR + 60_000, 4],
      [DAY - HOUR + 59_000, 5],
    ] as const) {
      history.addReading(SOME_PAIR, reading(at, { moved }));
    }
    const answer = history.samples(uuid, { from: 0, to: 2 * DAY, points: 1 });
    expect(answer.clockSetBack).toEqual([{ at: DAY + 60_000, by: HOUR + 60_000 }]);
    expect(answer.points.map(({ readings, figures }) => [readings, figures.moved])).toEqual([[5, [1, 5, 5]]]);
  });

  it('finds the newest reading at or before a moment', () => {
    const history = memoryHistory();
    for (const at of [10, 20, 30]) history.addReading(SOME_PAIR, reading(at, { moved: at }));
    expect([9, 10, 29, 99].map((at) => history.readingAt(uuid, at)?.to ?? null)).toEqual([null, 10, 20, 30]);
  });
});

describe('what is old', () => {
  const clock = { now: 0, uptime: 0 };

  /** Readings every twenty minutes, thinned once a day, with a spike of one reading that is `age` old at the end. */
  function longHistory(spikeAges: readonly number[]): { history: ReturnType<typeof memoryHistory>; end: number } {
    const end = 400 * DAY;
    Object.assign(clock, { now: 0, uptime: 0 });
    const history = memoryHistory(clock);
    const spikes = spikeAges.map((age) => end - age);
    for (let at = end - DAYS * DAY; at <= end; at += EVERY) {
      Object.assign(clock, { now: at, uptime: at / 23.5 });
      const spiked = spikes.some((spike) => spike >= at && spike < at + EVERY);
      history.addReading(SOME_PAIR, reading(at, { pending: spiked ? 7 : 1, spareFree: spiked ? 50 : 100, moved: at }));
    }
    return { history, end };
  }

  it('is kept by the hour after 7 days and by the day after 90, and no spike is lost', () => {
    const ages = [3 * DAY, 30 * DAY, 200 * DAY];
    const { history, end } = longHistory(ages);
    const counts = [
      [end - 6 * DAY, end, 6 * 72],
      [end - 60 * DAY, end - 40 * DAY, 20 * 24],
      [end - 200 * DAY, end - 100 * DAY, 100],
    ].map(([from = 0, to = 0, about = 0]) => {
      const { points } = history.samples(uuid, { from, to, points: 1000 });
      return points.length / about;
    });
    for (const part of counts) expect(part).toBeCloseTo(1, 1);
    for (const age of ages) {
      const { points } = history.samples(uuid, { from: end - age - DAY, to: end - age + DAY, points: 1 });
      expect(points.map(({ figures }) => [figures.pending, figures.spareFree.slice(0, 2)])).toEqual([
        [
          [1, 7, 1],
          [50, 100],
        ],
      ]);
    }
    const { points } = history.samples(uuid, { from: 0, to: end, points: 1 });
    expect(points[0]?.readings).toBe(DAYS * 72 + 1);
    expect(points[0]?.figures.moved).toEqual([end - DAYS * DAY, end, end]);
    history.close();
  });

  it('is dropped after five years, and not because of one wrong date', () => {
    Object.assign(clock, { now: 0, uptime: 0 });
    const history = memoryHistory(clock);
    history.addReading(SOME_PAIR, reading(0, { moved: 1 }));
    Object.assign(clock, { now: KEPT_MS + 10 * DAY, uptime: THIN_EVERY_MS });
    history.addReading(SOME_PAIR, reading(clock.now));
    expect(history.samples(uuid, { from: 0, to: DAY, points: 1 }).points).toHaveLength(1);
    Object.assign(clock, { now: clock.now + THIN_EVERY_MS, uptime: 2 * THIN_EVERY_MS });
    history.addReading(SOME_PAIR, reading(clock.now));
    expect(history.samples(uuid, { from: 0, to: DAY, points: 1 }).points).toHaveLength(0);
    history.close();
  });
});
