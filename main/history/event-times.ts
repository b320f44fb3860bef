import type { DatabaseSync } from 'node:sqlite';

import { FOUND_BY_SCAN, type TargetEvent } from '../../app/domain/target.ts';
import { MAX_FOUND, MAX_SLOW, type EventTimes, type Seen } from '../../app/history/event-times.ts';
import type { FigureName } from '../../app/history/figures.ts';
import { count, nullableCountSchema, type Row } from './rows.ts';

/** What the kept events of the pair say of its troubles, whatever life their numbers are of: it is the same disk. */
export function eventTimesOf(db: DatabaseSync, pair: number): EventTimes {
  const found = db
    .prepare(`select min(ms) as first, max(ms) as last from event where pair = ? and type = 'pending' and detail = ?`)
    .get(pair, FOUND_BY_SCAN);
  const pending = db
    .prepare(`select min(ms) as first, max(ms) as last from event where pair = ? and type = 'pending'`)
    .get(pair);
  const blocks = db
    .prepare(
      `select distinct block from event
       where pair = ? and type = 'pending' and detail = ? and block is not null limit ${MAX_FOUND}`,
    )
    .all(pair, FOUND_BY_SCAN);
  const slow = db
    .prepare(
      `select block, max(ms) as ms from event where pair = ? and type = 'slow' and block is not null
       group by block order by ms desc limit ${MAX_SLOW}`,
    )
    .all(pair);
  return {
    soft: seen(db, pair, 'soft', 'softErrors'),
    slow: seen(db, pair, 'slow', 'slowReads'),
    pending: timesOf(pending),
    foundByScan: { blocks: new Set(blocks.map((row) => count(row, 'block'))), ...timesOf(found) },
    slowBlocks: slow.map((row) => ({ block: count(row, 'block'), milliseconds: count(row, 'ms') })),
    wholeScan: hasWholeScan(db, pair),
  };
}

/** Readings count what the target counted, also where its events were dropped; events what came after the last reading. */
function seen(db: DatabaseSync, pair: number, type: TargetEvent['type'], figure: FigureName): Seen {
  const events = db
    .prepare('select count(*) as events, min(ms) as first, max(ms) as last from event where pair = ? and type = ?')
    .get(pair, type);
  const readings = db.prepare(`select max(${figure}_max) as most from sample where pair = ?`).get(pair);
  const most = nullableCountSchema.parse(readings?.['most'] ?? null) ?? 0;
  return { count: Math.max(most, count(events, 'events')), ...timesOf(events) };
}

function timesOf(row: Row | undefined): Omit<Seen, 'count'> {
  return {
    firstSeen: nullableCountSchema.parse(row?.['first'] ?? null),
    rose: nullableCountSchema.parse(row?.['last'] ?? null),
  };
}

/** Of an end only the newest beginning before it counts, and only when every number between them is kept. */
function hasWholeScan(db: DatabaseSync, pair: number): boolean {
  const row = db
    .prepare(
      `select 1 from (
         select pair, life, number as last, (
           select began.number from event as began
           where began.pair = ended.pair and began.life = ended.life and began.number < ended.number
             and began.type = 'scan_start'
           order by began.number desc limit 1
         ) as first
         from event as ended where pair = ? and type = 'scan_end' and detail = 'complete'
       ) as scan
       where last - first + 1 = (
         select count(*) from event
         where event.pair = scan.pair and event.life = scan.life and event.number between scan.first and scan.last
       ) limit 1`,
    )
    .get(pair);
  return row !== undefined;
}
