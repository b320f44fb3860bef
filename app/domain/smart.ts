import * as z from 'zod';

import { forecastSchema } from '../forecast/output.ts';
import { countSchema, percentSchema } from './units.ts';

/** Attributes and self-tests that are kept of a drive; an ATA drive has at most 30 and 19, an NVMe drive 20 self-tests. */
export const MAX_ATTRIBUTES = 64;
export const MAX_SELF_TESTS = 64;

/** One line of an ATA drive's vendor-specific table. What an identifier means is the vendor's choice. */
export const smartAttributeSchema = z.strictObject({
  id: z.number().int().min(1).max(255),
  /** As smartctl's drive database calls it: `Reallocated_Sector_Ct`. */
  name: z.string().max(64),
  /** The raw value as smartctl prints it. */
  raw: z.string().max(64),
  /** The raw value where it is a plain count; null where the vendor packs several numbers into it or it is no count. */
  count: countSchema.nullable(),
  /** The packed numbers in words, null where `raw` says it all. */
  decoded: z.string().max(128).nullable(),
  /** Normalised by the vendor, usually falling from 100, 200 or 253 as the drive wears; null where it has none. */
  value: z.number().int().min(0).max(255).nullable(),
  worst: z.number().int().min(0).max(255).nullable(),
  /** The vendor's limit is reached at or below this value; 0: never. */
  threshold: z.number().int().min(0).max(255).nullable(),
  /** Whether the limit is reached, or was. */
  failing: z.enum(['no', 'now', 'past']),
  /**
   * What the vendor says by the limit being reached (bit 0 of the attribute's flags, ATA/ATAPI-5 and later): true that
   * failure is near, false only that the drive is past the use or age that it was made for; null where it is not told.
   */
  prefailure: z.boolean().nullable(),
});
export type SmartAttribute = z.infer<typeof smartAttributeSchema>;

/** Bits of `critical_warning` in the NVMe health log (NVM Express Base Specification 2.0, figure 207). */
export const nvmeWarnings = [
  'spare-below-threshold',
  'temperature',
  'reliability-degraded',
  'read-only',
  'backup-failed',
  'persistent-memory-read-only',
] as const;
export type NvmeWarning = (typeof nvmeWarnings)[number];

/** The NVMe health log. Numbers that the drive does not give, or that a JavaScript number cannot hold, are null. */
export const nvmeHealthSchema = z.strictObject({
  /** What is wrong at this moment; bits are not kept by the drive. */
  warnings: z.array(z.enum(nvmeWarnings)),
  criticalWarning: z.number().int().min(0).max(255),
  /** Estimated share of the endurance that is consumed, in percent; may exceed 100, and 255 stands for more. */
  percentageUsed: z.number().int().min(0).max(255).nullable(),
  availableSpare: percentSchema.nullable(),
  availableSpareThreshold: percentSchema.nullable(),
  mediaErrors: countSchema.nullable(),
  unsafeShutdowns: countSchema.nullable(),
  /** Units of 512,000 bytes, rounded up. */
  dataUnitsWritten: countSchema.nullable(),
  dataUnitsRead: countSchema.nullable(),
});
export type NvmeHealth = z.infer<typeof nvmeHealthSchema>;

export const selfTestSchema = z.strictObject({
  kind: z.enum(['short', 'long', 'other']),
  outcome: z.enum(['passed', 'failed', 'aborted', 'running', 'unknown']),
  /** What was done and how it ended, in smartctl's words. */
  type: z.string().max(64),
  words: z.string().max(128),
  /** Power-on hours when it ended. ATA drives keep 16 bits of them, so that they begin at 0 again after 65,535. */
  hours: countSchema.nullable(),
  /** 512-byte sector of the first error that it met. */
  firstErrorSector: countSchema.nullable(),
});
export type SelfTest = z.infer<typeof selfTestSchema>;
export const selfTestKindSchema = z.enum(['short', 'long', 'abort']);
export type SelfTestKind = z.infer<typeof selfTestKindSchema>;

