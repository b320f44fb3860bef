import * as z from 'zod';

/**
 * Upper limits of classes of read time, in milliseconds; a last class is open. dm-remap's own are those of whdd and MHDD;
 * the others are what users of those programs are used to. `neighbourhood` has no limits in time, see neighbourhood.ts.
 */
export const LIMITS_MS = {
  'dm-remap': [3, 10, 50, 150, 500],
  five: [5, 20, 50, 150, 500],
  victoria: [5, 20, 50, 200, 600],
  hddscan: [5, 10, 20, 50, 150, 500],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export const speedScaleSchema = z.enum(['dm-remap', 'five', 'victoria', 'hddscan', 'neighbourhood']);
export type SpeedScale = z.infer<typeof speedScaleSchema>;
export const speedScales = speedScaleSchema.options;

/** Which of a cell's two times counts: the average that weighs the newest read 1/8, or the longest of the last pass. */
export const speedTimeSchema = z.enum(['average', 'worst']);
export type SpeedTime = z.infer<typeof speedTimeSchema>;

/** Class of a time of `us` microseconds. A limit belongs to the class above it. */
export function classOfTime(limitsMs: readonly number[], us: number): number {
  // Not with findIndex: it is asked for each of a million cells.
  for (let at = 0; at < limitsMs.length; at += 1) if (us < (limitsMs[at] ?? 0) * 1000) return at;
  return limitsMs.length;
}

/** From this class on a cell is worth a line in the table: a read of 128 KiB took 50 ms or more, several revolutions. */
export function notableFrom(limitsMs: readonly number[]): number {
  return limitsMs.indexOf(50) + 1;
}

/** Largest read of the scanner; a block that is larger is read whole. See kernel/Documentation/dm-remap.rst, "Scanner". */
const SCAN_READ_SECTORS = 256;

/** What a read time is the time of: one read of the scanner, in 512-byte sectors. */
export function scanReadSectors(blockSectors: number): number {
  return Math.max(SCAN_READ_SECTORS, blockSectors);
}
