/** Half-open range; what it counts is said where it is used. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Ranges of bytes or sectors as the ranges of whole units that they touch: ascending, none overlapping or adjacent. */
export function unitsTouched(ranges: readonly Range[], unitSize: number): Range[] {
  const touched = ranges
    .filter(({ from, to }) => to > from)
    .map(({ from, to }) => ({ from: Math.floor(from / unitSize), to: Math.ceil(to / unitSize) }))
    .sort((a, b) => a.from - b.from);
  const merged: Range[] = [];
  for (const range of touched) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else merged.push(range);
  }
  return merged;
}

/** How many units the ranges have together. */
export function totalOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** The ranges cut so that none is longer than `most`. */
export function* inPieces(ranges: readonly Range[], most: number): Generator<Range> {
  for (const { from, to } of ranges) {
    for (let at = from; at < to; at += most) yield { from: at, to: Math.min(at + most, to) };
  }
}
