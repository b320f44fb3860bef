import { Tooltip } from '@mantine/core';

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** A moment in local time, to the second on hover. `clock`: without the date where it is today. */
export function Time({ milliseconds, form = 'short' }: { milliseconds: number; form?: 'short' | 'clock' }) {
  const date = new Date(milliseconds);
  const today = new Date().toDateString() === date.toDateString();
  return (
    <Tooltip label={exact.format(date)}>
      <time dateTime={date.toISOString()} className="nowrap">
        {form === 'clock' && today ? clock.format(date) : short.format(date)}
      </time>
    </Tooltip>
  );
}
