import type * as z from 'zod';

import {
  healthCellSchema,
  remapRowSchema,
  targetEventSchema,
  type HealthCell,
  type RemapRow,
  type TargetEvent,
} from '../../app/domain/target.ts';
import { linesOf, parseCount, parseCountOrNone, unreadable } from './fault.ts';

/** An answer that comes in parts: `next` is where the following one starts, null at the end. */
export interface Page<Row> {
  readonly rows: Row[];
  readonly next: number | null;
}

/** Reads the answer to the message `remaps <cursor> <max>`. */
export function parseRemaps(text: string): Page<RemapRow> {
  const what = 'the table of moved blocks';
  return page(text, what, (words, line) =>
    fit(remapRowSchema, what, line, 6, words, {
      block: parseCount(words[0], what, line),
      spareBlock: parseCountOrNone(words[1], what, line),
      state: words[2],
      cause: words[3] === '-' ? null : words[3],
      residency: words[4]?.toLowerCase(),
      seconds: parseCount(words[5], what, line),
    }),
  );
}

/** Reads the answer to the message `events <after> <max>`. */
export function parseEvents(text: string): Page<TargetEvent> {
  const what = 'the events of a protected device';
  return page(text, what, (words, line) => {
    // The detail is last and may be several words.
    const detail = words.slice(5).join(' ');
    const six = [...words.slice(0, 5), ...(detail === '' ? [] : [detail])];
    return fit(targetEventSchema, what, line, 6, six, {
      number: parseCount(words[0], what, line),
      milliseconds: parseCount(words[1], what, line),
      type: words[2],
      block: parseCountOrNone(words[3], what, line),
      spareBlock: parseCountOrNone(words[4], what, line),
      detail: detail === '-' ? null : detail,
    });
  });
}

/** Reads the answer to the message `health <first> <count> <cells>`. */
export function parseHealth(text: string): HealthCell[] {
  const what = 'the health of a protected device';
  const { rows, next } = page(text, what, (words, line) => {
    const [cell, scannedBlocks, mapped, pending, soft, slow, averageLatencyUs, worstLatencyUs, risk, confidence] =
      Array.from({ length: 10 }, (_, index) => parseCount(words[index], what, line));
    return fit(healthCellSchema, what, line, 10, words, {
      cell,
      scannedBlocks,
      mapped,
      pending,
      soft,
      slow,
      averageLatencyUs,
      worstLatencyUs,
      risk,
      confidence,
    });
  });
  if (next !== null) throw unreadable(what, text);
  return rows;
}

function page<Row>(text: string, what: string, readRow: (words: string[], line: string) => Row): Page<Row> {
  const lines = linesOf(text);
  const last = lines.pop()?.trim();
  if (last === undefined) throw unreadable(what, text);
  const rows = lines.map((line) => readRow(line.trim().split(' '), line));
  if (last === 'end') return { rows, next: null };
  const next = /^next (\d+)$/.exec(last);
  if (next === null) throw unreadable(what, last);
  return { rows, next: parseCount(next[1], what, last) };
}

/** Columns that a later version appends to a row are an error here: only the status line may grow. */
function fit<T>(
  schema: z.ZodType<T>,
  what: string,
  line: string,
  columns: number,
  words: readonly string[],
  value: unknown,
): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success || words.length !== columns) throw unreadable(what, line);
  return parsed.data;
}
