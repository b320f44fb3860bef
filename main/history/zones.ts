import type { DatabaseSync } from 'node:sqlite';

import { countSchema } from '../../app/domain/units.ts';
import { MAX_ZONE_SAMPLES } from '../../app/forecast/speed.ts';
import type { ZoneSample } from '../ports.ts';
import { count } from './rows.ts';

/** Samples older than this are dropped, in milliseconds. */
export const ZONES_KEPT_MS = 365 * 24 * 3_600_000;

/** Keeps a sample after all that are kept of the pair, whatever its time. */
export function addZones(db: DatabaseSync, pair: number, { milliseconds, scanPasses, zones }: ZoneSample): void {
  const last = db.prepare('select max(seq) as seq from zone_sample where pair = ?').get(pair);
  const seq = countSchema.parse(last?.['seq'] ?? 0) + 1;
  db.prepare('insert into zone_sample (pair, seq, ms, scan_passes) values (?, ?, ?, ?)').run(
    pair,
    seq,
    milliseconds,
    scanPasses,
  );
  const insert = db.prepare('insert into zone_time (pair, seq, zone, average_us, worst_us) values (?, ?, ?, ?, ?)');
  for (const { zone, averageUs, worstUs } of zones) insert.run(pair, seq, zone, averageUs, worstUs);
}

/** Every sample kept of the pair, in the order in which they were taken. */
export function zonesOf(db: DatabaseSync, pair: number): ZoneSample[] {
  const samples = new Map<number, ZoneSample & { zones: ZoneSample['zones'][number][] }>();
  for (const row of db.prepare('select * from zone_sample where pair = ? order by seq').all(pair)) {
    samples.set(count(row, 'seq'), {
      milliseconds: count(row, 'ms'),
      scanPasses: count(row, 'scan_passes'),
      zones: [],
    });
  }
  for (const row of db.prepare('select * from zone_time where pair = ? order by seq, zone').all(pair)) {
    samples.get(count(row, 'seq'))?.zones.push({
      zone: count(row, 'zone'),
      averageUs: count(row, 'average_us'),
      worstUs: count(row, 'worst_us'),
    });
  }
  return [...samples.values()];
}

/** Drops what is old as of `now` (Unix time in milliseconds), and what is too much. The times go with their sample. */
export function dropOldZones(db: DatabaseSync, now: number): void {
  db.prepare('delete from zone_sample where ms < ?').run(now - ZONES_KEPT_MS);
  db.prepare(
    `delete from zone_sample where (pair, seq) in (
       select pair, seq from (
         select pair, seq, row_number() over (partition by pair order by seq desc) as place from zone_sample
       ) where place > ?)`,
  ).run(MAX_ZONE_SAMPLES);
}
