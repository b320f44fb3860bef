import type { DatabaseSync } from 'node:sqlite';

import { countSchema } from '../../app/domain/units.ts';
import type { CounterValue } from '../ports.ts';
import { count, type Row } from './rows.ts';

/** Keeps a counter's value where it differs from the one before. */
export function addCounter(db: DatabaseSync, drive: number, name: string, { milliseconds, value }: CounterValue): void {
  countSchema.parse(value);
  const last = db
    .prepare('select value from counter where drive = ? and name = ? order by id desc limit 1')
    .get(drive, name);
  const before = last === undefined ? null : count(last, 'value');
  if (before === value) return;
  // A counter that fell was reset, or the drive was given another firmware: no rise.
  const rise = before === null ? 0 : Math.max(0, value - before);
  db.prepare('insert into counter (drive, name, ms, value, rise) values (?, ?, ?, ?, ?)').run(
    drive,
    name,
    milliseconds,
    value,
    rise,
  );
}

export function counterFirst(db: DatabaseSync, drive: number, name: string): CounterValue | null {
  return valueOf(db.prepare('select * from counter where drive = ? and name = ? order by id limit 1').get(drive, name));
}

export function counterLastRise(db: DatabaseSync, drive: number, name: string): CounterValue | null {
  return valueOf(
    db
      .prepare('select * from counter where drive = ? and name = ? and rise > 0 order by id desc limit 1')
      .get(drive, name),
  );
}

/** Every change that is kept, in the order in which it was seen. */
export function counterChanges(db: DatabaseSync, drive: number, name: string): CounterValue[] {
  return db
    .prepare('select ms, value from counter where drive = ? and name = ? order by id')
    .all(drive, name)
    .map((row) => ({ milliseconds: count(row, 'ms'), value: count(row, 'value') }));
}

function valueOf(row: Row | undefined): CounterValue | null {
  return row === undefined ? null : { milliseconds: count(row, 'ms'), value: count(row, 'value') };
}
