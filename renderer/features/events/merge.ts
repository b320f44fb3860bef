import type { TargetEvent } from '../../../app/domain/target.ts';

/** Both lists as one, newest first, each number once. */
export function mergeEvents(older: readonly TargetEvent[], recent: readonly TargetEvent[]): TargetEvent[] {
  const byNumber = new Map([...older, ...recent].map((event) => [event.number, event]));
  return [...byNumber.values()].sort((a, b) => b.number - a.number);
}
