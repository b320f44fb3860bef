import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { HealthCell } from '../../../app/domain/target.ts';
import type { FetchHealth } from './range.ts';
import { classOf } from './cells.ts';
import { codeIn, speedLayer } from './layer.ts';
import { blocksIn, blocksOfClass, findBlock } from './walk.ts';

/** A disk where `pending` cannot be read, `soft` are weak and everything below `read` was read. */
function disk(pending: readonly number[], soft: readonly number[] = [], read = Number.MAX_SAFE_INTEGER) {
  const asked: number[] = [];
  const fetch: FetchHealth = (first, count, cells) => {
    asked.push(count);
    const per = count / cells;
    const inside = (blocks: readonly number[], from: number) =>
      blocks.filter((block) => block >= from && block < from + per).length;
    const told: HealthCell[] = [];
    const interesting = new Set([...pending, ...soft].map((block) => Math.floor((block - first) / per)));
    for (const cell of interesting) {
      if (cell < 0 || cell >= cells) continue;
      const from = first + cell * per;
      told.push({
        cell,
        scannedBlocks: Math.max(0, Math.min(per, read - from)),
        mapped: 0,
        pending: inside(pending, from),
        soft: inside(soft, from),
        slow: 0,
        averageLatencyUs: 0,
        worstLatencyUs: 0,
        risk: 0,
        confidence: 0,
      });
    }
    return Promise.resolve(told);
  };
  return { fetch, asked };
}

describe('findBlock', () => {
  it('finds the first and the last in few requests on a large disk', async () => {
    const { fetch, asked } = disk([1_000_000_007, 3_999_999_999]);
    const range = { first: 0, end: 4_000_000_000 };
    expect(await findBlock(fetch, range, blocksIn('pending'), false)).toBe(1_000_000_007);
    expect(await findBlock(fetch, range, blocksIn('pending'), true)).toBe(3_999_999_999);
    expect(asked.length).toBeLessThan(12);
  });

  it('agrees with looking at every block', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 99_999 }), { maxLength: 8 }),
        fc.integer({ min: 0, max: 99_999 }),
        async (pending, from) => {
          const { fetch } = disk(pending);
          const next = pending.filter((block) => block >= from);
          const before = pending.filter((block) => block < from);
          expect(await findBlock(fetch, { first: from, end: 100_000 }, blocksIn('problem'), false)).toBe(
            next.length === 0 ? null : Math.min(...next),
          );
          expect(await findBlock(fetch, { first: 0, end: from }, blocksIn('problem'), true)).toBe(
            before.length === 0 ? null : Math.max(...before),
          );
        },
      ),
    );
  });

  it('walks only the members of the state that is asked for', async () => {
    const { fetch } = disk([10], [20]);
    expect(await findBlock(fetch, { first: 0, end: 100 }, blocksIn('soft'), false)).toBe(20);
    expect(await findBlock(fetch, { first: 0, end: 100 }, blocksIn('slow'), false)).toBeNull();
  });

  it('finds what was not read', async () => {
    const { fetch } = disk([10], [], 11);
    expect(await findBlock(fetch, { first: 10, end: 100 }, blocksIn('unread'), false)).toBe(11);
  });
});

describe('walking a class of a layer', () => {
  const layer = speedLayer('average', 'dm-remap', null);
  const blocks = 128 * 9000;
  /** Each region of 128 blocks has a time of its own; a wider cell has their average, as the kernel tells it. */
  function timed(msOf: (region: number) => number, moved: ReadonlySet<number>) {
    let asked = 0;
    const fetch: FetchHealth = (first, count, cells) => {
      asked += 1;
      const per = count / cells;
      return Promise.resolve(
        Array.from({ length: cells }, (_, cell) => {
          const from = first + cell * per;
          const regions = Array.from(
            { length: Math.floor((from + per - 1) / 128) - Math.floor(from / 128) + 1 },
            (__, at) => Math.floor(from / 128) + at,
          );
          const averageLatencyUs = (regions.reduce((sum, region) => sum + msOf(region), 0) / regions.length) * 1000;
          const mapped = per === 1 && moved.has(from) ? 1 : 0;
          const none = { pending: 0, soft: 0, slow: 0, risk: 0, confidence: 0 };
          return { cell, scannedBlocks: per, mapped, ...none, averageLatencyUs, worstLatencyUs: averageLatencyUs };
        }),
      );
    };
    return { fetch, asked: () => asked };
  }

  it('finds the one region of it on either way, from the middle of another one', async () => {
    const { fetch, asked } = timed((region) => (region === 7777 ? 200 : 1), new Set());
    const wanted = blocksOfClass(layer, 4, blocks);
    expect(await findBlock(fetch, { first: 77, end: blocks }, wanted, false)).toBe(7777 * 128);
    expect(await findBlock(fetch, { first: 0, end: blocks - 77 }, wanted, true)).toBe(7777 * 128 + 127);
    expect(asked()).toBeLessThan(16);
  });

  it('passes over blocks that are not good, and finds none of a class that only an average of regions is in', async () => {
    const { fetch } = timed((region) => (region % 2 === 0 ? 1 : 1000), new Set([128]));
    expect(await findBlock(fetch, { first: 100, end: blocks }, blocksOfClass(layer, 5, blocks), false)).toBe(129);
    expect(await findBlock(fetch, { first: 0, end: blocks }, blocksOfClass(layer, 4, blocks), false)).toBeNull();
  });

  it('agrees with the code that is drawn', async () => {
    const { fetch } = timed(() => 20, new Set());
    const [cell] = await fetch(0, 1, 1);
    expect(classOf(codeIn(layer, cell, 0, 1))).toBe(2);
    expect(await findBlock(fetch, { first: 5, end: blocks }, blocksOfClass(layer, 2, blocks), false)).toBe(5);
  });
});
