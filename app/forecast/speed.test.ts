import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LEAST_PAST, type ZoneTimes } from './latency.ts';
import { speedOf, speedSchema, zoneCount, ZONES } from './speed.ts';

const past = Array.from({ length: LEAST_PAST }, (_, index) => 1000 + index * 10);

/** Zones whose past is alike up to the newest two looks, at which each took as long as is said. */
function zones(presents: readonly number[]): ZoneTimes[] {
  return presents.map((present) => ({ past: [...past, present], present }));
}

describe('the speed of a disk', () => {
  it('names slow zones by their blocks, neighbours as one place with the numbers of the worse', () => {
    const found = speedOf(zones([1000, 2000, 3000, 1000, 1000, 1000, 1000, 4000]), 1003);
    expect(found?.places).toEqual([
      { firstBlock: 125, blockCount: 251, presentUs: 3000, usualUs: 1035 },
      { firstBlock: 877, blockCount: 126, presentUs: 4000, usualUs: 1035 },
    ]);
    expect(found?.score).toBeGreaterThan(1);
  });

  it('is not known without a past, and names no place when all of it turned slow', () => {
    expect(speedOf([{ past: past.slice(1), present: 9000 }], 10)).toBeNull();
    expect(speedOf(zones([3000, 3000, 3000, 3000, 1000]), 1000)?.places).toEqual([]);
  });

  it('has no more zones than the disk has blocks', () => {
    expect([zoneCount(5), zoneCount(1_000_000)]).toEqual([5, ZONES]);
  });

  it('keeps places ascending and apart, inside the disk, and there is one exactly when the score says so', () => {
    const presents = fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: ZONES });
    fc.assert(
      fc.property(presents, fc.integer({ min: ZONES, max: 10_000_000 }), (some, blocks) => {
        const found = speedOf(zones(some), blocks);
        const { score, places } = speedSchema.parse(found);
        expect(places.length > 0).toBe(score >= 1);
        let end = -1;
        for (const { firstBlock, blockCount, presentUs, usualUs } of places) {
          expect(firstBlock).toBeGreaterThan(end);
          expect(presentUs).toBeGreaterThan(usualUs);
          end = firstBlock + blockCount;
        }
        expect(end).toBeLessThanOrEqual(blocks);
      }),
    );
  });
});
