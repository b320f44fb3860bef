import type { DatabaseSync } from 'node:sqlite';

import { targetEventSchema, type TargetEvent } from '../../app/domain/target.ts';
import { MAX_MARKS } from '../../app/history/schema.ts';
import { count, type Row } from './rows.ts';

/** Types that a chart marks. The others are too many (moves) or say nothing of the disk (settings, scans). */
const marked: readonly TargetEvent['type'][] = [
  'pending',
  'spare_bad',
  'low_spare',
  'spent',
  'halted',
  'continued',
  'metadata_repaired',
  'metadata_failed',
  'activate',
  'deactivate',
];

/** The newest event that is kept of the pair: where to go on from. */
export function newestEvent(db: DatabaseSync, pair: number): TargetEvent | null {
  const row = db.prepare('select * from event where pair = ? order by life desc, number desc limit 1').get(pair);
  return row === undefined ? null : eventOf(row);
}

/**
 * Keeps events, ascending by number; what is known already is not kept twice. A number that comes again with other
 * contents is of a spare that was put back to an older state: from it on the numbers are those of another life.
 */
export function addEvents(db: DatabaseSync, pair: number, events: readonly TargetEvent[]): void {
  const known = db.prepare('select * from event where pair = ? and number = ? order by life');
  const insert = db.prepare(
    `insert into event (pair, life, number, ms, type, block, spare_block, detail) values (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const row = db.prepare('select coalesce(max(life), 0) as life from event where pair = ?').get(pair);
  let life = count(row, 'life');
  for (const event of events) {
    const rows = known.all(pair, event.number);
    if (rows.some((one) => isSame(eventOf(one), event))) continue;
    if (rows.some((one) => one['life'] === life)) life += 1;
    const { number, milliseconds, type, block, spareBlock, detail } = event;
    insert.run(pair, life, number, milliseconds, type, block, spareBlock, detail);
  }
}

/** Events of a time range that a chart marks, ascending by time, and how many more there are than fit. */
export function marksOf(
  db: DatabaseSync,
  pair: number,
  from: number,
  to: number,
): { events: TargetEvent[]; leftOut: number } {
  const where = `pair = ? and ms between ? and ? and type in (${marked.map(() => '?').join(', ')})`;
  const all = db.prepare(`select count(*) as events from event where ${where}`).get(pair, from, to, ...marked);
  const rows = db
    .prepare(`select * from event where ${where} order by ms desc, life desc, number desc limit ?`)
    .all(pair, from, to, ...marked, MAX_MARKS);
  return { events: rows.map(eventOf).reverse(), leftOut: count(all, 'events') - rows.length };
}

/** After a crash the target numbers on this much above the last number it saved (kernel/dm-remap-state.c). */
const CRASH_JUMP = 65_536;
/** Events that the spare's ring holds, and so the most that may have been kept here but not saved there. */
const RING_EVENTS = 4096;

/** Events that are missing between those that are kept. What a crash of the machine took with it cannot be counted. */
export function lostEvents(db: DatabaseSync, pair: number): number {
  const row = db
    .prepare(
      `select coalesce(sum(missing), 0) as lost from (
         select (number - 1 - lag(number) over (partition by life order by number)) % ${CRASH_JUMP} as missing
         from event where pair = ?
       ) where missing < ${CRASH_JUMP - RING_EVENTS}`,
    )
    .get(pair);
  return count(row, 'lost');
}

function isSame(a: TargetEvent, b: TargetEvent): boolean {
  return (
    a.milliseconds === b.milliseconds &&
    a.type === b.type &&
    a.block === b.block &&
    a.spareBlock === b.spareBlock &&
    a.detail === b.detail
  );
}

function eventOf(row: Row): TargetEvent {
  return targetEventSchema.parse({
    number: row['number'],
    milliseconds: row['ms'],
    type: row['type'],
    block: row['block'],
    spareBlock: row['spare_block'],
    detail: row['detail'],
  });
}
