import type { TargetEvent } from '../app/domain/target.ts';
import { query } from './mappings.ts';
import { parseEvents, type Page } from './parse/messages.ts';

/** Events numbered above `after`, oldest first, at most `max`. */
export async function readEvents(name: string, after: number, max: number): Promise<Page<TargetEvent>> {
  return parseEvents(await query(name, ['events', after, max]));
}

/** True when numbers between `after` and the last event are missing: the ring dropped them before they were read. */
export function hasGap(after: number, events: readonly TargetEvent[]): boolean {
  return events.some(({ number }, index) => number !== (events[index - 1]?.number ?? after) + 1);
}
