import * as z from 'zod';

import { countSchema } from '../domain/units.ts';
import { errorDataSchema } from '../errors.ts';

export const labDiskNameSchema = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);

/** Sectors of a lab disk that fail. */
export const labFaultSchema = z.strictObject({
  firstSector: countSchema,
  sectorCount: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  fails: z.enum(['reads', 'writes', 'both']),
  /** A write makes the sector good again, as on a real drive that reallocates it. Only with `reads`. */
  healOnWrite: z.boolean(),
});
export type LabFault = z.infer<typeof labFaultSchema>;

export const labDiskSchema = z.strictObject({
  name: labDiskNameSchema,
  serial: z.string().max(64),
  sizeSectors: countSchema,
  pulled: z.boolean(),
  /** Merged ranges; only the first {@link MAX_FAULTS_SHOWN} are told, `faultySectors` counts all. */
  faults: z.array(labFaultSchema),
  faultySectors: countSchema,
});
export const MAX_FAULTS_SHOWN = 2000;

export const labWorkloadSchema = z.strictObject({
  state: z.enum(['idle', 'writing', 'verifying', 'stopped']),
  target: z.string().max(64).nullable(),
  writesAcknowledged: countSchema,
  writesFailed: countSchema,
  blocksVerified: countSchema,
  /** Blocks whose contents are not what was last acknowledged. Must stay 0. */
  blocksWrong: countSchema,
  blocksUnreadable: countSchema,
  lastError: errorDataSchema.nullable(),
});
export type LabWorkload = z.infer<typeof labWorkloadSchema>;

export const labStateSchema = z.strictObject({
  power: z.enum(['on', 'off', 'starting']),
  disks: z.array(labDiskSchema),
  workload: labWorkloadSchema,
});
export type LabState = z.infer<typeof labStateSchema>;

/** How the dying disk dies. */
export const labPatternSchema = z.enum(['scattered', 'cluster', 'growing-cluster', 'dying-disk']);

/** What the lab panel may do. The broker takes it only on the lab's connection. */
export const labActionSchema = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('add-faults'),
    disk: labDiskNameSchema,
    faults: z.array(labFaultSchema).max(4096),
  }),
  z.strictObject({
    action: z.literal('add-pattern'),
    disk: labDiskNameSchema,
    pattern: labPatternSchema,
    fails: labFaultSchema.shape.fails,
    healOnWrite: z.boolean(),
    seed: countSchema,
  }),
  z.strictObject({
    action: z.literal('remove-faults'),
    disk: labDiskNameSchema,
    firstSector: countSchema,
    sectorCount: z.number().int().min(1),
  }),
  z.strictObject({ action: z.literal('clear-faults'), disk: labDiskNameSchema }),
  z.strictObject({ action: z.literal('pull'), disk: labDiskNameSchema }),
  z.strictObject({ action: z.literal('plug'), disk: labDiskNameSchema }),
  z.strictObject({ action: z.literal('cut-power') }),
  z.strictObject({ action: z.literal('power-on') }),
  z.strictObject({ action: z.literal('workload-start'), target: z.string().max(64), seed: countSchema }),
  z.strictObject({ action: z.literal('workload-stop') }),
  z.strictObject({ action: z.literal('workload-verify') }),
]);
export type LabAction = z.infer<typeof labActionSchema>;
