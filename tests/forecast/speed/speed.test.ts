import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { latencyAnomaly } from '../../../app/forecast/latency.ts';
import { featureNames, featuresOf } from './features.ts';
import { compare, judgeSpeed, thresholdOf, type Scored } from './judge.ts';
import { speedKinds, type SpeedKind } from './kinds.ts';
import { FIRST_LOOK, parts, seeDisk, seedOf } from './look.ts';
import { oddsOf, speedModelSchema, type SpeedModel } from './model.ts';
import { plainScores } from './plain.ts';
import { LOOKS, makeSpeedTrace } from './trace.ts';

function firstKind(): SpeedKind {
  const [first] = speedKinds;
  if (first === undefined) throw new Error('no kinds');
  return first;
}
const hardDisk = firstKind();

/** The first disk of the kind that has a weak place, or has none. */
function diskThat(hasWeak: boolean) {
  for (let seed = 0; ; seed += 1) {
    const trace = makeSpeedTrace(hardDisk, seed);
    if ((trace.weak !== null) === hasWeak) return { trace, seed };
  }
}

describe('made-up times of zones', () => {
  it('are the same for the same seed and others for another', () => {
    const [first, again, other] = [3, 3, 4].map((seed) => JSON.stringify(makeSpeedTrace(hardDisk, seed)));
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('rise from the beginning of a hard disk to its end as its slope says', () => {
    const { looks } = diskThat(false).trace;
    const median = (zone: number): number => looks.map((row) => row[zone] ?? 0).sort((a, b) => a - b)[LOOKS / 2] ?? 0;
    expect(median(127) / median(0)).toBeCloseTo(hardDisk.slope, 1);
  });

  it('grow in a weak place up to its first error, and nowhere else for that reason', () => {
    const { looks, weak } = diskThat(true).trace;
    if (weak === null) throw new Error('no weak place');
    const [zone = 0] = weak.zones;
    const before = looks[weak.from - 1]?.[zone] ?? 0;
    expect((looks[weak.fails - 1]?.[zone] ?? 0) / before).toBeGreaterThan(1.5);
    const far = (zone + 64) % 128;
    expect((looks[weak.fails - 1]?.[far] ?? 0) / (looks[weak.from - 1]?.[far] ?? 1)).toBeLessThan(1.5);
  });

  it('have seeds for training, choosing and judging that never meet, and one kind that is not trained with', () => {
    const seeds = parts.flatMap((part) =>
      speedKinds.flatMap((kind) => [0, 999_999].map((index) => seedOf(part, kind, 1, index))),
    );
    expect(new Set(seeds).size).toBe(seeds.length);
    const sorted = [...seeds].sort((a, b) => a - b);
    // Each range of a part and kind ends before the next begins.
    expect(sorted).toEqual(seeds);
    expect(speedKinds.filter(({ heldOut }) => heldOut)).toHaveLength(1);
  });

  it('are looked at up to the first error, and told weak from the first retry on', () => {
    const { trace, seed } = diskThat(true);
    const { looks } = seeDisk(hardDisk, seed);
    const weak = trace.weak;
    if (weak === null) throw new Error('no weak place');
    expect(looks).toHaveLength(weak.fails - FIRST_LOOK);
    const told = looks.flatMap((zones, look) =>
      zones.flatMap(({ weak: is, zone }) => (is ? [[look + FIRST_LOOK, zone]] : [])),
    );
    expect(told[0]).toEqual([weak.from, weak.zones[0]]);
    expect(told).toHaveLength((weak.fails - weak.from) * weak.zones.length);
  });
});

describe('one look alone', () => {
  it('is above its fence at once, and blames nobody when most of the disk is', () => {
    const past = [100, 200, 300, 400, 500, 600, 700, 800, 900];
    // Quartiles 300 and 700: the fence is at 1500.
    expect(
      plainScores([
        { past, present: 1500 },
        { past, present: 500 },
        { past, present: 400 },
      ]),
    ).toEqual([1, 0, 0]);
    expect(
      plainScores([
        { past, present: 1500 },
        { past, present: 1600 },
        { past, present: 400 },
      ]),
    ).toEqual([0, 0, 0]);
  });
});

describe('the learned model', () => {
  const model: SpeedModel = speedModelSchema.parse(
    JSON.parse(readFileSync(join(import.meta.dirname, 'weights.json'), 'utf8')),
  );

  it('never takes a zone for sounder because it is slower', () => {
    const { looks } = diskThat(true).trace;
    const zones = Array.from({ length: 128 }, (_, zone) => ({
      past: looks.slice(0, 40).map((row) => row[zone] ?? 0),
      present: looks[40]?.[zone] ?? 0,
    }));
    const odds = [1, 1.1, 1.3, 2, 5, 50].map((times) => {
      const changed = zones.map((one, zone) => (zone === 9 ? { ...one, present: one.present * times } : one));
      return oddsOf(model, featuresOf(changed, latencyAnomaly(changed))[9] ?? []);
    });
    expect([...odds].sort((a, b) => a - b)).toEqual(odds);
    expect(odds.at(-1)).toBeGreaterThan((odds[0] ?? 0) + 1);
  });

  it('is refused when a weight is missing or stands in another place', () => {
    expect(model.features.map(({ name }) => name)).toEqual(featureNames);
    const { features } = model;
    expect(speedModelSchema.safeParse({ ...model, features: features.slice(1) }).success).toBe(false);
    expect(speedModelSchema.safeParse({ ...model, features: [...features].reverse() }).success).toBe(false);
  });
});

describe('the judgement', () => {
  const scored = (well: number[], rising: number[] | null): Scored => ({
    well,
    rising,
    weakZones: rising ?? [],
    otherZones: Float32Array.from(well),
  });

  it('chooses the threshold that one look in a hundred passes', () => {
    const disk = scored(
      Array.from({ length: 200 }, (_, index) => index),
      null,
    );
    expect(thresholdOf([disk])).toBe(197);
    expect(judgeSpeed([disk], 197).falseAlarms).toBe(0.01);
  });

  it('counts disks found, the lead of their first alarm, and alarms for the wrong zones', () => {
    const disks = [scored([0, 9], [0, 9, 0, 9]), scored([0, 0], [1, 1]), scored([0, 0], null)];
    expect(judgeSpeed(disks, 5)).toEqual({ falseAlarms: 1 / 6, precision: 2 / 3, recall: 0.5, leadDays: 21 });
  });

  it('finds no difference between two ways that are one, and a sure one where it is large', () => {
    const good = Array.from({ length: 40 }, (_, index) => scored([0, index % 2], [9]));
    const bad = good.map(({ well }) => scored([...well], [0]));
    expect(compare(good, good, 50, 1)).toEqual({ one: 1, other: 1, low: 0, high: 0 });
    expect(compare(good, bad, 50, 1)).toEqual({ one: 1, other: 0, low: 1, high: 1 });
  });
});
