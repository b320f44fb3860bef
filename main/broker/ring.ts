import type { TargetEvent } from '../../app/domain/target.ts';
import { MAX_ROWS, type Result } from '../../app/protocol/methods.ts';

/** Asks the spare's ring for events numbered above `after`, oldest first. */
export type FetchEvents = (after: number, max: number) => Promise<Result<'target.events'>>;

/**
 * The newest `count` events that the ring has below the number `before`, ascending; fewer where it has no more. Numbers
 * jump where the machine crashed (kernel/dm-remap-state.c), by how much nobody but the ring knows: where too few of
 * the numbers just below `before` are there, it is read from its beginning.
 */
export async function eventsBefore(fetch: FetchEvents, before: number, count: number): Promise<TargetEvent[]> {
  const after = Math.max(0, before - 1 - count);
  const near = await eventsBetween(fetch, after, before, count);
  if (near.length >= count || after === 0) return near;
  return (await eventsBetween(fetch, 0, before, MAX_ROWS)).slice(-count);
}

/** No more than the ring holds: what is written to it meanwhile has higher numbers. */
async function eventsBetween(fetch: FetchEvents, after: number, before: number, max: number): Promise<TargetEvent[]> {
  const found: TargetEvent[] = [];
  for (let from: number | null = after; from !== null && from < before - 1;) {
    const { events, next }: Result<'target.events'> = await fetch(from, max);
    found.push(...events.filter(({ number }) => number < before));
    from = next !== null && next > from ? next : null;
  }
  return found;
}
