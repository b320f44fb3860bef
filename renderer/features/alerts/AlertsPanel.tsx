import { Button } from '@mantine/core';
import { IconAlertOctagonFilled, IconAlertTriangleFilled, IconBellCheck } from '@tabler/icons-react';

import { isGrave } from '../../../app/alerts/rules.ts';
import type { Alert } from '../../../app/alerts/schema.ts';
import { alertWords } from '../../../app/alerts/words.ts';
import type { Connection, ConnectionId } from '../../../app/bridge/snapshot.ts';
import { href } from '../../app/router.ts';
import { Empty } from '../../design/Empty.tsx';
import { Failure } from '../../design/Notice.tsx';
import { Time } from '../../design/Time.tsx';
import { useCall } from '../../store/use-call.ts';
import { AlertSettings } from './AlertSettings.tsx';
import { diskOfAlert } from './drive.ts';

/** Every alert that was not acknowledged, of all connections, newest first; and what may be silenced. */
export function AlertsPanel({ connections, onGo }: { connections: readonly Connection[]; onGo: () => void }) {
  const acknowledge = useCall('alerts.acknowledge');
  const open = connections
    .flatMap((connection) => connection.alerts.open.map((alert) => ({ connection, alert })))
    .sort((a, b) => b.alert.raised - a.alert.raised);
  const all = async (): Promise<void> => {
    for (const { id, alerts } of connections) {
      if (alerts.open.length > 0) await acknowledge.run({ connection: id, subject: null, rule: null });
    }
  };
  return (
    <div className="stack">
      {open.length === 0 ? (
        <Empty icon={IconBellCheck} title="No alerts">
          Something is told here when it gets worse: not again while it stays as it is.
        </Empty>
      ) : (
        <>
          <ul className="alerts-list" aria-label="Alerts">
            {open.map(({ connection, alert }) => (
              <AlertItem
                key={`${connection.id} ${alert.subject} ${alert.rule}`}
                connection={connection}
                alert={alert}
                busy={acknowledge.busy}
                onGo={onGo}
                onAcknowledge={(id) =>
                  void acknowledge.run({ connection: id, subject: alert.subject, rule: alert.rule })
                }
              />
            ))}
          </ul>
          {open.length > 1 && (
            <Button variant="default" size="xs" loading={acknowledge.busy} onClick={() => void all()}>
              Acknowledge all
            </Button>
          )}
        </>
      )}
      {acknowledge.error !== null && <Failure error={acknowledge.error} />}
      <AlertSettings connections={connections} />
    </div>
  );
}

function AlertItem(props: {
  connection: Connection;
  alert: Alert;
  busy: boolean;
  onGo: () => void;
  onAcknowledge: (connection: ConnectionId) => void;
}) {
  const { connection, alert, busy, onGo, onAcknowledge } = props;
  const { sentence, advice } = alertWords(alert);
  const grave = isGrave(alert);
  const Icon = grave ? IconAlertOctagonFilled : IconAlertTriangleFilled;
  const there = connection.targets.find(({ device }) => device.uuid === alert.subject)?.device.name;
  const disk = there === undefined ? diskOfAlert(connection, alert.subject) : undefined;
  return (
    <li className="alert-item">
      <Icon size={18} style={{ color: grave ? 'var(--bad-ink)' : 'var(--warn-ink)' }} aria-hidden="true" />
      <div className="grow">
        <p className="alert-sentence">{sentence}</p>
        <p>{alert.over ? 'This has ended since.' : advice}</p>
        <p className="label">
          {connection.title}, <Time milliseconds={alert.raised} />
          {alert.changed > alert.raised && (
            <>
              , last change <Time milliseconds={alert.changed} form="clock" />
            </>
          )}
        </p>
        <div className="row row-wrap">
          <Button size="compact-xs" variant="default" disabled={busy} onClick={() => onAcknowledge(connection.id)}>
            Acknowledge
          </Button>
          {there !== undefined && (
            <Button
              size="compact-xs"
              variant="subtle"
              component="a"
              href={href({ at: 'device', connection: connection.id, name: there, tab: 'events' })}
              onClick={onGo}
            >
              Show the device
            </Button>
          )}
          {disk !== undefined && (
            <Button
              size="compact-xs"
              variant="subtle"
              component="a"
              href={href({ at: 'disk', connection: connection.id, devno: disk.devno })}
              onClick={onGo}
            >
              Show the disk
            </Button>
          )}
        </div>
      </div>
    </li>
  );
}