/** What a drive tells of its own health, whatever it is attached by. null is always: not told. */
export const driveHealthSchema = z.strictObject({
  model: z.string().max(256).nullable(),
  serial: z.string().max(256).nullable(),
  firmware: z.string().max(64).nullable(),
  kind: z.enum(['hdd', 'ssd', 'nvme', 'unknown']),
  protocol: z.enum(['ata', 'nvme', 'scsi']),
  /** The drive's own overall verdict. */
  verdict: z.enum(['passed', 'failed', 'unknown']),
  powerOnHours: countSchema.nullable(),
  powerCycles: countSchema.nullable(),
  temperatureCelsius: z.number().int().min(-273).max(1000).nullable(),
  attributes: z.array(smartAttributeSchema).max(MAX_ATTRIBUTES),
  nvme: nvmeHealthSchema.nullable(),
  /** Of SCSI and SAS drives: sectors that were put out of use since the drive left its factory. */
  grownDefects: countSchema.nullable(),
  /** Errors that the drive has logged, all together. */
  errorLogCount: countSchema.nullable(),
  /** Newest first. */
  selfTests: z.array(selfTestSchema).max(MAX_SELF_TESTS),
  /** The self-test that runs now; `remainingPercent` null where the drive does not tell how far it is. */
  running: z.strictObject({ kind: selfTestSchema.shape.kind, remainingPercent: percentSchema.nullable() }).nullable(),
  /** Whether self-tests can be started; null where the drive does not say. */
  canSelfTest: z.boolean().nullable(),
  /** How long the drive says its tests take, in minutes. */
  shortTestMinutes: countSchema.nullable(),
  longTestMinutes: countSchema.nullable(),
});
export type DriveHealth = z.infer<typeof driveHealthSchema>;

/** Why a drive's health cannot be had. */
export const smartProblems = [
  /** smartctl is not installed, or too old to write JSON (before 7.0). */
  'smartctl-missing',
  'smartctl-too-old',
  /** The drive has no SMART, as virtual disks and USB sticks have none. */
  'not-supported',
  'switched-off',
  /** The USB bridge before the drive does not let the questions through. */
  'bridge-hides',
  /** The drive sleeps and was not woken. */
  'asleep',
  'permission',
  'timeout',
  /** smartctl failed in another way, or wrote what is not understood. */
  'failed',
] as const;
export const smartProblemSchema = z.strictObject({
  code: z.enum(smartProblems),
  /** A tool's own words for a support ticket. */
  detail: z.string().max(4000).nullable(),
});
export type SmartProblem = z.infer<typeof smartProblemSchema>;

/** The outcome of asking a drive once. */
export const smartReadingSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('read'), health: driveHealthSchema }),
  z.strictObject({ state: z.literal('unavailable'), problem: smartProblemSchema }),
]);
export type SmartReading = z.infer<typeof smartReadingSchema>;

/** What is known of a disk by now: the last answer that held something, and what came of the last question. */
export const smartViewSchema = z.strictObject({
  /** Being asked at this moment. */
  reading: z.boolean(),
  /** Unix time in milliseconds of the last question that was answered; null before the first. */
  asked: countSchema.nullable(),
  /** Why the last question brought nothing; null when it did. */
  problem: smartProblemSchema.nullable(),
  health: driveHealthSchema.nullable(),
  /** When `health` was read, Unix time in milliseconds. */
  heard: countSchema.nullable(),
  /** From `health` and what is remembered of its counters alone; of a pair's main disk the pair knows more. */
  forecast: forecastSchema.nullable(),
});
export type SmartView = z.infer<typeof smartViewSchema>;

/**
 * Warnings that are no failure of the drive, worst first: what guards the last writes through a power cut, a region that
 * few drives have, heat or cold. All others say that data is at stake.
 */
export const mildWarnings = [
  'backup-failed',
  'persistent-memory-read-only',
  'temperature',
] as const satisfies readonly NvmeWarning[];
export type MildWarning = (typeof mildWarnings)[number];

/** Whether a warning of an NVMe drive says that the drive fails or takes no more data. */
export function isGraveWarning(warning: NvmeWarning): boolean {
  return mildWarnings.every((mild) => mild !== warning);
}

/**
 * What a drive says of itself. `warned`: it warns of something that is no failure, as of its temperature; what, is among
 * its NVMe warnings.
 */
export const ownVerdicts = ['passed', 'warned', 'failed', 'unknown'] as const;
export type OwnVerdict = (typeof ownVerdicts)[number];

/**
 * The drive's own verdict, with the reason of an NVMe drive weighed: smartctl calls such a drive failed whatever bit of
 * its critical warning is set, that of its temperature too. Only where nothing but mild bits are set is that no FAILED;
 * a bit whose meaning is not known is none of them.
 */
export function ownVerdictOf({ verdict, nvme }: Pick<DriveHealth, 'verdict' | 'nvme'>): OwnVerdict {
  if (nvme === null || nvme.warnings.length === 0 || nvme.warnings.some(isGraveWarning)) return verdict;
  return nvme.criticalWarning >= 1 << nvmeWarnings.length ? verdict : 'warned';
}

/** The plain count of an attribute, null where the drive has none or packs its raw value. */
export function attributeCount({ attributes }: Pick<DriveHealth, 'attributes'>, id: number): number | null {
  return attributes.find((attribute) => attribute.id === id)?.count ?? null;
}
