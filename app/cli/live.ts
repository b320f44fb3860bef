import * as z from 'zod';

import { blockDeviceSchema } from '../domain/block-device.ts';
import { fileRangeSchema, filesAnswerSchema } from '../domain/files.ts';
import {
  healthCellSchema,
  protectedDeviceSchema,
  remapRowSchema,
  targetEventSchema,
  targetNameSchema,
  targetStatusSchema,
} from '../domain/target.ts';
import { pairSettingsSchema } from '../domain/settings.ts';
import { planSchema } from '../domain/plan.ts';
import { countSchema } from '../domain/units.ts';
import { outputVersionSchema } from './spare.ts';

/** What the verbs of `dm-remap` that speak of this machine print with `--json`: one object, on one line. */

const head = z.strictObject({ version: outputVersionSchema });
const ofPair = head.extend({ name: targetNameSchema });

export const listOutputSchema = head.extend({
  /** Active pairs. */
  targets: z.array(protectedDeviceSchema),
  /** Spares here whose pair is not active. */
  waiting: z.array(blockDeviceSchema),
  /** All block devices, with `--devices`; else left out. */
  devices: z.array(blockDeviceSchema).optional(),
});

export const statusOutputSchema = head.extend({
  targets: z.array(z.strictObject({ name: targetNameSchema, status: targetStatusSchema })),
});

/** With `--watch`: an object a line, as things happen. */
export const watchOutputSchema = z.discriminatedUnion('kind', [
  /** The active pairs, at first and when one appears or goes. */
  head.extend({ kind: z.literal('targets'), names: z.array(targetNameSchema) }),
  head.extend({
    kind: z.literal('changed'),
    name: targetNameSchema,
    status: targetStatusSchema,
    /** Since the last line about this pair. */
    events: z.array(targetEventSchema),
    /** Some events were dropped before they could be read. */
    gap: z.boolean(),
  }),
]);
export type WatchOutput = z.infer<typeof watchOutputSchema>;

export const remapsOutputSchema = ofPair.extend({
  remaps: z.array(remapRowSchema),
  /** Block number to go on from, null at the end. */
  next: countSchema.nullable(),
});

export const healthOutputSchema = ofPair.extend({
  /** Range that the cells divide evenly: cell i begins at firstBlock + i * blockCount / cells, rounded down. */
  firstBlock: countSchema,
  blockCount: countSchema,
  cells: countSchema,
  /** Cells that have something to tell. */
  health: z.array(healthCellSchema),
});

export const setOutputSchema = ofPair.extend({ settings: pairSettingsSchema });

export const filesOutputSchema = ofPair.extend({ ...fileRangeSchema.shape, ...filesAnswerSchema.shape });

export const eventsOutputSchema = ofPair.extend({
  events: z.array(targetEventSchema),
  /** Number to go on after, null at the end. */
  next: countSchema.nullable(),
});

/** What verbs that change something print with `--json` when they are done. */
export const doneOutputSchema = ofPair.extend({
  action: z.enum(['create', 'activate', 'deactivate', 'remove']),
  /** The mapping, null when there is none now. */
  path: z.string().nullable(),
});

/** With `--plan`: what would happen. The token is left out: it is good in the process that planned only. */
export const planOutputSchema = head.extend({ plan: planSchema.omit({ token: true }) });

export const changedOutputSchema = ofPair.extend({ status: targetStatusSchema });

export const importOutputSchema = ofPair.extend({
  /** Blocks that the list speaks of. */
  blocks: countSchema,
  /** Of these, mapped already when the import began. */
  alreadyMapped: countSchema,
  /** True when nothing was to be changed (`--dry-run`). */
  dryRun: z.boolean(),
  /** State afterwards. */
  status: targetStatusSchema,
});
