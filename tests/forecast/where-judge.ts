import { DAY_MS } from '../../app/forecast/hazard.ts';
import { noTroubles, predictWhere, withTroubles } from '../../app/forecast/where.ts';
import { START } from './replay.ts';
import type { Trace } from './trace.ts';

/** Days after a prediction in which new errors count for it. */
export const WHERE_DAYS = 14;
const BLOCK_SECTORS = 8;

export interface WhereResult {
  /** Predictions of disks on days, and errors that came in the days after. */
  readonly predictions: number;
  readonly errors: number;
  /** Of those errors: part in predicted blocks. */
  readonly hit: number;
  /** What part would lie there by chance: the part of the disk that was predicted, over the same errors. */
  readonly chance: number;
  /** Ranges with the full probability, and the part of them that got another error within a month. */
  readonly ranges: number;
  readonly rangesHit: number;
}

/** Predicts on each of `days` from what had been found, and counts where the errors of the next days came. */
export function judgeWhere(traces: readonly Trace[], days: readonly number[]): WhereResult {
  const sum = { predictions: 0, errors: 0, hits: 0, chance: 0, ranges: 0, rangesHit: 0 };
  for (const { kind, errors, failsDay } of traces) {
    if (errors.length === 0) continue;
    for (const day of days) {
      if (failsDay !== null && failsDay <= day) break;
      const known = errors.filter(({ foundDay }) => foundDay <= day);
      const troubles = known.map(({ block, foundDay }) => ({ block, milliseconds: START + foundDay * DAY_MS }));
      const place = { blockSectors: BLOCK_SECTORS, blocks: kind.blocks };
      const { ranges, blocks } = predictWhere(withTroubles(noTroubles, troubles), place, START + day * DAY_MS);
      if (ranges.length === 0) continue;
      const inside = (block: number): boolean =>
        ranges.some(({ first, count }) => block >= first && block < first + count);
      const coming = errors.filter((error) => error.day > day && error.day <= day + WHERE_DAYS);
      sum.predictions += 1;
      sum.errors += coming.length;
      sum.hits += coming.filter(({ block }) => inside(block)).length;
      sum.chance += coming.length * (blocks / kind.blocks);
      for (const { first, count, probability } of ranges) {
        if (probability < 0.5) continue;
        sum.ranges += 1;
        const hit = errors.some(
          (error) => error.day > day && error.day <= day + 30 && error.block >= first && error.block < first + count,
        );
        if (hit) sum.rangesHit += 1;
      }
    }
  }
  const errors = Math.max(1, sum.errors);
  return {
    predictions: sum.predictions,
    errors: sum.errors,
    hit: sum.hits / errors,
    chance: sum.chance / errors,
    ranges: sum.ranges,
    rangesHit: sum.rangesHit / Math.max(1, sum.ranges),
  };
}
