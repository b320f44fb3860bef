import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { countList, countRows } from './counts.ts';
import { healthCellSchema } from './target.ts';

const names = Object.keys(healthCellSchema.shape);
const good = Object.fromEntries(names.map((name) => [name, 7]));

describe('countRows', () => {
  const quick = countRows(healthCellSchema);
  const slow = z.array(healthCellSchema);

  it('takes what the plain schema takes, and nothing else', () => {
    const odd = fc.oneof(
      fc.integer({ min: -2, max: 102 }),
      fc.constantFrom(Number.MAX_SAFE_INTEGER, 2 ** 53, 0.5, Number.NaN, Infinity, -0, null, undefined, '7', true, {}),
    );
    const row = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...names, 'other', '__proto__'), odd) },
      { weight: 1, arbitrary: fc.constantFrom(null, [], 'x', 7) },
    );
    const rows = fc.array(
      row.map((change) => {
        if (!Array.isArray(change) || change.length === 0) return change;
        // As JSON brings it: a field of any name is the object's own.
        return Object.defineProperty({ ...good }, change[0], {
          value: change[1],
          enumerable: true,
          configurable: true,
        });
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.oneof(rows, fc.anything()), (value) => {
        expect(quick.safeParse(value).success).toBe(slow.safeParse(value).success);
      }),
      { numRuns: 2_000 },
    );
  });

  it('misses no field', () => {
    for (const name of names) {
      const { [name]: _, ...rest } = good;
      expect(quick.safeParse([good, rest]).success).toBe(false);
    }
  });

  it('says which row is wrong and what about it', () => {
    const { error } = quick.safeParse([good, { ...good, risk: 101 }]);
    expect(error?.issues[0]?.message).toMatch(/^row 1: .*100[^]*risk/);
    expect(quick.safeParse('rows').error?.issues[0]?.message).toBe('expected an array');
  });

  it('is made of counts only', () => {
    expect(() => countRows(z.strictObject({ part: z.number().min(0) }))).toThrow('part is no count');
    expect(() => countRows(z.strictObject({ below: z.int().min(-1) }))).toThrow('below is no count');
  });
});

describe('countList', () => {
  it('takes as many counts as it may', () => {
    const list = countList(3);
    expect(list.parse([0, 1, Number.MAX_SAFE_INTEGER])).toHaveLength(3);
    for (const wrong of [[0, 0, 0, 0], [-1], [0.5], ['0'], [null], {}, null]) {
      expect(list.safeParse(wrong).success).toBe(false);
    }
  });
});
