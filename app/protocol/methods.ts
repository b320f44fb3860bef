import * as z from 'zod';

import { blockDeviceSchema, deviceRefSchema } from '../domain/block-device.ts';
import { fileRangesSchema, filesAnswerSchema } from '../domain/files.ts';
import { kernelLogStateSchema, kernelMessageSchema, MAX_KERNEL_MESSAGES } from '../domain/kernel-message.ts';
import { machineReportSchema } from '../domain/machine.ts';
import { MAX_REGIONS, regionPageSchema } from '../domain/region.ts';
import { isScanOrder, RANGE_WITHOUT_START, scanDoingSchema, scanOrder } from '../domain/scan.ts';
import { intentSchema, planSchema, stepProgressSchema } from '../domain/plan.ts';
import { pairSettingsSchema, settingsChangeSchema } from '../domain/settings.ts';
import { selfTestKindSchema, smartReadingSchema } from '../domain/smart.ts';
import {
  healthCellsSchema,
  protectedDeviceSchema,
  remapRowSchema,
  targetEventSchema,
  targetNameSchema,
  targetStatusSchema,
} from '../domain/target.ts';
import { countSchema } from '../domain/units.ts';

/** Raised with every change that an older peer would not understand. Both sides must speak the same. */
export const PROTOCOL_VERSION = 1;

/** Rows of `remaps` and `events` in one answer at most, so that an answer stays under the frame limit. */
export const MAX_ROWS = 4096;
/** Cells of `health` in one answer at most. */
export const MAX_CELLS = 4096;

const empty = z.strictObject({});
const named = z.strictObject({ name: targetNameSchema });

/**
 * The helper's verbs: the one place where they are written. Both sides check what they send and receive against it and
 * take their types from it. No verb takes a command, a program name or a path.
 */
