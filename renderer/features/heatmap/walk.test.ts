import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { HealthCell } from '../../../app/domain/target.ts';
import type { FetchHealth } from './tiles.ts';
import { findBlock } from './walk.ts';

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
    expect(await findBlock(fetch, range, 'pending', false)).toBe(1_000_000_007);
    expect(await findBlock(fetch, range, 'pending', true)).toBe(3_999_999_999);
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
          expect(await findBlock(fetch, { first: from, end: 100_000 }, 'problem', false)).toBe(
            next.length === 0 ? null : Math.min(...next),
          );
          expect(await findBlock(fetch, { first: 0, end: from }, 'problem', true)).toBe(
            before.length === 0 ? null : Math.max(...before),
          );
        },
      ),
    );
  });

  it('walks only the members of the state that is asked for', async () => {
    const { fetch } = disk([10], [20]);
    expect(await findBlock(fetch, { first: 0, end: 100 }, 'soft', false)).toBe(20);
    expect(await findBlock(fetch, { first: 0, end: 100 }, 'slow', false)).toBeNull();
  });

  it('finds what was not read', async () => {
    const { fetch } = disk([10], [], 11);
    expect(await findBlock(fetch, { first: 10, end: 100 }, 'unread', false)).toBe(11);
  });
});
