import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SectorSet, type SectorRange } from './ranges.ts';

const range = fc.record({ first: fc.integer({ min: 0, max: 60 }), count: fc.integer({ min: 1, max: 12 }) });
const step = fc.record({ add: fc.boolean(), range });

function sectorsOf(ranges: readonly SectorRange[]): number[] {
  return ranges.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index));
}

test('agrees with a plain set of sectors after any additions and deletions', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), range, (steps, probe) => {
      const set = new SectorSet();
      const model = new Set<number>();
      for (const { add, range: changed } of steps) {
        if (add) set.add(changed);
        else set.delete(changed);
        for (const sector of sectorsOf([changed])) {
          if (add) model.add(sector);
          else model.delete(sector);
        }
      }
      expect(sectorsOf(set.ranges())).toEqual([...model].sort((a, b) => a - b));
      expect(set.isEmpty).toBe(model.size === 0);
      expect(set.firstIn(probe)).toBe(sectorsOf([probe]).find((sector) => model.has(sector)));
    }),
  );
});
