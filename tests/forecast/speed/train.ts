import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Matrix, solve } from 'ml-matrix';
import prettier from 'prettier';

import { countArgument } from '../../suites/arguments.ts';
import { Random } from '../random.ts';
import { featureNames, type Features } from './features.ts';
import { speedKinds } from './kinds.ts';
import { seeDisk, seedOf } from './look.ts';
import { speedModelSchema, type SpeedModel } from './model.ts';

/**
 * Trains the model of slow zones on made-up disks and writes its weights: `node tests/forecast/speed/train.ts [--disks n]
 * [--seed n]`, disks of each kind that is not held out. The same arguments give the same file.
 */

/** Of zones that are well one in so many is taken, and counts as many times. */
const SPARED = 50;
/** Weight of the squares of the weights against the likelihood. */
const RIDGE = 1;
const STEPS = 30;

/** What may count against a zone although it rises, or does not hang on its present time at all. */
const mayFall: ReadonlySet<string> = new Set<(typeof featureNames)[number]>([
  'excess of neighbours',
  'record of the disk',
]);

interface Example {
  readonly features: Features;
  readonly weak: boolean;
  readonly counts: number;
}

function examples(disks: number, seed: number): Example[] {
  const random = new Random(seed);
  return speedKinds
    .filter(({ heldOut }) => !heldOut)
    .flatMap((kind) =>
      Array.from({ length: disks }, (_, index) => seeDisk(kind, seedOf('train', kind, seed, index))).flatMap(
        ({ looks }) =>
          looks.flat().flatMap(({ weak, features }): Example[] => {
            if (weak) return [{ features, weak, counts: 1 }];
            return random.chance(1 / SPARED) ? [{ features, weak, counts: SPARED }] : [];
          }),
      ),
    );
}

interface Row {
  readonly inputs: readonly number[];
  readonly weak: boolean;
  readonly counts: number;
}

/**
 * Logistic regression by Newton's steps, with a ridge on the weights and none on the bias. A feature that rises with the
 * zone's present time and would count against it is left out, the most so first: slower is never better.
 */
function fit(from: readonly Example[], disks: number, seed: number): SpeedModel {
  const total = from.reduce((sum, { counts }) => sum + counts, 0);
  const average = (value: (example: Example) => number): number =>
    from.reduce((sum, one) => sum + one.counts * value(one), 0) / total;
  const scales = featureNames.map((name, at) => {
    const mean = average(({ features }) => features[at] ?? 0);
    const variance = average(({ features }) => ((features[at] ?? 0) - mean) ** 2);
    return { name, mean, deviation: Math.max(1e-6, Math.sqrt(variance)) };
  });
  const rows: Row[] = from.map(({ features, weak, counts }) => ({
    inputs: [1, ...scales.map(({ mean, deviation }, at) => ((features[at] ?? 0) - mean) / deviation)],
    weak,
    counts,
  }));
  const size = featureNames.length + 1;
  const leftOut = new Set<number>();
  let weights = newton(rows, size, leftOut);
  for (;;) {
    const worst = featureNames
      .map((name, at) => ({ at: at + 1, weight: mayFall.has(name) ? 0 : (weights[at + 1] ?? 0) }))
      .reduce((least, one) => (one.weight < least.weight ? one : least));
    if (worst.weight >= 0) break;
    leftOut.add(worst.at);
    weights = newton(rows, size, leftOut);
  }
  const round = (value: number): number => Number(value.toPrecision(6));
  const [bias = 0, ...others] = weights;
  return speedModelSchema.parse({
    seed,
    disks,
    bias: round(bias),
    features: scales.map(({ name, mean, deviation }, at) => ({
      name,
      mean: round(mean),
      deviation: round(deviation),
      weight: round(others[at] ?? 0),
    })),
  });
}

function newton(rows: readonly Row[], size: number, leftOut: ReadonlySet<number>): number[] {
  let weights = Array.from({ length: size }, () => 0);
  for (let step = 0; step < STEPS; step += 1) {
    const gradient = Matrix.zeros(size, 1);
    const curvature = Matrix.zeros(size, size);
    for (let at = 1; at < size; at += 1) {
      gradient.set(at, 0, -RIDGE * (weights[at] ?? 0));
      curvature.set(at, at, RIDGE);
    }
    for (const { inputs, weak, counts } of rows) {
      const odds = inputs.reduce((sum, input, at) => sum + input * (weights[at] ?? 0), 0);
      const said = 1 / (1 + Math.exp(-odds));
      const pull = counts * ((weak ? 1 : 0) - said);
      const bend = counts * Math.max(1e-9, said * (1 - said));
      for (let a = 0; a < size; a += 1) {
        const input = inputs[a] ?? 0;
        gradient.set(a, 0, gradient.get(a, 0) + pull * input);
        for (let b = 0; b < size; b += 1) curvature.set(a, b, curvature.get(a, b) + bend * input * (inputs[b] ?? 0));
      }
    }
    for (const at of leftOut) {
      gradient.set(at, 0, 0);
      for (let other = 0; other < size; other += 1) {
        curvature.set(at, other, at === other ? 1 : 0);
        curvature.set(other, at, at === other ? 1 : 0);
      }
    }
    const change = solve(curvature, gradient).to1DArray();
    weights = weights.map((weight, at) => weight + (change[at] ?? 0));
    if (change.every((one) => Math.abs(one) < 1e-9)) break;
  }
  return weights;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { disks: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' } },
  });
  const disks = countArgument('disks', values.disks);
  const seed = countArgument('seed', values.seed);
  const path = join(import.meta.dirname, 'weights.json');
  const model = fit(examples(disks, seed), disks, seed);
  const text = await prettier.format(JSON.stringify(model), { parser: 'json', printWidth: 120 });
  writeFileSync(path, text);
  console.log(text);
}
