import type { DatabaseSync } from 'node:sqlite';

/** Figures of the first version, in the order of their columns. A later one comes with a migration of its own. */
const firstFigures = [
  'moved',
  'pending',
  'spareFree',
  'spareBad',
  'readErrors',
  'writeErrors',
  'softErrors',
  'slowReads',
  'risk',
  'confidence',
  'scanBlock',
  'scanPasses',
];

const figureColumns = firstFigures
  .flatMap((name) => [`${name}_min`, `${name}_max`, `${name}_last`])
  .map((column) => `${column} integer not null`)
  .join(', ');

/** What leads from version n to n + 1 of the schema, by n. What was once released is never changed. */
export const migrations: readonly string[] = [
  `create table drive (
     id integer primary key, key text not null unique, wwn text, serial text, model text,
     first_ms integer not null, last_ms integer not null
   ) strict;
   create table pair (
     id integer primary key, uuid text not null unique, name text not null,
     main_drive integer references drive, spare_drive integer references drive
   ) strict;
   -- level 0: as read, 1: an hour, 2: a day. seq orders a pair's readings whatever the clock said.
   create table sample (
     pair integer not null references pair, seq integer not null, level integer not null,
     from_ms integer not null, to_ms integer not null, readings integer not null, ${figureColumns},
     primary key (pair, seq)
   ) strict, without rowid;
   create index sample_time on sample (pair, to_ms);
   create index sample_age on sample (level, to_ms);
   create table clock_set_back (
     pair integer not null references pair, at_ms integer not null, by_ms integer not null
   ) strict;
   -- A spare that is put back to an older state gives numbers out again: that begins another life.
   create table event (
     pair integer not null references pair, life integer not null, number integer not null, ms integer not null,
     type text not null, block integer, spare_block integer, detail text,
     primary key (pair, life, number)
   ) strict, without rowid;
   create index event_number on event (pair, number);
   create index event_time on event (pair, ms);
   create table counter (
     id integer primary key, drive integer not null references drive, name text not null,
     ms integer not null, value integer not null, rise integer not null
   ) strict;
   create index counter_name on counter (drive, name, id);
   create table alert_state (
     subject text not null, rule text not null, seen integer, alert text, primary key (subject, rule)
   ) strict, without rowid;
   create table setting (name text primary key, value text not null) strict, without rowid;`,
  `-- Average and longest read of zones of main that the scanner read since the sample before.
   create table zone_sample (
     pair integer not null references pair, seq integer not null, ms integer not null, scan_passes integer not null,
     primary key (pair, seq)
   ) strict, without rowid;
   create table zone_time (
     pair integer not null, seq integer not null, zone integer not null,
     average_us integer not null, worst_us integer not null,
     primary key (pair, seq, zone), foreign key (pair, seq) references zone_sample on delete cascade
   ) strict, without rowid;
   create index zone_sample_age on zone_sample (ms);`,
];

/** Thrown where a later version of the program has made the database. */
export class NewerSchema extends Error {}

/** Brings the schema to the newest version; each step is whole or not done at all. */
export function migrate(db: DatabaseSync, steps: readonly string[] = migrations): void {
  const row = db.prepare('pragma user_version').get();
  const version = Number(row?.['user_version']);
  if (version > steps.length) throw new NewerSchema(`schema version ${version}, known up to ${steps.length}`);
  for (const [from, step] of steps.entries()) {
    if (from < version) continue;
    db.exec('begin immediate');
    try {
      db.exec(step);
      db.exec(`pragma user_version = ${from + 1}`);
      db.exec('commit');
    } catch (thrown) {
      db.exec('rollback');
      throw thrown;
    }
  }
}
