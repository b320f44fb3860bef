/** The middle value, or the mean of the middle two. Throws on an empty list or on what is not a number. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('there is no median of nothing');
  if (values.some((value) => !Number.isFinite(value))) throw new RangeError('a measured value is no number');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

/** How far the values lie apart, as a part of their median: (greatest − smallest) ÷ median. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  const width = Math.max(...values) - Math.min(...values);
  return width === 0 ? 0 : width / middle;
}

/** The smallest of the values that at least `part` of them do not exceed (nearest rank); `part` is above 0, at most 1. */
export function quantile(values: readonly number[], part: number): number {
  if (values.some((value) => !Number.isFinite(value))) throw new RangeError('a measured value is no number');
  const found = [...values].sort((a, b) => a - b)[Math.ceil(values.length * part) - 1];
  if (found === undefined) throw new RangeError('there is no quantile of nothing');
  return found;
}
