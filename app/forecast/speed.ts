import * as z from 'zod';

import { countSchema } from '../domain/units.ts';
import { latencyAnomaly, type ZoneTimes } from './latency.ts';

/** Parts of a disk whose speed is followed, each compared with its own past. */
export const ZONES = 128;

/** Samples of a disk's zones that are kept at most: whoever scans all day has many. The oldest go first. */
export const MAX_ZONE_SAMPLES = 400;

/** Zones of a disk of `blocks`: no more than it has blocks. */
export function zoneCount(blocks: number): number {
  return Math.min(ZONES, blocks);
}

export const slowPlaceSchema = z.strictObject({
  firstBlock: countSchema,
  blockCount: z.number().int().min(1),
  /** Average time of a read in microseconds, of the worst zone of the place: as read last, and the median of before. */
  presentUs: countSchema,
  usualUs: countSchema,
});

export const speedSchema = z.strictObject({
  /** `score` of `latencyAnomaly`: from 1 on a zone reads slower than its own past explains. */
  score: z.number().min(0),
  /** Neighbouring zones that score 1 or more, as one place. Ascending, apart from each other. */
  places: z.array(slowPlaceSchema).max(ZONES),
});
export type Speed = z.infer<typeof speedSchema>;

/**
 * Which places of a disk turned slow; null while no zone has a past to be judged by.
 *
 * @param zones - in the order of the disk, of equal size, all of them: one that was never read has no past
 * @param blocks - of the disk
 */
export function speedOf(zones: readonly ZoneTimes[], blocks: number): Speed | null {
  const { zones: found, score } = latencyAnomaly(zones);
  if (score === null) return null;
  const begin = (zone: number): number => Math.floor((zone * blocks) / zones.length);
  const places: (Speed['places'][number] & { score: number })[] = [];
  for (const { zone, score: slow, medianUs } of found) {
    if (slow < 1) continue;
    const firstBlock = begin(zone);
    const blockCount = begin(zone + 1) - firstBlock;
    const place = {
      firstBlock,
      blockCount,
      presentUs: Math.round(zones[zone]?.present ?? 0),
      usualUs: Math.round(medianUs),
      score: slow,
    };
    const before = places.at(-1);
    if (before === undefined || before.firstBlock + before.blockCount !== firstBlock) {
      places.push(place);
      continue;
    }
    const worse = before.score >= slow ? before : place;
    places[places.length - 1] = {
      ...worse,
      firstBlock: before.firstBlock,
      blockCount: before.blockCount + blockCount,
    };
  }
  return { score, places: places.map(({ score: _score, ...place }) => place) };
}
