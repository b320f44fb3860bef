import type { TargetEvent } from '../../../app/domain/target.ts';
import { GAP_MS, type HistoryPoint, type Span } from '../../../app/history/schema.ts';
import type { CounterName } from '../../../app/history/counters.ts';
import type { FigureName } from '../../../app/history/figures.ts';

/** What a chart can draw: a figure of a pair, or a counter of a drive. */
export type PlottedName = FigureName | CounterName;

/** A stretch of time without readings, Unix time in milliseconds. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** A row of a chart: a point, or, where `figures` is null, a break in the line. */
export interface ChartRow {
  readonly at: number;
  readonly figures: Readonly<Partial<Record<PlottedName, Span>>> | null;
  /** Stands between two gaps, so that no line leads to it. */
  readonly alone: boolean;
}

export function gapsOf(points: readonly HistoryPoint[]): Gap[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    return before !== undefined && point.from - before.to > GAP_MS ? [{ from: before.to, to: point.from }] : [];
  });
}

/** The points as rows, with a break in every gap: a line over a gap would be invented. */
export function rowsOf(points: readonly HistoryPoint[]): ChartRow[] {
  const starts = new Set(gapsOf(points).map(({ to }) => to));
  const begins = (index: number): boolean => index === 0 || starts.has(points[index]?.from ?? -1);
  return points.flatMap((point, index) => {
    const alone = begins(index) && (index === points.length - 1 || begins(index + 1));
    const row = { at: point.to, figures: point.figures, alone };
    return index > 0 && begins(index) ? [{ at: point.from - 1, figures: null, alone: false }, row] : [row];
  });
}

/** The last value of a figure, null in a break. */
export function lastOf(row: ChartRow, figure: PlottedName): number | null {
  return row.figures?.[figure]?.[2] ?? null;
}

/** Least and greatest value of a figure, null in a break. */
export function spanOf(row: ChartRow, figure: PlottedName): [number, number] | null {
  const span: Span | undefined = row.figures?.[figure];
  return span === undefined ? null : [span[0], span[1]];
}

/** Whether a figure was ever other than 0. */
export function isFlat(points: readonly HistoryPoint[], figure: FigureName): boolean {
  return points.every(({ figures }) => figures[figure][1] === 0);
}

/** Events of one type that stand so close that their marks would lie on each other. */
export interface Mark {
  readonly type: TargetEvent['type'];
  readonly first: TargetEvent;
  readonly last: TargetEvent;
  readonly count: number;
}

/** Events as marks, those of one type within `closeMs` of the first one as one; ascending by time. */
export function marksOf(events: readonly TargetEvent[], closeMs: number): Mark[] {
  const marks: Mark[] = [];
  const newest = new Map<TargetEvent['type'], number>();
  for (const event of events) {
    const at = newest.get(event.type);
    const mark = at === undefined ? undefined : marks[at];
    if (at !== undefined && mark !== undefined && event.milliseconds - mark.first.milliseconds <= closeMs) {
      marks[at] = { ...mark, last: event, count: mark.count + 1 };
      continue;
    }
    newest.set(event.type, marks.length);
    marks.push({ type: event.type, first: event, last: event, count: 1 });
  }
  return marks;
}
