import * as z from 'zod';

import { GRAINS_PER_REGION, regionBlocks } from './region.ts';
import { blockCount, type ProtectedDevice, type TargetEvent, type TargetStatus } from './target.ts';
import { countSchema } from './units.ts';

/** What can be asked of a scan. `start` takes all of the device, or a range of it. */
export const scanActionSchema = z.enum(['start', 'stop', 'pause', 'resume']);
export type ScanAction = z.infer<typeof scanActionSchema>;

/** Blocks that are to be scanned instead of all. */
export const scanRangeSchema = z.strictObject({ firstBlock: countSchema, blockCount: z.int().min(1) });
export type ScanRange = z.infer<typeof scanRangeSchema>;

/** What is asked of a scan, wherever that is asked. */
export const scanOrder = { action: scanActionSchema, range: scanRangeSchema.optional() } as const;

/** Only a scan that begins has a range. */
export function isScanOrder({ action, range }: { action: ScanAction; range?: ScanRange | undefined }): boolean {
  return range === undefined || action === 'start';
}
export const RANGE_WITHOUT_START = 'only a scan that is started has a range';

/** What a scan may be doing, in the words of the target; see its document, "sysfs". */
export const scanDoings = [
  'idle',
  'paused',
  'suspended',
  'halted',
  'busy',
  'pacing',
  'memory',
  'reading',
  'near',
  'retrying',
] as const;
export const scanDoingSchema = z.strictObject({
  what: z.enum(scanDoings),
  /** The block it is about, or the first of them; null where there is none. */
  block: countSchema.nullable(),
  /** Since when, before it was asked. */
  milliseconds: countSchema,
});
export type ScanDoing = z.infer<typeof scanDoingSchema>;

/** Sizes of the order in which the target reads, in 512-byte sectors; see its document, "Scanner". */
const STAGGER_SECTORS = 262_144;
const SEGMENT_SECTORS = 2048;

/** How far a scan is. */
export interface ScanProgress {
  /** Part of it that is done, 0 to 1. */
  readonly part: number;
  /** When it was begun, Unix time in milliseconds; null when that event is not among those given. */
  readonly began: number | null;
  /** First block and number of blocks that it covers. */
  readonly first: number;
  readonly blocks: number;
}

function segmentBlocks(device: Pick<ProtectedDevice, 'blockSectors'>, blocks: number): number {
  return Math.max(1, SEGMENT_SECTORS / device.blockSectors, regionBlocks(blocks) / GRAINS_PER_REGION);
}

/**
 * How far the scan is that is under way; null when none is. The order is staggered (of each 128 MiB the first MiB, then
 * of each the second), so the block alone says little.
 *
 * @param events - of the device, oldest first; the last start of a scan tells its range
 */
export function scanProgress(
  device: Pick<ProtectedDevice, 'lengthSectors' | 'blockSectors'>,
  status: Pick<TargetStatus, 'scanState' | 'scanBlock'>,
  events: readonly TargetEvent[],
): ScanProgress | null {
  if (status.scanState !== 'running' && status.scanState !== 'paused') return null;
  const start = events.findLast(({ type }) => type === 'scan_start');
  const all = blockCount(device);
  const first = start?.block ?? 0;
  const blocks = Number(start?.detail ?? all) || all;
  const segment = segmentBlocks(device, all);
  const stagger = Math.max(segment, STAGGER_SECTORS / device.blockSectors);
  // The order begins at a whole segment of the device, of which the scan may not read the first blocks.
  const lead = first % segment;
  const offset = Math.max(0, status.scanBlock - first) + lead;
  const within = offset % stagger;
  const row = Math.floor(within / segment);
  // Blocks before the first of this row of segments, in each region; the last region may be short.
  const regions = Math.floor((lead + blocks) / stagger);
  const rest = lead + blocks - regions * stagger;
  const rowsDone = regions * row * segment + Math.min(rest, row * segment);
  const inRow = Math.floor(offset / stagger) * segment + (within - row * segment);
  const part = Math.min(1, (rowsDone + inRow - lead) / Math.max(1, blocks));
  return { part, began: start?.milliseconds ?? null, first, blocks };
}
