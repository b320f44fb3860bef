import * as z from 'zod';

import { ownVerdicts } from '../domain/smart.ts';
import { countSchema } from '../domain/units.ts';
import { speedSchema } from './speed.ts';

/** Unix time in milliseconds. */
const instantSchema = countSchema;

/** A count of something bad that only its reset brings down, and what is known of its past. */
export const counterSchema = z.strictObject({
  /** null: not known. */
  value: countSchema.nullable(),
  /** When it was last seen to rise; null when no rise was seen. */
  rose: instantSchema.nullable(),
  /** When it was first seen other than zero; null when it never was. Used in words only. */
  firstSeen: instantSchema.nullable(),
});
export type Counter = z.infer<typeof counterSchema>;

export const deviceKindSchema = z.enum(['hdd', 'ssd', 'nvme', 'unknown']);
export type DeviceKind = z.infer<typeof deviceKindSchema>;

/** The drive's own counters as plain numbers, vendors' packing undone. Named by their ATA attribute number. */
export const attributesSchema = z.strictObject({
  /** 5, reallocated sectors; the grown defects of a SCSI drive. */
  reallocated: counterSchema,
  /** 10, spin retries. */
  spinRetries: counterSchema,
  /** 187, uncorrectable errors reported to the host. */
  uncorrectable: counterSchema,
  /** 196, reallocation events. */
  reallocationEvents: counterSchema,
  /** 197, sectors waiting to be reallocated. */
  pending: counterSchema,
  /** 198, sectors that a scan of the drive itself could not read. */
  offlineUncorrectable: counterSchema,
  /** 199, errors on the link between drive and computer. */
  linkErrors: counterSchema,
});
export type Attributes = z.infer<typeof attributesSchema>;

/** The bits of NVMe's critical_warning: the state at this moment, not a memory. */
export const criticalWarningSchema = z.strictObject({
  spareLow: z.boolean(),
  temperature: z.boolean(),
  degraded: z.boolean(),
  readOnly: z.boolean(),
  backupFailed: z.boolean(),
  persistentMemoryReadOnly: z.boolean(),
});
export type CriticalWarning = z.infer<typeof criticalWarningSchema>;

export const nvmeSchema = z.strictObject({
  criticalWarning: criticalWarningSchema.nullable(),
  mediaErrors: counterSchema,
  /** Of the endurance that the vendor states; may exceed 100, 255 stands for 255 or more. */
  percentageUsed: z.number().int().min(0).max(255).nullable(),
  /** Percent of the spare flash left; a drive that says more than 100 means nothing by it. */
  availableSpare: z.number().int().min(0).max(255).nullable(),
  availableSpareThreshold: z.number().int().min(0).max(255).nullable(),
});
export type NvmeHealth = z.infer<typeof nvmeSchema>;

/** What this program itself met on the disk. */
export const ownCountsSchema = z.strictObject({
  /** Blocks that could not be read and wait. */
  pendingBlocks: counterSchema,
  /** Blocks that an error moved to the spare. */
  movedBlocks: counterSchema,
  /** Blocks that failed when the scan read them. */
  scanErrors: counterSchema,
  /** Reads that succeeded only after being tried again. */
  softErrors: counterSchema,
  /** Reads slower than the limit for slow reads. */
  slowReads: counterSchema,
});
export type OwnCounts = z.infer<typeof ownCountsSchema>;

/** Everything a forecast is made from. */
export const forecastInputSchema = z.strictObject({
  now: instantSchema,
  kind: deviceKindSchema,
  powerOnHours: countSchema.nullable(),
  /**
   * What the drive says of itself; what it is `warned` of is among `nvme`'s warnings. `said-failed`: it cannot be read,
   * and said that it is failing when it last could.
   */
  ownVerdict: z.enum([...ownVerdicts, 'said-failed']),
  attributes: attributesSchema,
  /** null for a drive that is not NVMe, or was not asked. */
  nvme: nvmeSchema.nullable(),
  own: ownCountsSchema,
  /** How fast zones of the disk are read, against their own past. null: no baseline yet. */
  speed: speedSchema.nullable(),
});
export type ForecastInput = z.infer<typeof forecastInputSchema>;

export const unknownCounter: Counter = { value: null, rose: null, firstSeen: null };

/** An input of which nothing is known but the time and the kind. */
export function unknownInput(now: number, kind: DeviceKind): ForecastInput {
  return {
    now,
    kind,
    powerOnHours: null,
    ownVerdict: 'unknown',
    attributes: {
      reallocated: unknownCounter,
      spinRetries: unknownCounter,
      uncorrectable: unknownCounter,
      reallocationEvents: unknownCounter,
      pending: unknownCounter,
      offlineUncorrectable: unknownCounter,
      linkErrors: unknownCounter,
    },
    nvme: null,
    own: {
      pendingBlocks: unknownCounter,
      movedBlocks: unknownCounter,
      scanErrors: unknownCounter,
      softErrors: unknownCounter,
      slowReads: unknownCounter,
    },
    speed: null,
  };
}
