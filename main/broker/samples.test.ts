import { expect, it } from 'vitest';

import { MAX_SAMPLES, type Sample } from '../../app/bridge/snapshot.ts';
import { SampleSeries } from './samples.ts';

function sample(milliseconds: number): Sample {
  return { milliseconds, moved: milliseconds, pending: 0, spareFree: 0, readErrors: 0, writeErrors: 0 };
}

it('keeps the newest point, the first one, and never more than fit, evenly spaced', () => {
  const series = new SampleSeries();
  const samples: Sample[] = [];
  for (let at = 0; at <= 5_000_000; at += 100) {
    series.add(samples, sample(at));
    expect(samples.length).toBeLessThanOrEqual(MAX_SAMPLES);
    expect(samples.at(-1)?.milliseconds).toBe(at);
  }
  const gaps = samples.slice(1, -1).map((point, index) => point.milliseconds - (samples[index]?.milliseconds ?? 0));
  expect(samples.length).toBeGreaterThan(MAX_SAMPLES / 4);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(4 * Math.min(...gaps));
});

it('begins anew when the clock was set back, instead of standing still until it has caught up', () => {
  const series = new SampleSeries();
  const samples: Sample[] = [];
  for (const at of [10_000, 20_000, 30_000, 5_000, 6_000, 7_000]) series.add(samples, sample(at));
  expect(samples.map(({ milliseconds }) => milliseconds)).toEqual([5_000, 6_000, 7_000]);
});
