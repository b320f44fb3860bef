import * as z from 'zod';

import { countSchema } from '../domain/units.ts';

/** Counters of damage that are remembered of a drive: ATA attributes by their number, NVMe's and SCSI's by their names. */
export const counterNames = ['5', '10', '187', '196', '197', '198', '199', 'media_errors', 'grown_defects'] as const;
export const counterNameSchema = z.enum(counterNames);
export type CounterName = z.infer<typeof counterNameSchema>;

/** Changes of one counter in an answer at most; the newest are told. */
export const MAX_CHANGES = 1000;

export const counterHistorySchema = z.strictObject({
  name: counterNameSchema,
  /** Each value where it differs from the one before, when it was seen first (Unix milliseconds), in that order. */
  changes: z
    .array(z.strictObject({ milliseconds: countSchema, value: countSchema }))
    .min(1)
    .max(MAX_CHANGES),
});
export type CounterHistory = z.infer<typeof counterHistorySchema>;

/** Only counters of which something is kept. */
export const countersSchema = z.array(counterHistorySchema).max(counterNames.length);

/** The value that a counter had at a moment, as far as it was seen; null before it was seen first. */
export function valueAt({ changes }: CounterHistory, milliseconds: number): number | null {
  return changes.findLast((change) => change.milliseconds <= milliseconds)?.value ?? null;
}
