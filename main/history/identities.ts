import type { DatabaseSync } from 'node:sqlite';

import { targetNameSchema } from '../../app/domain/target.ts';
import type { Drive } from '../../app/history/drive.ts';
import type { PairIdentity } from '../ports.ts';
import { count, type Row } from './rows.ts';

/** The row of a drive, made when it is seen for the first time. */
export function driveId(db: DatabaseSync, { key, wwn, serial, model }: Drive, now: number): number {
  const row = db
    .prepare(
      `insert into drive (key, wwn, serial, model, first_ms, last_ms) values (?, ?, ?, ?, ?, ?)
       on conflict (key) do update set last_ms = excluded.last_ms, serial = coalesce(excluded.serial, serial),
         model = coalesce(excluded.model, model) returning id`,
    )
    .get(key, wwn, serial, model, now, now);
  return count(row, 'id');
}

export function knownDriveId(db: DatabaseSync, key: string): number | null {
  return idOf(db.prepare('select id from drive where key = ?').get(key));
}

/** The row of a pair, made when it is seen for the first time; name and drives are as told last. */
export function pairId(db: DatabaseSync, { uuid, name, main, spare }: PairIdentity, now: number): number {
  const row = db
    .prepare(
      `insert into pair (uuid, name, main_drive, spare_drive) values (?, ?, ?, ?)
       on conflict (uuid) do update set name = excluded.name, main_drive = coalesce(excluded.main_drive, main_drive),
         spare_drive = coalesce(excluded.spare_drive, spare_drive) returning id`,
    )
    .get(uuid, name, main === null ? null : driveId(db, main, now), spare === null ? null : driveId(db, spare, now));
  return count(row, 'id');
}

export function knownPairId(db: DatabaseSync, uuid: string): number | null {
  return idOf(db.prepare('select id from pair where uuid = ?').get(uuid));
}

/** What the pair was last called; null when that can be the name of none. */
export function pairName(db: DatabaseSync, pair: number): string | null {
  const row = db.prepare('select name from pair where id = ?').get(pair);
  return targetNameSchema.safeParse(row?.['name']).data ?? null;
}

function idOf(row: Row | undefined): number | null {
  return row === undefined ? null : count(row, 'id');
}
