import { Tooltip } from '@mantine/core';

import { formatCount } from '../../../app/domain/units.ts';
import { eventSentence } from '../../words/events.ts';
import { EventMark } from '../events/EventLine.tsx';
import type { Mark } from './series.ts';

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** What happened, at its place on the time axis of the chart below. */
export function MarkStrip({ marks, from, to }: { marks: readonly Mark[]; from: number; to: number }) {
  if (marks.length === 0) return null;
  return (
    <ul className="history-marks" aria-label="What happened">
      {marks.map((mark) => {
        const { first } = mark;
        const text = `${moment.format(first.milliseconds)}: ${wordsOf(mark)}`;
        const left = `${((first.milliseconds - from) / Math.max(1, to - from)) * 100}%`;
        return (
          <Tooltip key={`${first.number}-${first.milliseconds}`} label={text}>
            <li style={{ left }} tabIndex={0} aria-label={text}>
              <EventMark event={first} />
            </li>
          </Tooltip>
        );
      })}
    </ul>
  );
}

export function wordsOf({ first, last, count }: Mark): string {
  if (count === 1) return eventSentence(first);
  return `${eventSentence(first)} And ${formatCount(count - 1)} more of the kind until ${moment.format(last.milliseconds)}.`;
}
