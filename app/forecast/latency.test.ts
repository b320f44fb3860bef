import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { latencyAnomaly, LEAST_PAST, type ZoneTimes } from './latency.ts';

const LOOKS = 20;

/** Outer zones are faster: around 4 ms in the first zone to 9 ms in the last, each look a little different. */
function usual(zone: number, look: number): number {
  return (4000 + 300 * zone) * (1 + (((look * 37 + zone * 11) % 13) - 6) / 100);
}

/** A disk of 16 zones whose times are changed by `factor`; the newest look has the number {@link LOOKS}. */
function disk(factor: (zone: number, look: number) => number = () => 1): ZoneTimes[] {
  return Array.from({ length: 16 }, (_, zone) => {
    const times = Array.from({ length: LOOKS + 1 }, (_unused, look) => usual(zone, look) * factor(zone, look));
    return { past: times.slice(0, LOOKS), present: times[LOOKS] ?? 0 };
  });
}

function slowZones(zones: readonly ZoneTimes[]): number[] {
  return latencyAnomaly(zones).zones.flatMap(({ zone, score }) => (score >= 1 ? [zone] : []));
}

const anyTime = fc.integer({ min: 0, max: 5_000_000 });
const anyZones = fc.array(fc.record({ past: fc.array(anyTime, { maxLength: 30 }), present: anyTime }), {
  maxLength: 20,
});

describe('latency against the own past', () => {
  it('finds nothing where inner zones are as slow as they always were', () => {
    const found = latencyAnomaly(disk());
    expect(found.zones).toHaveLength(16);
    expect(found.score).toBeLessThan(1);
  });

  it('finds the zone that turned slow, though it is still faster than an inner one', () => {
    const zones = disk((zone, look) => (zone === 2 && look >= LOOKS - 1 ? 1.7 : 1));
    expect(zones[2]?.present).toBeLessThan(zones[15]?.present ?? 0);
    expect(slowZones(zones)).toEqual([2]);
    expect(latencyAnomaly(zones).zones[2]?.medianUs).toBeCloseTo(4600, -2);
  });

  it('tells no times apart that are below a tenth of a millisecond', () => {
    const small = (from: number, to: number): ZoneTimes[] =>
      disk().map((times, zone) => ({
        past: [...times.past.slice(0, -1).map(() => 10), zone === 2 ? to : 10],
        present: zone === 2 ? to : from,
      }));
    expect(slowZones(small(10, 90))).toEqual([]);
    expect(slowZones(small(10, 900))).toEqual([2]);
  });

  it('waits for a second look', () => {
    expect(slowZones(disk((zone, look) => (zone === 2 && look === LOOKS ? 9 : 1)))).toEqual([]);
    expect(slowZones(disk((zone, look) => (zone === 2 && look === LOOKS - 1 ? 9 : 1)))).toEqual([]);
  });

  it('blames no zone when most of the disk turned slow at once, and still finds the one that did more', () => {
    const heat = (_zone: number, look: number): number => (look >= LOOKS - 1 ? 3 : 1);
    expect(slowZones(disk(heat))).toEqual([]);
    expect(slowZones(disk((zone, look) => heat(zone, look) * (zone === 5 && look >= LOOKS - 1 ? 1.7 : 1)))).toEqual([
      5,
    ]);
  });

  it('asks for more than what other zones of the disk once did by themselves', () => {
    const before = (zone: number, look: number): number => (zone === 12 && (look === 7 || look === 8) ? 2.5 : 1);
    const now = (times: number) => (zone: number, look: number) =>
      before(zone, look) * (zone === 2 && look >= LOOKS - 1 ? times : 1);
    expect(slowZones(disk(now(2)))).toEqual([]);
    expect(slowZones(disk(now(4)))).toEqual([2]);
    // A neighbour's past may be the same weak place.
    const near = (zone: number, look: number): number => {
      if (zone === 3 && (look === 7 || look === 8)) return 3;
      return zone === 2 && look >= LOOKS - 1 ? 2 : 1;
    };
    expect(slowZones(disk(near))).toEqual([2]);
  });

  it('has its fence at the third quartile and two distances of the quartiles, of logarithms', () => {
    const past = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((step) => 1000 * Math.exp(step / 10));
    // Usual 0.4, quartiles 0.2 and 0.6: the fence is at 1.4; three robust deviations are 0.89 above 0.4.
    const [zone] = latencyAnomaly([{ past: [...past, 1000 * Math.exp(2.4)], present: 1000 * Math.exp(1.9) }]).zones;
    expect(zone?.score).toBeCloseTo(1.5, 10);
    expect(zone?.medianUs).toBeCloseTo(1000 * Math.exp(0.4), 6);
  });

  it('judges no zone without a past', () => {
    const short = disk().map(({ past, present }) => ({ past: past.slice(0, LEAST_PAST - 1), present }));
    expect(latencyAnomaly(short)).toEqual({ zones: [], score: null });
    expect(latencyAnomaly([])).toEqual({ zones: [], score: null });
  });

  it('is not alarmed by one outlier of the past, nor blinded by it', () => {
    const past = [...Array.from({ length: 19 }, (_, index) => 5000 + index), 900_000];
    const [calm] = latencyAnomaly([{ past: [...past, 5400], present: 5400 }]).zones;
    const [slow] = latencyAnomaly([{ past: [...past, 12_000], present: 12_000 }]).zones;
    expect(calm?.score).toBeLessThan(1);
    expect(slow?.score).toBeGreaterThan(1);
  });

  it('gives every zone a finite score that does not fall when its present rises', () => {
    fc.assert(
      fc.property(anyZones, fc.nat(19), fc.nat(5_000_000), (zones, which, more) => {
        const before = latencyAnomaly(zones).zones;
        const slower = zones.map((one, zone) => (zone === which ? { ...one, present: one.present + more } : one));
        const after = latencyAnomaly(slower).zones;
        before.forEach(({ zone, score }, index) => {
          expect(Number.isFinite(score)).toBe(true);
          if (zone === which) expect(after[index]?.score).toBeGreaterThanOrEqual(score - 1e-9);
        });
      }),
    );
  });
});
