import type { RequestParams } from '../../app/bridge/schema.ts';
import type { TargetEvent, TargetStatus } from '../../app/domain/target.ts';
import type { CounterHistory, CounterName } from '../../app/history/counters.ts';
import { figureNames, figuresOf, mergeReadings, readingOf, type Reading } from '../../app/history/figures.ts';
import type { HistoryAnswer, HistoryPoint } from '../../app/history/schema.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 60;

/**
 * Sixty days of readings, two an hour, that end at `now` with `status`: moved blocks grow ever faster, some blocks cannot
 * be read for a day, and for three days in between the program was closed.
 */
export function scenePast(status: TargetStatus, now: number): Reading[] {
  const end = figuresOf(status);
  const readings: Reading[] = [];
  for (let at = now - DAYS * DAY_MS; at <= now; at += HOUR_MS / 2) {
    const age = (now - at) / DAY_MS;
    if (age > 21 && age < 24) continue;
    const part = 1 - age / DAYS;
    const grown = (value: number): number => Math.floor(value * part ** 3);
    readings.push({
      ...readingOf(
        {
          ...end,
          moved: grown(end.moved),
          spareFree: end.spareFree + end.moved - grown(end.moved),
          pending: age > 9 && age < 10 ? 38 : grown(end.pending),
          readErrors: grown(end.readErrors),
          writeErrors: grown(end.writeErrors),
          softErrors: grown(end.softErrors),
          slowReads: grown(end.slowReads),
          risk: grown(end.risk),
        },
        at,
      ),
      from: at - HOUR_MS / 2 + 60_000,
    });
  }
  return readings;
}

export function pastAnswer(
  readings: readonly Reading[],
  { from, to, points }: Pick<RequestParams<'history.samples'>, 'from' | 'to' | 'points'>,
): HistoryAnswer {
  const width = Math.floor((to - from) / points) + 1;
  const buckets = new Map<number, Reading>();
  for (const reading of readings) {
    if (reading.to < from || reading.to > to) continue;
    const at = Math.floor((reading.to - from) / width);
    const before = buckets.get(at);
    buckets.set(at, before === undefined ? reading : mergeReadings(before, reading));
  }
  const first = readings[0];
  const last = readings.at(-1);
  return {
    kept: first === undefined || last === undefined ? null : { from: first.from, to: last.to },
    points: [...buckets.values()].map(pointOf),
    events: last === undefined ? [] : pastEvents(last.to).filter(({ milliseconds: at }) => at >= from && at <= to),
    eventsLeftOut: 0,
    eventsLost: 0,
    clockSetBack: [],
  };
}

export function pointOf({ from, to, count, min, max, last }: Reading): HistoryPoint {
  const spans = figureNames.map((name) => [name, [min[name], max[name], last[name]]]);
  return { from, to, readings: count, figures: Object.fromEntries(spans) as HistoryPoint['figures'] };
}

/** Counters of the scene's main drive: replaced sectors grow, some could not be read for a while, the cable was mended. */
export function pastCounters(now: number): CounterHistory[] {
  const history = (name: CounterName, ...changes: readonly (readonly [number, number])[]): CounterHistory => ({
    name,
    changes: changes.map(([daysAgo, value]) => ({ milliseconds: now - daysAgo * DAY_MS, value })),
  });
  return [
    history('5', [50, 0], [31, 4], [12, 9], [3, 24]),
    history('10', [50, 0]),
    history('187', [50, 0], [10, 3]),
    history('197', [50, 0], [12, 16], [9, 2], [2, 8]),
    history('198', [50, 0], [2, 8]),
    history('199', [50, 2]),
  ];
}

function pastEvents(now: number): TargetEvent[] {
  const event = (number: number, daysAgo: number, type: TargetEvent['type']): TargetEvent => ({
    number,
    milliseconds: now - daysAgo * DAY_MS,
    type,
    block: type === 'pending' ? 108_003 + number : null,
    spareBlock: null,
    detail: null,
  });
  return [
    event(1, 59, 'activate'),
    event(2, 24, 'deactivate'),
    event(3, 21, 'activate'),
    event(4, 10, 'pending'),
    event(5, 9.99, 'pending'),
    event(6, 4, 'metadata_repaired'),
  ];
}
