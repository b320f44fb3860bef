const DAY_MS = 24 * 3_600_000;

export const ranges = [
  { value: 'day', label: 'Day', ms: DAY_MS },
  { value: 'week', label: 'Week', ms: 7 * DAY_MS },
  { value: 'month', label: 'Month', ms: 30 * DAY_MS },
  { value: 'year', label: 'Year', ms: 365 * DAY_MS },
  /** From the oldest reading that is kept. */
  { value: 'all', label: 'All', ms: null },
] as const;
export type RangeName = (typeof ranges)[number]['value'];

export function lengthOf(range: RangeName): number | null {
  return ranges.find(({ value }) => value === range)?.ms ?? null;
}

/** How the times of an axis read that spans so many milliseconds. */
export function tickFormat(spanMs: number): Intl.DateTimeFormat {
  if (spanMs < 10 * 60_000) return new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
  if (spanMs <= 2 * DAY_MS) return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
  if (spanMs <= 400 * DAY_MS) return new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
  return new Intl.DateTimeFormat(undefined, { month: 'short', year: 'numeric' });
}

/** A length of time in words, rounded: `3 days`, `5 hours`. */
export function durationText(ms: number): string {
  for (const [unit, size] of [
    ['year', 365 * DAY_MS],
    ['day', DAY_MS],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const) {
    const count = Math.round(ms / size);
    if (ms >= size) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}

/** The value of a `datetime-local` field for a moment, in local time, to the minute. */
export function toField(milliseconds: number): string {
  const date = new Date(milliseconds);
  return new Date(milliseconds - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that a `datetime-local` field says, with its minute complete; null where it says none. */
export function fromField(text: string): number | null {
  const milliseconds = new Date(text).getTime();
  return Number.isFinite(milliseconds) && milliseconds >= 0 ? milliseconds + 59_999 : null;
}
