import { counterNames, MAX_CHANGES, type CounterHistory } from '../../app/history/counters.ts';
import type { Drive } from '../../app/history/drive.ts';
import type { HistoryPort } from '../ports.ts';

/** What is kept of a drive's counters; nothing of one that could be any. Throws when the history cannot be read. */
export function countersOf(history: Pick<HistoryPort, 'counterChanges'>, drive: Drive | null): CounterHistory[] {
  if (drive === null) return [];
  return counterNames.flatMap((name) => {
    const changes = history.counterChanges(drive.key, name).slice(-MAX_CHANGES);
    return changes.length === 0 ? [] : [{ name, changes }];
  });
}
