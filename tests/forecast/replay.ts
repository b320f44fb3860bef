import { forecast, rankOf } from '../../app/forecast/forecast.ts';
import { DAY_MS } from '../../app/forecast/hazard.ts';
import { unknownCounter, unknownInput, type Counter, type ForecastInput } from '../../app/forecast/input.ts';
import { HORIZON_DAYS } from '../../app/forecast/output.ts';
import { inUseByCrystalDiskInfo, inUseByScrutiny } from './rules.ts';
import { counterNames, type CounterName, type Trace } from './trace.ts';

/** Unix milliseconds of day 0. */
export const START = Date.UTC(2024, 0, 1);
const HOURS_PER_YEAR = 8766;

export type Counts = Readonly<Record<CounterName, number>>;

/** What is said of one disk on one day, and what came of it. */
export interface Observation {
  readonly trace: number;
  readonly kind: string;
  readonly day: number;
  /** Of the forecast: the point of its band. */
  readonly probability: number;
  /** What alarms are ranked by: the drive's own FAILED first, then the probability. */
  readonly score: number;
  readonly crystalDiskInfo: boolean;
  readonly scrutiny: boolean;
  readonly fails: boolean;
}

/** Looks at a trace on each of `days`, ascending, as long as the disk lives. */
export function replay(trace: Trace, number: number, days: readonly number[]): Observation[] {
  const counters: Record<CounterName, Counter> = {
    reallocated: zero,
    uncorrectable: zero,
    pending: zero,
    offline: zero,
    link: zero,
    scan: zero,
  };
  const observations: Observation[] = [];
  let applied = 0;
  for (const day of days) {
    if (trace.failsDay !== null && trace.failsDay <= day) break;
    for (let change = trace.changes[applied]; change !== undefined && change.day <= day;) {
      counters[change.counter] = changed(counters[change.counter], change.by, change.day);
      applied += 1;
      change = trace.changes[applied];
    }
    const told = forecast(inputOf(trace, counters, day));
    const counts = Object.fromEntries(counterNames.map((name) => [name, counters[name].value ?? 0])) as Counts;
    const { point } = told.probability;
    observations.push({
      trace: number,
      kind: trace.kind.name,
      day,
      probability: point,
      score: rankOf(told.verdict) === rankOf('failing') ? 1 : point,
      crystalDiskInfo: inUseByCrystalDiskInfo(counts),
      scrutiny: inUseByScrutiny(counts),
      fails: trace.failsDay !== null && trace.failsDay <= day + HORIZON_DAYS,
    });
  }
  return observations;
}

const zero: Counter = { value: 0, rose: null, firstSeen: null };

function changed(counter: Counter, by: number, day: number): Counter {
  const at = START + Math.floor(day * DAY_MS);
  const value = (counter.value ?? 0) + by;
  return by > 0 ? { value, rose: at, firstSeen: counter.firstSeen ?? at } : { ...counter, value };
}

function inputOf(trace: Trace, counters: Readonly<Record<CounterName, Counter>>, day: number): ForecastInput {
  const unknown = unknownInput(START + Math.floor(day * DAY_MS), trace.kind.kind);
  return {
    ...unknown,
    powerOnHours: Math.floor((trace.yearsBefore + day / 365.25) * HOURS_PER_YEAR),
    ownVerdict: trace.saysFailedFrom !== null && trace.saysFailedFrom <= day ? 'failed' : 'passed',
    attributes: {
      ...unknown.attributes,
      reallocated: counters.reallocated,
      uncorrectable: counters.uncorrectable,
      pending: trace.kind.kind === 'hdd' ? counters.pending : unknownCounter,
      offlineUncorrectable: counters.offline,
      linkErrors: counters.link,
    },
    own: { ...unknown.own, scanErrors: counters.scan },
  };
}
