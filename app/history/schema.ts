import * as z from 'zod';

import { targetEventSchema } from '../domain/target.ts';
import { countSchema } from '../domain/units.ts';
import { errorDataSchema } from '../errors.ts';
import { figureNames, type FigureName } from './figures.ts';

/** Points in one answer at most. */
export const MAX_POINTS = 1000;
/** Events marked on a chart at most; the newest are told. */
export const MAX_MARKS = 500;
/**
 * Without a reading for this long, in milliseconds, the history has a gap: a device that is watched is read at least
 * every {@link READ_EVERY_MS}.
 */
export const GAP_MS = 5 * 60_000;
/** A device whose figures stay as they are is read this often, in milliseconds. */
export const READ_EVERY_MS = 60_000;

/** Least, greatest and last value of a figure within a point. */
const spanSchema = z.tuple([countSchema, countSchema, countSchema]);
export type Span = z.infer<typeof spanSchema>;
const spans = Object.fromEntries(figureNames.map((name) => [name, spanSchema])) as Record<
  FigureName,
  typeof spanSchema
>;

/** One point of a chart: all readings of an interval. Times are Unix time in milliseconds. */
export const historyPointSchema = z.strictObject({
  /** First and last reading in it. */
  from: countSchema,
  to: countSchema,
  readings: countSchema,
  figures: z.strictObject(spans),
});
export type HistoryPoint = z.infer<typeof historyPointSchema>;

export const historyAnswerSchema = z.strictObject({
  /** Oldest and newest reading that is kept of this device, null where there is none. */
  kept: z.strictObject({ from: countSchema, to: countSchema }).nullable(),
  /** Ascending by time. */
  points: z.array(historyPointSchema).max(MAX_POINTS),
  /** Events within the range, ascending by time; what is plain (a setting, a scan) is left out. */
  events: z.array(targetEventSchema).max(MAX_MARKS),
  /** Events of the range that are not among `events` because there are more than fit. */
  eventsLeftOut: countSchema,
  /** Events of this device that the spare's ring had dropped before they could be read, since the history began. */
  eventsLost: countSchema,
  /** Moments within the range at which this computer's clock was set back, by how much, in milliseconds. */
  clockSetBack: z.array(z.strictObject({ at: countSchema, by: countSchema })).max(100),
});
export type HistoryAnswer = z.infer<typeof historyAnswerSchema>;

/** Whether history is being kept for a connection. Whatever its state, everything else goes on. */
export const historyHealthSchema = z.strictObject({
  /** Why nothing is kept at this moment; null while all is well. It is tried again by itself. */
  error: errorDataSchema.nullable(),
  /**
   * Set when the database was damaged: a new one was begun, and the damaged one lies beside it under this name. Its folder
   * is not told, since it names the user.
   */
  setAside: z.strictObject({ milliseconds: countSchema, file: z.string().max(4096) }).nullable(),
});
export type HistoryHealth = z.infer<typeof historyHealthSchema>;

/** Of a connection whose host keeps no history. */
export const historyOff: HistoryHealth = { error: null, setAside: null };