export const methods = {
  /** First call on every stream; anything before it is refused with `not-initialised`. */
  init: {
    params: z.strictObject({
      protocol: countSchema,
      client: z.strictObject({ name: z.string().max(64), version: z.string().max(64) }),
    }),
    result: z.strictObject({
      protocol: countSchema,
      helper: z.strictObject({ version: z.string().max(64), pid: countSchema, uid: countSchema }),
      capabilities: z.array(z.string().max(64)),
    }),
  },
  'machine.inspect': { params: empty, result: machineReportSchema },
  /**
   * Every block device here. With `keep`, contents that were read for the list before are told as they were then, of disks to
   * which nothing was written since: one that sleeps is not woken.
   */
  'devices.list': {
    params: z.strictObject({ keep: z.boolean().optional() }),
    result: z.strictObject({ devices: z.array(blockDeviceSchema) }),
  },
  'targets.list': { params: empty, result: z.strictObject({ targets: z.array(protectedDeviceSchema) }) },
  /** Says what would happen; changes nothing. */
  plan: { params: z.strictObject({ intent: intentSchema }), result: planSchema },
  /** Does what the plan said, once, if nothing changed since; `plan.progress` tells each step. */
  apply: {
    params: z.strictObject({ token: planSchema.shape.token, confirmation: z.string().max(256).nullable() }),
    result: z.strictObject({ name: targetNameSchema, path: z.string().max(4096).nullable() }),
  },
  'target.status': { params: named, result: targetStatusSchema },
  'target.remaps': {
    params: named.extend({ cursor: countSchema, max: z.number().int().min(1).max(MAX_ROWS) }),
    /** `next`: cursor of the next answer, null at the end. */
    result: z.strictObject({ rows: z.array(remapRowSchema), next: countSchema.nullable() }),
  },
  'target.health': {
    params: named.extend({
      firstBlock: countSchema,
      blockCount: z.number().int().min(1),
      cells: z.number().int().min(1).max(MAX_CELLS),
    }),
    result: z.strictObject({ cells: healthCellsSchema }),
  },
  /**
   * What the target knows of regions of main from number `first` on, the time of the last scan of each included, which
   * `target.health` does not tell. Fails with `regions-unavailable` where debugfs cannot be read.
   */
  'target.regions': {
    params: named.extend({ first: countSchema.max(MAX_REGIONS), max: z.number().int().min(1).max(MAX_ROWS) }),
    result: regionPageSchema,
  },
  'target.events': {
    params: named.extend({ after: countSchema, max: z.number().int().min(1).max(MAX_ROWS) }),
    result: z.strictObject({ events: z.array(targetEventSchema), next: countSchema.nullable() }),
  },
  /** Moves blocks to the spare now; sectors that cannot be read stay where they are. */
  'target.remap': {
    params: named.extend({ block: countSchema, blockCount: z.number().int().min(1).max(65_536) }),
    result: targetStatusSchema,
  },
  /** Gives a block back to main, where what the spare holds of it is written and compared; unchanged when that fails. */
  'target.unmap': { params: named.extend({ block: countSchema }), result: targetStatusSchema },
  /** Ends `halted`. */
  'target.continue': { params: named, result: targetStatusSchema },
  /**
   * Changes how a pair scans and moves, until its next activation; what is left out stays, so that with
   * nothing this is only a look. Gives all that holds then.
   */
  'target.set': { params: named.extend({ settings: settingsChangeSchema }), result: pairSettingsSchema },
  /** Begins, ends, holds or goes on with a scan of all of main, or of a range, which must lie within it. */
  'target.scan': {
    params: named.extend(scanOrder).refine(isScanOrder, RANGE_WITHOUT_START),
    result: targetStatusSchema,
  },
  /** The status, and what the scan that runs is doing; null when none runs or the target does not tell. */
  'target.scanDoing': {
    params: named,
    result: z.strictObject({ status: targetStatusSchema, doing: scanDoingSchema.nullable() }),
  },
  /**
   * Which files lie on blocks. Reads the file system's tables from the device, for minutes where they are large: for a
   * person who asks, one question at a time. Changes nothing.
   */
  'target.files': { params: named.extend({ ranges: fileRangesSchema }), result: filesAnswerSchema },
  /** Ends the question of `target.files`, which is then refused with `cancelled`. Nothing where none is answered. */
  'target.filesStop': { params: empty, result: empty },
  /** What the disk under a device of `devices.list` tells of its own health. A disk that sleeps is not woken. */
  'smart.read': { params: deviceRefSchema, result: smartReadingSchema },
  /** Starts or stops a self-test, which the drive runs by itself. Starting one wakes a drive that sleeps. */
  'smart.test': { params: deviceRefSchema.extend({ kind: selfTestKindSchema }), result: empty },
  /**
   * Follows every protected device from now on, those made later included: `target.changed` comes when device-mapper
   * raises an event, `targets.changed` when one appears or goes, `devices.changed` when a disk does, `kernel.said` when
   * the kernel writes of a disk.
   */
  'events.follow': { params: empty, result: empty },
} as const;

export type MethodName = keyof typeof methods;
export type Params<M extends MethodName> = z.infer<(typeof methods)[M]['params']>;
export type Result<M extends MethodName> = z.infer<(typeof methods)[M]['result']>;

/** What the helper says unasked. */
export const notifications = {
  'plan.progress': stepProgressSchema,
  /** Status and the events since the last one told; `gap` when some were dropped from the ring before they were read. */
  'target.changed': z.strictObject({
    name: targetNameSchema,
    status: targetStatusSchema,
    events: z.array(targetEventSchema),
    gap: z.boolean(),
  }),
  'targets.changed': z.strictObject({ targets: z.array(protectedDeviceSchema) }),
  /** Disks or partitions, by their kernel names, were plugged in or pulled: list the devices again. */
  'devices.changed': z.strictObject({ names: z.array(z.string().max(256)).max(4096) }),
  /** Whether the kernel log is read, and when that changed. */
  'kernel.log': kernelLogStateSchema,
  /** All that is kept of what the kernel said of a whole disk, oldest first; in place of what was told before. */
  'kernel.said': deviceRefSchema.extend({ messages: z.array(kernelMessageSchema).max(MAX_KERNEL_MESSAGES) }),
} as const;

export type NotificationName = keyof typeof notifications;
export type NotificationParams<N extends NotificationName> = z.infer<(typeof notifications)[N]>;

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

export function isNotificationName(name: string): name is NotificationName {
  return Object.hasOwn(notifications, name);
}
