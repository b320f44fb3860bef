import { pairSettingsSchema, settingKeys, settingNames, type PairSettings } from '../../app/domain/settings.ts';
import { unreadable } from './fault.ts';
import type { RemapTable } from './table.ts';

/** What a table line says of how its pair scans and moves. */
export function parseSettings({ core }: Pick<RemapTable, 'core'>): PairSettings {
  const told = settingNames.map((name) => [name, Number(core[settingKeys[name]])] as const);
  const parsed = pairSettingsSchema.safeParse(Object.fromEntries(told));
  if (!parsed.success) throw unreadable('a device-mapper table', JSON.stringify(core));
  return parsed.data;
}
