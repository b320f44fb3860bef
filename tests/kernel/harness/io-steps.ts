import { expect } from 'vitest';
import type { GuestIo, IoOutcome } from './guest-io.ts';
import type { IoOperation } from './guest/protocol.ts';
import type { EventRow } from './answers.ts';

/** How user space sees a block that cannot be read: a plain or a medium error. */
export const UNREADABLE = /^(EIO|ENODATA)$/;

interface HasPath {
  readonly path: string;
}

type Extra = Partial<Pick<Extract<IoOperation, { op: 'read' }>, 'origin' | 'buffered'>>;

export function read(device: HasPath, sector: number, count: number, extra: Extra = {}): IoOperation {
  return { op: 'read', device: device.path, sector, count, ...extra };
}

export function write(
  device: HasPath,
  sector: number,
  count: number,
  tag: number,
  extra: Extra & { readonly durable?: boolean } = {},
): IoOperation {
  return { op: 'write', device: device.path, sector, count, tag, ...extra };
}

export function tags(tag: number, count: number): number[] {
  return Array.from({ length: count }, () => tag);
}

/** Does operations one after the other, all of which must succeed; the tags of the last one. */
export async function succeed(io: GuestIo, ...operations: readonly IoOperation[]): Promise<readonly number[]> {
  const outcomes = await io.each(operations);
  expect(outcomes.map(({ error }) => error)).toEqual(operations.map(() => null));
  return outcomes.at(-1)?.tags ?? [];
}

/** Does operations one after the other, all of which must fail as an unreadable block does. */
export async function failUnreadable(io: GuestIo, ...operations: readonly IoOperation[]): Promise<void> {
  for (const outcome of await io.each(operations)) expectUnreadable(outcome);
}

export function expectUnreadable(outcome: IoOutcome | undefined): void {
  expect(outcome?.error).toMatch(UNREADABLE);
  expect(outcome?.tags).toEqual([]);
}

/** Sectors `first` to `first + count - 1`, each read by itself: its tag, or 'error'. */
export async function readSingly(
  io: GuestIo,
  device: HasPath,
  first: number,
  count: number,
): Promise<(number | 'error' | undefined)[]> {
  const operations = Array.from({ length: count }, (_, index) => read(device, first + index, 1));
  const outcomes = await io.each(operations);
  return outcomes.map(({ error, tags: found }) => (error !== null && UNREADABLE.test(error) ? 'error' : found[0]));
}

export function eventsOf(events: readonly EventRow[], type: EventRow['type']): EventRow[] {
  return events.filter((event) => event.type === type);
}
