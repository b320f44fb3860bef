import { describe, expect, it } from 'vitest';

import { labPatternSchema } from '../../../app/bridge/lab.ts';
import { PatternSource, type Run } from './patterns.ts';
import { seededRandom } from './random.ts';

const SECTORS = 524_288;
const patterns = labPatternSchema.options;

function source(pattern: (typeof patterns)[number], seed = 1): PatternSource {
  return new PatternSource(pattern, SECTORS, seededRandom(seed));
}

function spread(runs: readonly Run[]): number {
  const firsts = runs.map(({ first }) => first);
  return Math.max(...firsts) - Math.min(...firsts);
}

describe.each(patterns)('%s', (pattern) => {
  it('gives the same places for the same seed and others for another', () => {
    expect(source(pattern).begin()).toEqual(source(pattern).begin());
    expect(source(pattern).begin()).not.toEqual(source(pattern, 2).begin());
  });

  it('keeps to the disk and leaves its first and last mebibyte alone', () => {
    const aging = source(pattern);
    const runs = [...aging.begin(), ...Array.from({ length: 200 }, () => aging.grow()).flat()];
    expect(Math.min(...runs.map(({ first }) => first))).toBeGreaterThanOrEqual(2_048);
    expect(Math.max(...runs.map(({ first, count }) => first + count))).toBeLessThanOrEqual(SECTORS - 2_048);
    expect(Math.min(...runs.map(({ count }) => count))).toBeGreaterThanOrEqual(1);
  });
});

it('a cluster is narrow, scattered spots are not', () => {
  expect(spread(source('cluster').begin())).toBeLessThan(SECTORS / 32);
  expect(spread(source('scattered').begin())).toBeGreaterThan(SECTORS / 2);
});

it('a growing cluster gets wider, a dying disk dies faster', () => {
  const cluster = source('growing-cluster');
  const early = spread(cluster.begin());
  const late = spread(Array.from({ length: 60 }, () => cluster.grow()).flat());
  expect(late).toBeGreaterThan(early * 2);
  const dying = source('dying-disk');
  dying.begin();
  const counts = Array.from({ length: 40 }, () => dying.grow().length);
  expect(counts.at(-1)).toBeGreaterThan((counts[0] ?? 0) * 3);
  expect([source('scattered').grows, source('cluster').grows, cluster.grows, dying.grows]).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
