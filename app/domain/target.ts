import * as z from 'zod';

import { countRows } from './counts.ts';
import { pairSettingsSchema } from './settings.ts';
import { countSchema, percentSchema } from './units.ts';

/** Modes of the target, in the words of `dmsetup status`. See kernel/Documentation/dm-remap.rst. */
export const modeSchema = z.enum(['rw', 'spent', 'halted', 'ro', 'fail']);
export type Mode = z.infer<typeof modeSchema>;
export const scanStateSchema = z.enum(['idle', 'running', 'paused', 'off']);

/** The status line, field by field and in its order. Counts are blocks unless the name says otherwise. */
export const targetStatusSchema = z.strictObject({
  mode: modeSchema,
  blockSectors: countSchema,
  spareUsed: countSchema,
  spareTotal: countSchema,
  spareBad: countSchema,
  pending: countSchema,
  partial: countSchema,
  auto: countSchema,
  manual: countSchema,
  proactive: countSchema,
  readErrors: countSchema,
  writeErrors: countSchema,
  softErrors: countSchema,
  slowReads: countSchema,
  metadataGood: countSchema,
  metadataCopies: countSchema,
  scanState: scanStateSchema,
  scanBlock: countSchema,
  scanPasses: countSchema,
  risk: percentSchema,
  confidence: percentSchema,
  lastEvent: countSchema,
});
export type TargetStatus = z.infer<typeof targetStatusSchema>;

export const causeSchema = z.enum(['auto', 'manual', 'proactive']);
export type Cause = z.infer<typeof causeSchema>;

/** One line of the `remaps` message: a block that is mapped to the spare, or pending. */
export const remapRowSchema = z.strictObject({
  block: countSchema,
  spareBlock: countSchema.nullable(),
  state: z.enum(['mapped', 'pending']),
  cause: causeSchema.nullable(),
  /** Hexadecimal; bit n set: sector n of the block lives on the spare. */
  residency: z.string().regex(/^[0-9a-f]{1,32}$/),
  /** Unix time of the mapping or of the first error, in seconds. */
  seconds: countSchema,
});
export type RemapRow = z.infer<typeof remapRowSchema>;

/** One line of the `health` message: a cell that has something to tell. */
export const healthCellSchema = z.strictObject({
  cell: countSchema,
  scannedBlocks: countSchema,
  mapped: countSchema,
  pending: countSchema,
  soft: countSchema,
  slow: countSchema,
  averageLatencyUs: countSchema,
  worstLatencyUs: countSchema,
  risk: percentSchema,
  confidence: percentSchema,
});
export type HealthCell = z.infer<typeof healthCellSchema>;
export const healthCellsSchema = countRows(healthCellSchema);

export const eventTypes = [
  'remap',
  'unmap',
  'pending',
  'recovered',
  'soft',
  'slow',
  'spare_bad',
  'low_spare',
  'spent',
  'halted',
  'continued',
  'metadata_repaired',
  'metadata_failed',
  'scan_start',
  'scan_end',
  'set',
  'activate',
  'deactivate',
] as const;
/** Detail of a `pending` event when the scanner found the block. */
export const FOUND_BY_SCAN = 'scan';

export const targetEventSchema = z.strictObject({
  number: countSchema,
  /** Unix time in milliseconds. */
  milliseconds: countSchema,
  type: z.enum(eventTypes),
  block: countSchema.nullable(),
  spareBlock: countSchema.nullable(),
  detail: z.string().max(256).nullable(),
});
export type TargetEvent = z.infer<typeof targetEventSchema>;

/** Name of a mapping: what follows /dev/mapper/. Narrower than what device-mapper takes, so that it needs no quoting. */
export const targetNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/);

/** A live mapping of ours, from its table line. */
export const protectedDeviceSchema = z.strictObject({
  name: targetNameSchema,
  /** `/dev/mapper/<name>`. */
  path: z.string().max(4096),
  devno: z.string().max(32),
  uuid: z.string().max(64),
  mainId: z.string().max(64).nullable(),
  mainDevno: z.string().max(32),
  spareDevno: z.string().max(32),
  lengthSectors: countSchema,
  blockSectors: countSchema,
  mountedAt: z.array(z.string().max(4096)).max(100),
  suspended: z.boolean(),
  settings: pairSettingsSchema,
  status: targetStatusSchema,
});
export type ProtectedDevice = z.infer<typeof protectedDeviceSchema>;

/** Number of blocks of main, the last partial one counted. */
export function blockCount(device: Pick<ProtectedDevice, 'lengthSectors' | 'blockSectors'>): number {
  return Math.ceil(device.lengthSectors / device.blockSectors);
}
