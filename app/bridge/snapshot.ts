import * as z from 'zod';

import { alertsViewSchema } from '../alerts/schema.ts';
import { blockDeviceSchema, deviceRefSchema } from '../domain/block-device.ts';
import { kernelViewSchema } from '../domain/kernel-message.ts';
import { machineReportSchema } from '../domain/machine.ts';
import { stepProgressSchema } from '../domain/plan.ts';
import { smartViewSchema } from '../domain/smart.ts';
import { protectedDeviceSchema, targetEventSchema, targetStatusSchema } from '../domain/target.ts';
import { countSchema } from '../domain/units.ts';
import { targetForecastSchema } from '../forecast/output.ts';
import { errorDataSchema } from '../errors.ts';
import { historyHealthSchema } from '../history/schema.ts';
import { labStateSchema } from './lab.ts';

export const connectionIdSchema = z.enum(['local', 'lab']);
export type ConnectionId = z.infer<typeof connectionIdSchema>;

/** One line of what is being done while a connection opens, in words. */
export const openingStepSchema = z.strictObject({
  text: z.string().max(500),
  state: z.enum(['running', 'done', 'failed']),
});

export const connectionPhaseSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('closed') }),
  z.strictObject({ state: z.literal('opening'), steps: z.array(openingStepSchema) }),
  z.strictObject({
    state: z.literal('open'),
    helperVersion: z.string().max(64),
    /** Why the last look failed: what is shown is from before. Absent when it did not. */
    trouble: errorDataSchema.optional(),
  }),
  /** Opening failed, or it was lost; what was last heard stays in the snapshot, marked stale by this state. */
  z.strictObject({ state: z.literal('failed'), error: errorDataSchema }),
]);
export type ConnectionPhase = z.infer<typeof connectionPhaseSchema>;

/** One point of a device's chart over time. */
export const sampleSchema = z.strictObject({
  /** Unix time in milliseconds. */
  milliseconds: countSchema,
  moved: countSchema,
  pending: countSchema,
  spareFree: countSchema,
  readErrors: countSchema,
  writeErrors: countSchema,
});
export type Sample = z.infer<typeof sampleSchema>;

/** Events kept in the snapshot for each device; older ones are asked for with `target.events`. */
export const RECENT_EVENTS = 200;
/** Points kept for the chart; older ones are thinned to every second point when it is full. */
export const MAX_SAMPLES = 600;

export const targetViewSchema = z.strictObject({
  device: protectedDeviceSchema,
  status: targetStatusSchema,
  /** When the status was last heard, Unix time in milliseconds. */
  heard: countSchema,
  /** Newest last. */
  events: z.array(targetEventSchema).max(RECENT_EVENTS),
  samples: z.array(sampleSchema).max(MAX_SAMPLES),
  /** Raised whenever a row of the remap table may have changed: ask for the visible rows again. */
  remapsRevision: countSchema,
  /** null until it was made for the first time. */
  forecast: targetForecastSchema.nullable(),
});
export type TargetView = z.infer<typeof targetViewSchema>;

export const connectionSchema = z.strictObject({
  id: connectionIdSchema,
  title: z.string().max(128),
  phase: connectionPhaseSchema,
  machine: machineReportSchema.nullable(),
  devices: z.array(blockDeviceSchema),
  targets: z.array(targetViewSchema),
  /** What the disks tell of their own health, by devno of the whole disk. */
  smart: z.record(deviceRefSchema.shape.devno, smartViewSchema),
  kernel: kernelViewSchema,
  /** Steps of the plan being applied, null when none is. */
  applying: z.array(stepProgressSchema).nullable(),
  history: historyHealthSchema,
  alerts: alertsViewSchema,
  /** Present on the lab's connection only. */
  lab: labStateSchema.nullable(),
});
export type Connection = z.infer<typeof connectionSchema>;

export const snapshotSchema = z.strictObject({
  app: z.strictObject({ version: z.string().max(64), host: z.enum(['electron', 'web']) }),
  connections: z.array(connectionSchema),
});
export type Snapshot = z.infer<typeof snapshotSchema>;
