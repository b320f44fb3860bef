import { readingOf, type FigureName, type Reading } from '../../app/history/figures.ts';
import { SqliteHistory } from '../../main/history/store.ts';
import type { PairIdentity } from '../../main/ports.ts';
import { silentLog } from './helper.ts';
import { figures } from './history-figures.ts';

export const SOME_PAIR: PairIdentity = {
  uuid: '3f0c7b1e-2f6a-4d0e-9b37-0f1f5f1f7a10',
  name: 'weak-disk',
  main: { key: 'wwn:0x5000c500a1b2c3d4', wwn: '0x5000c500a1b2c3d4', serial: 'LABMAIN-77A1', model: 'Barracuda' },
  spare: null,
};

export function reading(milliseconds: number, part: Partial<Record<FigureName, number>> = {}): Reading {
  return readingOf(figures(part), milliseconds);
}

/** A real history in a file; `uptime` in milliseconds, by which it tries again what failed. */
export function fileHistory(path: string, uptime: (() => number) | null = null): SqliteHistory {
  return new SqliteHistory({ path, log: silentLog, ...(uptime === null ? {} : { uptime }) });
}

/** A real history that is forgotten at the end. */
export function memoryHistory(clock: { now: number; uptime: number } | null = null): SqliteHistory {
  const clocks = clock === null ? {} : { now: () => clock.now, uptime: () => clock.uptime };
  return new SqliteHistory({ path: ':memory:', log: silentLog, ...clocks });
}
