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

export function savePairSettings(db: DatabaseSync, uuid: string, settings: PairSettings): void {
  db.prepare('insert or replace into setting (name, value) values (?, ?)').run(nameOf(uuid), JSON.stringify(settings));
}
