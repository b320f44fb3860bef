import * as z from 'zod';

import { countList } from './counts.ts';
import { countSchema } from './units.ts';

/** A region is known by so many equal parts: whether a scan has read each of them whole. */
export const GRAINS_PER_REGION = 128;
/** Regions of a device at most, see kernel/Documentation/dm-remap.rst, "Regions". */
export const MAX_REGIONS = 32_768;

/** What the target remembers of a region of main. */
export const regionSchema = z.strictObject({
  number: countSchema.max(MAX_REGIONS - 1),
  firstBlock: countSchema,
  /** Parts of {@link GRAINS_PER_REGION} that a scan has ever read whole. */
  scannedGrains: countSchema.max(GRAINS_PER_REGION),
  /** Unix time in seconds, by that machine's clock, at which a scan last read part of it; null for never. */
  scannedAt: countSchema.nullable(),
  averageLatencyUs: countSchema,
  worstLatencyUs: countSchema,
  readErrors: countSchema,
  writeErrors: countSchema,
  softErrors: countSchema,
  slowReads: countSchema,
  /** 65536 for one error; halves in 14 days. */
  weight: countSchema,
});
export type Region = z.infer<typeof regionSchema>;

/** Regions of which something is known, ascending; the target says nothing of the others. */
export const regionPageSchema = z.strictObject({
  /** Blocks of a region; the last one of a device may be shorter. */
  regionBlocks: z.number().int().min(GRAINS_PER_REGION),
  regions: z.array(regionSchema),
  /** Number of the region to go on with, null at the end. */
  next: countSchema.nullable(),
});
export type RegionPage = z.infer<typeof regionPageSchema>;

/** When a scan last read part of each region, by that machine's clock. */
export const readTimesSchema = z.strictObject({
  regionBlocks: regionPageSchema.shape.regionBlocks,
  /** Unix time in seconds by number of the region, 0 for never; so are those behind the end of the list. */
  readAt: countList(MAX_REGIONS),
});
export type ReadTimes = z.infer<typeof readTimesSchema>;

/** Blocks of a region on a device of `blocks` blocks: the fewest of 2^n from 128 on with which there are few enough. */
export function regionBlocks(blocks: number): number {
  let region = GRAINS_PER_REGION;
  while (Math.ceil(blocks / region) > MAX_REGIONS) region *= 2;
  return region;
}
