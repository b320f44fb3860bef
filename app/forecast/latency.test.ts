import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { latencyAnomaly, LEAST_PAST, type ZoneTimes } from './latency.ts';

/** Outer zones are faster: a past around 4 ms in the first zone to 9 ms in the last. */
function disk(zones: number): ZoneTimes[] {
  return Array.from({ length: zones }, (_, zone) => {
    const usual = 4000 + (5000 * zone) / zones;
    return {
      past: Array.from({ length: 20 }, (_unused, index) => usual + ((index * 37) % 11) * 60),
      present: usual + 400,
    };
  });
}

function slowed(zones: readonly ZoneTimes[], which: (zone: number) => boolean, times: number): ZoneTimes[] {
  return zones.map((zone, index) => (which(index) ? { ...zone, present: zone.present * times } : zone));
}

const anyZones = fc.array(
  fc.record({
    past: fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 30 }),
    present: fc.integer({ min: 0, max: 5_000_000 }),
  }),
  { maxLength: 20 },
);

describe('latency against the own past', () => {
  it('finds nothing where inner zones are as slow as they always were', () => {
    const found = latencyAnomaly(disk(16));
    expect(found.everywhere).toBe(false);
    expect(found.score).toBeGreaterThan(0);
    expect(found.score).toBeLessThan(1);
  });

  it('finds the zone that turned slow, though it is still faster than an inner one', () => {
    const found = latencyAnomaly(slowed(disk(16), (zone) => zone === 2, 1.7));
    expect(found.zones.filter(({ score }) => score >= 1).map(({ zone }) => zone)).toEqual([2]);
    expect(found.score).toBeGreaterThanOrEqual(1);
  });

  it('blames no zone when most of the disk turned slow at once', () => {
    expect(latencyAnomaly(slowed(disk(16), (zone) => zone !== 2, 3))).toMatchObject({ everywhere: true, score: 0 });
  });

  it('judges no zone without a past', () => {
    const short = disk(4).map(({ past, present }) => ({ past: past.slice(0, LEAST_PAST - 1), present }));
    expect(latencyAnomaly(short)).toEqual({ zones: [], score: null, everywhere: false });
  });

  it('has its fence at the third quartile and two distances of the quartiles', () => {
    const past = [100, 200, 300, 400, 500, 600, 700, 800, 900];
    const [zone] = latencyAnomaly([{ past, present: 1500 }]).zones;
    // Quartiles 300 and 700; median distance 200: 3 robust deviations are 889.56.
    expect(zone).toMatchObject({ medianUs: 500, madUs: 200, fenceUs: 1500, score: 1 });
  });

  it('is not alarmed by one outlier of the past, nor blinded by it', () => {
    const past = [...Array.from({ length: 19 }, (_, index) => 5000 + index), 900_000];
    const [calm] = latencyAnomaly([{ past, present: 5400 }]).zones;
    const [slow] = latencyAnomaly([{ past, present: 12_000 }]).zones;
    expect(calm?.score).toBeLessThan(1);
    expect(slow?.score).toBeGreaterThan(1);
  });

  it('gives every zone a finite score that rises with the present', () => {
    fc.assert(
      fc.property(anyZones, fc.nat(5_000_000), (zones, more) => {
        const before = latencyAnomaly(zones);
        const after = latencyAnomaly(zones.map(({ past, present }) => ({ past, present: present + more })));
        before.zones.forEach(({ score }, index) => {
          expect(Number.isFinite(score)).toBe(true);
          expect(after.zones[index]?.score).toBeGreaterThanOrEqual(score);
        });
      }),
    );
  });
});
