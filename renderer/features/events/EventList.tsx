import './events.css';

import { Button, SegmentedControl } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useMemo, useState } from 'react';

import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import type { TargetEvent } from '../../../app/domain/target.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { Empty } from '../../design/Empty.tsx';
import { Failure } from '../../design/Notice.tsx';
import { Time } from '../../design/Time.tsx';
import { useCall } from '../../store/use-call.ts';
import { eventSentence, eventWeight } from '../../words/events.ts';
import { EventMark } from './EventLine.tsx';
import { mergeEvents } from './merge.ts';

const PAGE = 200;

/** What happened, newest first, as it happens. Older events are asked for as long as the spare's ring has them. */
export function EventList(props: {
  connection: ConnectionId;
  target: TargetView;
  onShowBlock: (block: number) => void;
}) {
  const { connection, target, onShowBlock } = props;
  const older = useCall('target.events');
  const [fetched, setFetched] = useState<readonly TargetEvent[]>([]);
  const [atEnd, setAtEnd] = useState(false);
  const [show, setShow] = useState('all');
  const events = useMemo(() => mergeEvents(fetched, target.events), [fetched, target.events]);
  const shown = events.filter((event) => show === 'all' || eventWeight(event) !== 'plain');
  const oldest = events.at(-1)?.number ?? 1;

  const more = async (): Promise<void> => {
    const answer = await older.run({ connection, name: target.device.name, before: oldest, max: PAGE });
    if (answer === null) return;
    setFetched((now) => [...now, ...answer.events]);
    setAtEnd(answer.events.length < PAGE);
  };

  if (events.length === 0) {
    return (
      <Empty icon={IconHistory} title="Nothing has happened yet">
        Every block that is moved or cannot be read, and every change of the protection, is listed here.
      </Empty>
    );
  }
  return (
    <div>
      <div className="event-filter">
        <SegmentedControl
          aria-label="Which events"
          value={show}
          onChange={setShow}
          data={[
            { value: 'all', label: 'All events' },
            { value: 'trouble', label: 'Only trouble' },
          ]}
        />
        <span className="label">{formatCount(shown.length)} shown, newest first</span>
      </div>
      <table className="table event-table" aria-label="Events">
        <thead>
          <tr>
            <th>When</th>
            <th>What happened</th>
            <th>Code</th>
            <th>
              <span className="visually-hidden">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((event) => (
            <tr key={event.number}>
              <td className="nowrap">
                <Time milliseconds={event.milliseconds} form="clock" />
              </td>
              <td>
                <span className="row">
                  <EventMark event={event} /> {eventSentence(event)}
                </span>
              </td>
              <td className="event-code nowrap">
                {event.number} {event.type} {event.detail ?? ''}
              </td>
              <td className="num">
                {event.block !== null && (
                  <Button
                    variant="subtle"
                    size="compact-xs"
                    aria-label={`Show block ${formatCount(event.block)} in the heatmap`}
                    onClick={() => event.block !== null && onShowBlock(event.block)}
                  >
                    Show
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {older.error !== null && <Failure error={older.error} />}
      <div className="panel-body row">
        {oldest > 1 && !atEnd ? (
          <Button variant="default" loading={older.busy} onClick={() => void more()}>
            Show older events
          </Button>
        ) : (
          <span className="label">{oldest > 1 ? 'The spare has no older events.' : 'This is the beginning.'}</span>
        )}
      </div>
    </div>
  );
}
