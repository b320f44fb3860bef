import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DAY_MS, daysSince } from './hazard.ts';
import { predictedSchema } from './output.ts';
import { haloProbability, noTroubles, predictWhere, withTroubles, type Trouble, type Troubles } from './where.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
/** Blocks of 64 KiB: 160 of them to each side. */
const place = { blockSectors: 128, blocks: 12_000 };
const REACH = 160;

function columns(troubles: readonly Trouble[]): Troubles {
  return withTroubles(noTroubles, troubles);
}

const anyTroubles = fc.array(
  fc.record({
    block: fc.nat(place.blocks + 100),
    milliseconds: fc.integer({ min: -2, max: 40 }).map((days) => NOW - days * DAY_MS),
  }),
  { maxLength: 12 },
);

/** The likeliest halo over a block, looked up trouble by trouble. */
function expected(troubles: readonly Trouble[], block: number): number {
  return Math.max(
    0,
    ...troubles
      .filter((trouble) => trouble.block < place.blocks && Math.abs(trouble.block - block) <= REACH)
      .map(({ milliseconds }) => haloProbability(daysSince(milliseconds, NOW))),
  );
}

describe('predicted blocks', () => {
  it('are, block by block, those under the likeliest halo', () => {
    fc.assert(
      fc.property(anyTroubles, (troubles) => {
        const { ranges, blocks, leftOut, everywhere } = predictedSchema.parse(
          predictWhere(columns(troubles), place, NOW),
        );
        const got = new Array<number>(place.blocks).fill(0);
        for (const { first, count, probability } of ranges) got.fill(probability, first, first + count);
        const wanted = got.map((_, block) => expected(troubles, block));
        const under = wanted.filter((probability) => probability > 0).length;
        expect(everywhere).toBe(under > place.blocks / 4);
        if (everywhere) wanted.fill(0);
        expect(got).toEqual(wanted);
        expect(blocks).toBe(wanted.filter((probability) => probability > 0).length);
        expect(leftOut).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('are the same whether troubles come at once or are put between others', () => {
    fc.assert(
      fc.property(anyTroubles, anyTroubles, (some, more) => {
        const { block, milliseconds } = withTroubles(columns(some), more);
        const pairs = Array.from(block, (value, index) => [value, milliseconds[index]] as const);
        const wanted = [...some, ...more].map((one) => [one.block, one.milliseconds] as const);
        expect(pairs.map(([value]) => value)).toEqual(wanted.map(([value]) => value).sort((a, b) => a - b));
        expect(pairs.map(String).sort()).toEqual(wanted.map(String).sort());
      }),
    );
  });

  it('are as likely as not for two weeks, then fade out by day 30', () => {
    expect([0, 14, 15, 22, 29, 30, 400].map(haloProbability)).toEqual([0.5, 0.5, 0.46875, 0.25, 0.03125, 0, 0]);
  });

  it('are none when trouble is all over the disk, and said to be', () => {
    const troubles = Array.from({ length: 12 }, (_, index) => ({ block: index * 1000, milliseconds: NOW }));
    expect(predictWhere(columns(troubles), place, NOW)).toEqual({
      ranges: [],
      blocks: 0,
      leftOut: 0,
      everywhere: true,
    });
  });

  it('are told as few ranges when there are many, the likeliest first', () => {
    const troubles = Array.from({ length: 10 }, (_, index) => ({
      block: index * 400,
      milliseconds: NOW - (index === 3 ? 0 : 20 + index) * DAY_MS,
    }));
    const { ranges, leftOut, blocks } = predictWhere(columns(troubles), { ...place, blocks: 100_000 }, NOW, 2);
    expect(ranges.map(({ first }) => first)).toEqual([0, 1200 - REACH]);
    expect(leftOut).toBe(8);
    expect(blocks).toBe(REACH + 1 + 2 * REACH + 1);
  });

  it('of a million errors, in no order, are told in as many ranges as may be', () => {
    const errors = 1_000_000;
    const troubles = Array.from({ length: errors }, (_, index) => ({
      block: ((index * 7919) % errors) * 24_000,
      milliseconds: NOW - (index % 40) * DAY_MS,
    }));
    const { ranges, leftOut } = predictWhere(columns(troubles), { blockSectors: 8, blocks: errors * 24_000 }, NOW);
    expect(ranges).toHaveLength(512);
    expect(ranges.slice(1).every(({ count, probability }) => count === 5121 && probability === 0.5)).toBe(true);
    // 30 of 40 ages say something.
    expect(leftOut).toBe((errors / 40) * 30 - 512);
  });
});
