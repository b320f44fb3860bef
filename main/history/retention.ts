import type { DatabaseSync } from 'node:sqlite';

import { figureNames } from '../../app/history/figures.ts';
import { mergedRows } from './samples.ts';
import { dropOldZones } from './zones.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Readings of `level` older than `olderMs` become one for each `widthMs`, at the next level. */
const steps = [
  { level: 0, olderMs: 7 * DAY_MS, widthMs: HOUR_MS },
  { level: 1, olderMs: 90 * DAY_MS, widthMs: DAY_MS },
] as const;
/** What is older than this is dropped. */
export const KEPT_MS = 5 * 365 * DAY_MS;
/** Most events kept of one pair: a storm writes many. The oldest go first. */
const MAX_EVENTS = 200_000;

const columns = figureNames.flatMap((n) => [`${n}_min`, `${n}_max`, `${n}_last`]).join(', ');

/**
 * Thins what is old, as of `now` (Unix time in milliseconds): as read for 7 days, by the hour for 90, by the day for 5
 * years. A spike survives as least or greatest value of its hour and day. Runs inside a transaction: a reading is never
 * there twice and never gone.
 */
export function thinOut(db: DatabaseSync, now: number): void {
  for (const { level, olderMs, widthMs } of steps) {
    // Whole intervals only, so that one is not merged before it has ended.
    const before = Math.floor((now - olderMs) / widthMs) * widthMs;
    // The merged row takes the place of its newest reading, whose sequence number it has.
    db.prepare(
      `insert or replace into sample (pair, seq, level, from_ms, to_ms, readings, ${columns})
       select pair, seq, ${level + 1}, from_ms, to_ms, readings, ${columns} from (
         ${mergedRows(`to_ms / ${widthMs}`, 'level = :level and to_ms < :before')})`,
    ).run({ level, before });
    db.prepare('delete from sample where level = ? and to_ms < ?').run(level, before);
  }
  const oldest = now - KEPT_MS;
  db.prepare('delete from sample where to_ms < ?').run(oldest);
  db.prepare('delete from clock_set_back where at_ms < ?').run(oldest);
  db.prepare('delete from event where ms < ?').run(oldest);
  dropExcessEvents(db);
  dropOldCounters(db, oldest);
  dropOldZones(db, now);
}

function dropExcessEvents(db: DatabaseSync): void {
  db.prepare(
    `delete from event where (pair, life, number) in (
       select pair, life, number from (
         select pair, life, number, row_number() over (partition by pair order by life desc, number desc) as place
         from event where pair in (select pair from event group by pair having count(*) > :most)
       ) where place > :most)`,
  ).run({ most: MAX_EVENTS });
}

/** The first value, the newest and the last rise of each counter stay, however old. */
function dropOldCounters(db: DatabaseSync, oldest: number): void {
  db.prepare(
    `delete from counter where ms < ? and id not in (
       select min(id) from counter group by drive, name
       union select max(id) from counter group by drive, name
       union select max(id) from counter where rise > 0 group by drive, name)`,
  ).run(oldest);
}
