import { valueAt, type CounterHistory } from '../../../app/history/counters.ts';
import type { Span } from '../../../app/history/schema.ts';
import type { ChartRow, PlottedName } from './series.ts';

/**
 * Counters as rows of a chart: one where each changed, and one at both ends. They are kept when they change, so they
 * stand still in between; after the drive was heard last nothing is known.
 *
 * @param heard - when the drive told something last, Unix milliseconds; null when that is not known
 */
export function counterRows(
  counters: readonly CounterHistory[],
  from: number,
  to: number,
  heard: number | null,
): ChartRow[] {
  const seen = counters.flatMap(({ changes }) => changes.map(({ milliseconds }) => milliseconds));
  const first = Math.max(from, Math.min(...seen));
  const last = Math.min(to, Math.max(heard ?? 0, ...seen));
  if (counters.length === 0 || first > last) return [];
  const times = [...new Set([first, ...seen.filter((at) => at > first && at < last), last])].sort((a, b) => a - b);
  return times.map((at) => ({ at, figures: figuresAt(counters, at), alone: times.length === 1 }));
}

function figuresAt(counters: readonly CounterHistory[], at: number): Partial<Record<PlottedName, Span>> {
  const known = counters.flatMap((counter) => {
    const value = valueAt(counter, at);
    return value === null ? [] : [[counter.name, [value, value, value]] as const];
  });
  return Object.fromEntries(known);
}

/** Whether a counter was ever other than 0. */
export function everRose(counters: readonly CounterHistory[], name: PlottedName): boolean {
  return counters.some((counter) => counter.name === name && counter.changes.some(({ value }) => value > 0));
}
