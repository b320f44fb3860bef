import type { DatabaseSync } from 'node:sqlite';

import { pairSettingsSchema, type PairSettings } from '../../app/domain/settings.ts';
import { textSchema } from './rows.ts';

function nameOf(uuid: string): string {
  return `pair ${uuid}`;
}

/** null where nothing was kept, or what was kept is no longer within what can be set. */
export function loadPairSettings(db: DatabaseSync, uuid: string): PairSettings | null {
  const row = db.prepare('select value from setting where name = ?').get(nameOf(uuid));
  if (row === undefined) return null;
  return pairSettingsSchema.safeParse(JSON.parse(textSchema.parse(row['value']))).data ?? null;
}

/** Settings of all pairs, by the name and in the words in which a file keeps them. */
export type KeptSettings = Map<string, string>;

/** Keeps settings of a pair in the file and in `kept`. */
export function savePairSettings(db: DatabaseSync, uuid: string, settings: PairSettings, kept: KeptSettings): void {
  const name = nameOf(uuid);
  const value = JSON.stringify(settings);
  kept.set(name, value);
  db.prepare('insert or replace into setting (name, value) values (?, ?)').run(name, value);
}

/** Brings a file that was opened and `kept` together: one that takes the place of a damaged file has none of them. */
export function sharePairSettings(db: DatabaseSync, kept: KeptSettings): void {
  const add = db.prepare('insert or ignore into setting (name, value) values (?, ?)');
  for (const [name, value] of kept) add.run(name, value);
  for (const row of db.prepare("select name, value from setting where name like 'pair %'").all()) {
    kept.set(textSchema.parse(row['name']), textSchema.parse(row['value']));
  }
}
