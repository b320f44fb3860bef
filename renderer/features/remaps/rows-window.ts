/** Height of a row, in CSS pixels. */
export const ROW_PX = 30;
/** Chromium draws no element taller than about 33.5 million pixels; other engines stop at half of that. */
export const TALLEST_PX = 15_000_000;
/** Rows drawn above and below what is in sight. */
const MARGIN_ROWS = 6;

export interface RowsWindow {
  /** Height of the scrolled element. */
  readonly height: number;
  /** First row to draw and how many. */
  readonly first: number;
  readonly count: number;
  /** First row that is wholly in sight and how many are. */
  readonly seenFirst: number;
  readonly seenCount: number;
  /** Where a row lies inside of the scrolled element. */
  readonly topOf: (row: number) => number;
}

/**
 * Which rows of a table are in sight. A table too tall to be an element is scrolled through a shorter one: the scroll
 * position is stretched to the table's, and rows are placed around where the scroll stands.
 */
export function rowsWindow(rows: number, viewport: number, scrollTop: number): RowsWindow {
  const whole = rows * ROW_PX;
  const height = Math.min(whole, TALLEST_PX);
  const stretch = stretchOf(rows, viewport);
  const top = Math.min(Math.max(0, scrollTop), Math.max(0, height - viewport));
  const offset = top * stretch;
  const first = Math.max(0, Math.floor(offset / ROW_PX) - MARGIN_ROWS);
  const end = Math.min(rows, Math.ceil((offset + viewport) / ROW_PX) + MARGIN_ROWS);
  const seenFirst = Math.min(rows, Math.ceil(offset / ROW_PX));
  return {
    height,
    first,
    count: Math.max(0, end - first),
    seenFirst,
    seenCount: Math.max(0, Math.min(rows, Math.floor((offset + viewport) / ROW_PX)) - seenFirst),
    topOf: (row) => top + row * ROW_PX - offset,
  };
}

/** The scroll position at which `row` is in sight; `scrollTop` itself when it already is. */
export function scrollTo(rows: number, viewport: number, scrollTop: number, row: number): number {
  const stretch = stretchOf(rows, viewport);
  const offset = scrollTop * stretch;
  if (row * ROW_PX < offset) return (row * ROW_PX) / stretch;
  if ((row + 1) * ROW_PX > offset + viewport) return Math.ceil(((row + 1) * ROW_PX - viewport) / stretch);
  return scrollTop;
}

function stretchOf(rows: number, viewport: number): number {
  const whole = rows * ROW_PX;
  if (whole <= TALLEST_PX) return 1;
  return (whole - viewport) / (TALLEST_PX - viewport);
}
