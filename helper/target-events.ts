import type { TargetEvent } from '../app/domain/target.ts';
import { MAX_ROWS } from '../app/protocol/methods.ts';
import { query } from './mappings.ts';
import { parseEvents, type Page } from './parse/messages.ts';

/** Events numbered above `after`, oldest first, at most `max`. */
export async function readEvents(name: string, after: number, max: number): Promise<Page<TargetEvent>> {
  return parseEvents(await query(name, ['events', after, max]));
}

/** All events above `after`, in pages of at most {@link MAX_ROWS}. */
export async function* readEventPages(name: string, after: number): AsyncGenerator<TargetEvent[]> {
  let from: number | null = after;
  while (from !== null) {
    const page: Page<TargetEvent> = await readEvents(name, from, MAX_ROWS);
    yield page.rows;
    // A target that says "more" without giving any would be asked for ever.
    from = page.rows.length === 0 ? null : page.next;
  }
}

/** True when numbers between `after` and the last event are missing: the ring dropped them before they were read. */
export function hasGap(after: number, events: readonly TargetEvent[]): boolean {
  return events.some(({ number }, index) => number !== (events[index - 1]?.number ?? after) + 1);
}
