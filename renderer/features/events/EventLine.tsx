import './events.css';

import { IconAlertTriangleFilled, IconPointFilled } from '@tabler/icons-react';

import type { TargetEvent } from '../../../app/domain/target.ts';
import { StateMark } from '../../design/StateMark.tsx';
import { Time } from '../../design/Time.tsx';
import { eventSentence, eventState, eventWeight } from '../../words/events.ts';

export function EventMark({ event }: { event: TargetEvent }) {
  const state = eventState(event);
  if (state !== null) return <StateMark state={state} />;
  return eventWeight(event) === 'plain' ? (
    <IconPointFilled size={14} style={{ color: 'var(--ink-3)' }} aria-hidden="true" />
  ) : (
    <IconAlertTriangleFilled
      size={14}
      style={{ color: eventWeight(event) === 'grave' ? 'var(--bad-ink)' : 'var(--warn-ink)' }}
      aria-hidden="true"
    />
  );
}

/** One event in the short list beside the heatmap. */
export function EventLine({ event }: { event: TargetEvent }) {
  return (
    <li className="event-line">
      <EventMark event={event} />
      <div>
        <div>{eventSentence(event)}</div>
        <Time milliseconds={event.milliseconds} form="clock" />
      </div>
    </li>
  );
}
