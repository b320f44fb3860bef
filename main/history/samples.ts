import type { DatabaseSync } from 'node:sqlite';

import { figureNames, type Reading } from '../../app/history/figures.ts';
import type { HistoryAnswer, HistoryPoint } from '../../app/history/schema.ts';
import { count, pointOf, type Row } from './rows.ts';

/** A reading this much before the last one, in milliseconds, means that the clock was set back, not trimmed. */
const CLOCK_TOLERANCE_MS = 5_000;

const columns = ['from_ms', 'to_ms', 'readings', ...figureNames.flatMap((n) => [`${n}_min`, `${n}_max`, `${n}_last`])];

const insertReading = `insert into sample (pair, seq, level, ${columns.join(', ')})
  values (?, ?, 0, ${columns.map(() => '?').join(', ')})`;

/** Keeps a reading after all that are kept of the pair, whatever its time. */
export function addReading(db: DatabaseSync, pair: number, reading: Reading): void {
  const last = db.prepare('select seq, to_ms from sample where pair = ? order by seq desc limit 1').get(pair);
  const seq = last === undefined ? 1 : count(last, 'seq') + 1;
  if (last !== undefined && reading.from < count(last, 'to_ms') - CLOCK_TOLERANCE_MS) {
    const at = count(last, 'to_ms');
    db.prepare('insert into clock_set_back (pair, at_ms, by_ms) values (?, ?, ?)').run(pair, at, at - reading.from);
  }
  const { from, to, count: readings, min, max, last: newest } = reading;
  const figures = figureNames.flatMap((name) => [min[name], max[name], newest[name]]);
  db.prepare(insertReading).run(pair, seq, from, to, readings, ...figures);
}

/**
 * Readings as one row for each pair and `bucket` (an SQL expression): the least, the greatest, and what the newest by
 * sequence says.
 */
export function mergedRows(bucket: string, where: string): string {
  const spans = figureNames.map((n) => `min(${n}_min) as ${n}_min, max(${n}_max) as ${n}_max`);
  const merged = figureNames.map((n) => `g.${n}_min, g.${n}_max, newest.${n}_last`);
  return `select g.pair, g.seq, g.from_ms, g.to_ms, g.readings, ${merged.join(', ')} from (
      select pair, ${bucket} as bucket, max(seq) as seq, min(from_ms) as from_ms, max(to_ms) as to_ms,
        sum(readings) as readings, ${spans.join(', ')}
      from sample where ${where} group by pair, bucket
    ) as g join sample as newest on newest.pair = g.pair and newest.seq = g.seq`;
}

// Numbers are bound as floating point, whose quotient would not be whole.
const chart = `${mergedRows('(to_ms - cast(:from as integer)) / cast(:width as integer)', 'pair = :pair and to_ms between :from and :to')}
  order by g.to_ms`;

/** At most `points` points of the readings that ended between `from` and `to`, inclusive. */
export function pointsOf(
  db: DatabaseSync,
  pair: number,
  { from, to, points }: { from: number; to: number; points: number },
): HistoryPoint[] {
  // One more than the quotient, so that `to` itself falls into the last bucket and not into one after it.
  const width = Math.floor((to - from) / points) + 1;
  return db.prepare(chart).all({ pair, from, to, width }).map(pointOf);
}

/** The newest reading that ended at or before a moment. */
export function readingAt(db: DatabaseSync, pair: number, milliseconds: number): HistoryPoint | null {
  const row = db
    .prepare('select * from sample where pair = ? and to_ms <= ? order by to_ms desc, seq desc limit 1')
    .get(pair, milliseconds);
  return row === undefined ? null : pointOf(row);
}

/** The times that readings of the pair span. */
export function keptOf(db: DatabaseSync, pair: number): HistoryAnswer['kept'] {
  const row: Row | undefined = db
    .prepare('select min(from_ms) as from_ms, max(to_ms) as to_ms from sample where pair = ?')
    .get(pair);
  return row === undefined || row['from_ms'] === null ? null : { from: count(row, 'from_ms'), to: count(row, 'to_ms') };
}

export function clockSetBackOf(
  db: DatabaseSync,
  pair: number,
  from: number,
  to: number,
): HistoryAnswer['clockSetBack'] {
  return db
    .prepare('select at_ms, by_ms from clock_set_back where pair = ? and at_ms - by_ms <= ? and at_ms >= ? limit 100')
    .all(pair, to, from)
    .map((row) => ({ at: count(row, 'at_ms'), by: count(row, 'by_ms') }));
}
