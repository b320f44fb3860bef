import { describe, expect, it } from 'vitest';

import type { TargetEvent } from '../../app/domain/target.ts';
import { eventsBefore, type FetchEvents } from './ring.ts';

/** What the target numbers on by after a crash. */
const JUMP = 65_536;

/** A ring that gives `page` events at most at once, and counts how often it was asked. */
function ringOf(numbers: readonly number[], page = 1000): { fetch: FetchEvents; asked: [number, number][] } {
  const asked: [number, number][] = [];
  const events = numbers.map((number): TargetEvent => ({
    number,
    milliseconds: number,
    type: 'soft',
    block: null,
    spareBlock: null,
    detail: null,
  }));
  const fetch: FetchEvents = (after, max) => {
    asked.push([after, max]);
    const later = events.filter(({ number }) => number > after);
    const told = later.slice(0, Math.min(max, page));
    return Promise.resolve({ events: told, next: told.length < later.length ? (told.at(-1)?.number ?? null) : null });
  };
  return { fetch, asked };
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

async function numbersBefore(fetch: FetchEvents, before: number, count: number): Promise<number[]> {
  return (await eventsBefore(fetch, before, count)).map(({ number }) => number);
}

describe('the newest events of the ring below a number', () => {
  it('are asked for at once where numbers follow each other', async () => {
    const { fetch, asked } = ringOf(range(1, 900));
    expect(await numbersBefore(fetch, 901, 200)).toEqual(range(701, 900));
    expect(await numbersBefore(fetch, 701, 200)).toEqual(range(501, 700));
    expect(asked).toHaveLength(2);
    expect(await numbersBefore(fetch, 51, 200)).toEqual(range(1, 50));
    expect(asked).toHaveLength(3);
    expect(await numbersBefore(fetch, 1, 200)).toEqual([]);
  });

  it('come from before a crash too, however many crashes lie between', async () => {
    const after = range(50 + JUMP, 53 + JUMP);
    const { fetch } = ringOf([...range(1, 40), ...after, 7 + 3 * JUMP]);
    expect(await numbersBefore(fetch, 8 + 3 * JUMP, 6)).toEqual([40, ...after, 7 + 3 * JUMP]);
    expect(await numbersBefore(fetch, 51 + JUMP, 200)).toEqual([...range(1, 40), 50 + JUMP]);
    expect(await numbersBefore(fetch, 50 + JUMP, 3)).toEqual([38, 39, 40]);
  });

  it('come in as many pages as the target gives them, and no more than the ring has', async () => {
    const numbers = [...range(20, 60), ...range(70 + JUMP, 130 + JUMP)];
    const { fetch } = ringOf(numbers, 7);
    expect(await numbersBefore(fetch, 131 + JUMP, 4096)).toEqual(numbers);
    expect(await numbersBefore(fetch, 131 + JUMP, 10)).toEqual(range(121 + JUMP, 130 + JUMP));
  });
});
