import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { likeliestIn, nextPredicted, predictedCells, predictedIn } from './predicted.ts';
import { blocksPerCell } from './view.ts';

const ranges = [
  { first: 10, count: 5, probability: 0.5 },
  { first: 40, count: 30, probability: 0.25 },
];

describe('predicted cells', () => {
  it('are those of the window that hold a predicted block', () => {
    fc.assert(
      fc.property(
        fc.nat(90),
        fc.integer({ min: -2, max: 4 }),
        fc.integer({ min: 1, max: 60 }),
        (first, level, cells) => {
          const per = blocksPerCell(level);
          const view = { first: Math.floor(first / per) * per, level };
          const drawn = new Array<boolean>(cells).fill(false);
          for (const { from, to } of predictedCells(ranges, view, cells)) {
            expect(drawn.slice(from, to)).not.toContain(true);
            drawn.fill(true, from, to);
          }
          const wanted = drawn.map((_, cell) => predictedIn(ranges, view.first + cell * per, per) > 0);
          expect(drawn).toEqual(wanted);
        },
      ),
    );
  });

  it('are counted in blocks', () => {
    expect([predictedIn(ranges, 0, 100), predictedIn(ranges, 12, 30), predictedIn(ranges, 20, 10)]).toEqual([35, 5, 0]);
  });

  it('have the highest probability of what they hold', () => {
    expect([likeliestIn(ranges, 0, 100), likeliestIn(ranges, 15, 40), likeliestIn(ranges, 15, 25)]).toEqual([
      0.5, 0.25, 0,
    ]);
  });

  it('are walked place by place, both ways', () => {
    expect(nextPredicted(ranges, { first: 0, end: 100 }, false)).toBe(10);
    expect(nextPredicted(ranges, { first: 11, end: 100 }, false)).toBe(40);
    expect(nextPredicted(ranges, { first: 0, end: 40 }, true)).toBe(10);
    expect(nextPredicted(ranges, { first: 41, end: 100 }, false)).toBeNull();
  });
});
