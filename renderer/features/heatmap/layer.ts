import * as z from 'zod';

import type { HealthCell } from '../../../app/domain/target.ts';
import { classOfAge, AGE_LIMITS_DAYS, type RegionTimes } from './ages.ts';
import { badCode, codes, coverage, goodCode, LATENCY_LIMITS_MS, STRENGTHS } from './cells.ts';
import { classOfTimes, SLOW_TIMES_CLASS, TIMES_LIMITS, type Neighbourhoods } from './neighbourhood.ts';
import { classOfTime, LIMITS_MS, notableFrom, type SpeedScale, type SpeedTime } from './presets.ts';

export const layerIdSchema = z.enum(['state', 'speed', 'risk', 'age']);
export type LayerId = z.infer<typeof layerIdSchema>;
export const layerIds = layerIdSchema.options;

/** Lower limits of the classes of risk above the first, which is no risk at all. */
export const RISK_FROM = [1, 20, 40, 60, 80] as const;

/** What colours the cells in which nothing is bad. Bad and unread cells look the same in every layer. */
export interface Layer {
  readonly id: LayerId;
  readonly classes: number;
  /** From this class on a cell is listed in the table. */
  readonly notable: number;
  /**
   * The code of a cell of which some block was read, whatever else is the matter with it: that of a good one, whose
   * strength is how much was read or how sure the number is, or `codes.unknown` where the layer cannot tell.
   */
  readonly judge: (cell: HealthCell, first: number, blocks: number) => number;
}

/** The code of a cell in a layer. */
export function codeIn(layer: Layer, cell: HealthCell | undefined, first: number, blocks: number): number {
  const bad = badCode(cell);
  if (bad !== null || cell === undefined) return bad ?? codes.unread;
  return layer.judge(cell, first, blocks);
}

export const stateLayer: Layer = {
  id: 'state',
  classes: LATENCY_LIMITS_MS.length + 1,
  notable: LATENCY_LIMITS_MS.length + 1,
  judge: (cell, _first, blocks) =>
    goodCode(classOfTime(LATENCY_LIMITS_MS, cell.averageLatencyUs), coverage(cell.scannedBlocks, blocks)),
};

/** The time of a cell that counts, in microseconds; 0 where none was measured. */
export function timeOf(cell: HealthCell, time: SpeedTime): number {
  return time === 'average' ? cell.averageLatencyUs : cell.worstLatencyUs;
}

/** @param usual - what is usual around each block; null while that is not known */
export function speedLayer(time: SpeedTime, scale: SpeedScale, usual: Neighbourhoods | null): Layer {
  if (scale === 'neighbourhood') {
    return {
      id: 'speed',
      classes: TIMES_LIMITS.length + 1,
      notable: SLOW_TIMES_CLASS,
      judge: (cell, first, blocks) => {
        const times = timesUsual(cell, first, blocks, time, usual);
        return times === null ? codes.unknown : goodCode(classOfTimes(times), coverage(cell.scannedBlocks, blocks));
      },
    };
  }
  const limits = LIMITS_MS[scale];
  return {
    id: 'speed',
    classes: limits.length + 1,
    notable: notableFrom(limits),
    judge: (cell, _first, blocks) => {
      const us = timeOf(cell, time);
      return us === 0 ? codes.unknown : goodCode(classOfTime(limits, us), coverage(cell.scannedBlocks, blocks));
    },
  };
}

/** A cell's time as so many times what is usual around it; null where either is not known. */
export function timesUsual(
  cell: HealthCell,
  first: number,
  blocks: number,
  time: SpeedTime,
  usual: Neighbourhoods | null,
): number | null {
  const us = timeOf(cell, time);
  const median = usual?.usualAt(first + Math.floor(blocks / 2)) ?? null;
  return us === 0 || median === null ? null : us / median;
}

export const riskLayer: Layer = {
  id: 'risk',
  classes: RISK_FROM.length + 1,
  notable: 2,
  judge: ({ risk, confidence }) => {
    let ofClass = 0;
    while (ofClass < RISK_FROM.length && risk >= (RISK_FROM[ofClass] ?? 0)) ofClass += 1;
    return goodCode(ofClass, 1 + Math.min(STRENGTHS - 1, Math.floor((confidence * STRENGTHS) / 100)));
  },
};

/**
 * @param times - when regions were read; null where that is not known
 * @param now - Unix time in seconds
 */
export function ageLayer(times: RegionTimes | null, now: number): Layer {
  return {
    id: 'age',
    classes: AGE_LIMITS_DAYS.length + 1,
    notable: AGE_LIMITS_DAYS.length,
    judge: (cell, first, blocks) => {
      const oldest = times?.oldest(first, blocks) ?? null;
      return oldest === null ? codes.unknown : goodCode(classOfAge(now - oldest), coverage(cell.scannedBlocks, blocks));
    },
  };
}
