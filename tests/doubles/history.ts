import { figureNames, readingOf, type FigureName, type Figures, type Reading } from '../../app/history/figures.ts';
import { SqliteHistory } from '../../main/history/store.ts';
import type { PairIdentity } from '../../main/ports.ts';
import { silentLog } from './helper.ts';

export const SOME_PAIR: PairIdentity = {
  uuid: '3f0c7b1e-2f6a-4d0e-9b37-0f1f5f1f7a10',
  name: 'weak-disk',
  main: { key: 'wwn:0x5000c500a1b2c3d4', wwn: '0x5000c500a1b2c3d4', serial: 'LABMAIN-77A1', model: 'Barracuda' },
  spare: null,
};

/** Figures that are 0 but for those that are told. */
export function figures(part: Partial<Record<FigureName, number>> = {}): Figures {
  return { ...(Object.fromEntries(figureNames.map((name) => [name, 0])) as Record<FigureName, number>), ...part };
}

export function reading(milliseconds: number, part: Partial<Record<FigureName, number>> = {}): Reading {
  return readingOf(figures(part), milliseconds);
}

/** A real history in a file. */
export function fileHistory(path: string): SqliteHistory {
  return new SqliteHistory({ path, log: silentLog });
}

/** A real history that is forgotten at the end. */
export function memoryHistory(clock: { now: number; uptime: number } = { now: 0, uptime: 0 }): SqliteHistory {
  return new SqliteHistory({ path: ':memory:', log: silentLog, now: () => clock.now, uptime: () => clock.uptime });
}
