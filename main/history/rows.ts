import type { SQLOutputValue } from 'node:sqlite';
import * as z from 'zod';

import { countSchema } from '../../app/domain/units.ts';
import { figureNames, type FigureName } from '../../app/history/figures.ts';
import type { HistoryPoint } from '../../app/history/schema.ts';

export type Row = Record<string, SQLOutputValue>;

/** A column that holds a count; throws where the database says otherwise. */
export function count(row: Row | undefined, column: string): number {
  return countSchema.parse(row?.[column]);
}

export const nullableCountSchema = countSchema.nullable();
export const textSchema = z.string();

/** The point that a row of readings makes. */
export function pointOf(row: Row): HistoryPoint {
  const figures = Object.fromEntries(
    figureNames.map((name) => [
      name,
      [count(row, `${name}_min`), count(row, `${name}_max`), count(row, `${name}_last`)] as const,
    ]),
  ) as Record<FigureName, [number, number, number]>;
  return { from: count(row, 'from_ms'), to: count(row, 'to_ms'), readings: count(row, 'readings'), figures };
}
