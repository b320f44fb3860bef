import * as z from 'zod';

import { featureNames, type Features } from './features.ts';

/** A logistic regression: each feature less its mean, in standard deviations, times its weight. */
export const speedModelSchema = z.strictObject({
  /** Seed and disks of each kind that it was trained with. */
  seed: z.number().int(),
  disks: z.number().int(),
  bias: z.number(),
  features: z
    .array(
      z.strictObject({
        name: z.enum(featureNames),
        mean: z.number(),
        deviation: z.number().positive(),
        weight: z.number(),
      }),
    )
    .length(featureNames.length)
    .refine((all) => all.every(({ name }, at) => name === featureNames[at]), 'features stand in their order'),
});
export type SpeedModel = z.infer<typeof speedModelSchema>;

/** Logarithm of the odds that a zone is about to fail; only its order means something. */
export function oddsOf({ bias, features }: SpeedModel, seen: Features): number {
  return features.reduce(
    (sum, { mean, deviation, weight }, at) => sum + (weight * ((seen[at] ?? 0) - mean)) / deviation,
    bias,
  );
}
