import * as z from 'zod';

import { countSchema } from '../domain/units.ts';

/** The forecast speaks of this many days. */
export const HORIZON_DAYS = 60;

/** Least to worst. `unknown` says that the drive's own counters are not known and nothing bad was seen. */
export const verdicts = ['unknown', 'none', 'watch', 'plan', 'soon', 'failing'] as const;
export const forecastVerdictSchema = z.enum(verdicts);
export type ForecastVerdict = z.infer<typeof forecastVerdictSchema>;

/** Families of terms that measure one fault, so that only the largest of a family counts. */
export const termFamilySchema = z.enum(['drive', 'media', 'flash', 'mechanics', 'wear', 'latency', 'cooling', 'link']);
export type TermFamily = z.infer<typeof termFamilySchema>;

const ratioSchema = z.number().min(1);
const probabilitySchema = z.number().min(0).max(1);

/** A number with the band it may lie in: `low` ≤ `point` ≤ `high`. */
function spreadSchema(part: z.ZodNumber) {
  return z
    .strictObject({ low: part, point: part, high: part })
    .refine(({ low, point, high }) => low <= point && point <= high, 'the point lies in its band');
}

export const forecastTermSchema = z.strictObject({
  id: z.string().max(64),
  family: termFamilySchema,
  /** How many times as often drives with this failed; null where no study says, and for what is no risk. */
  ratio: spreadSchema(ratioSchema).nullable(),
  /** Few failures stand behind the ratio. */
  weak: z.boolean(),
  /** The largest of its family: this one is in the number. */
  decides: z.boolean(),
  sentence: z.string().max(400),
  source: z.string().max(200),
  /** What stands behind the sentence, and how often it is wrong. */
  evidence: z.string().max(400),
});
export type ForecastTerm = z.infer<typeof forecastTermSchema>;

export const forecastSchema = z.strictObject({
  verdict: forecastVerdictSchema,
  /** That the disk fails within {@link HORIZON_DAYS}, from its counters. */
  probability: spreadSchema(probabilitySchema),
  /** False when the drive says that it is failing: that goes before any number, and none is shown. */
  numberHolds: z.boolean(),
  sentence: z.string().max(400),
  advice: z.string().max(400),
  /** What says the most first; a drive's own FAILED before everything. */
  terms: z.array(forecastTermSchema).max(40),
  /** Counters that are known and zero. */
  clean: z.array(z.string().max(100)).max(40),
  /** What is not known and would matter. */
  missing: z.array(z.string().max(200)).max(40),
  /** What such a forecast cannot know; shown wherever the number is. */
  limits: z.array(z.string().max(400)).max(8),
});
export type Forecast = z.infer<typeof forecastSchema>;

export const predictedRangeSchema = z.strictObject({
  first: countSchema,
  count: countSchema,
  /** That at least one more block near the trouble it was made from fails. */
  probability: probabilitySchema,
});
export type PredictedRange = z.infer<typeof predictedRangeSchema>;

/** Ranges in one prediction at most. */
export const MAX_PREDICTED_RANGES = 512;

export const predictedSchema = z.strictObject({
  /** Ascending, apart from each other. */
  ranges: z.array(predictedRangeSchema).max(MAX_PREDICTED_RANGES),
  /** Blocks in `ranges`. */
  blocks: countSchema,
  /** Ranges that were less likely than those listed and found no place. */
  leftOut: countSchema,
  /** Trouble lies all over the disk, so that no place is likelier than another; `ranges` is empty then. */
  everywhere: z.boolean(),
});
export type Predicted = z.infer<typeof predictedSchema>;

/** What a screen shows of a protected device: the forecast of its main disk, and where. */
export const targetForecastSchema = z.strictObject({ disk: forecastSchema, where: predictedSchema });
export type TargetForecast = z.infer<typeof targetForecastSchema>;
