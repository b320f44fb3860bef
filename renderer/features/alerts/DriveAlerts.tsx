import './alerts.css';

import { Button, Switch } from '@mantine/core';
import { IconAlertOctagonFilled, IconAlertTriangleFilled } from '@tabler/icons-react';

import { isGrave } from '../../../app/alerts/rules.ts';
import { alertWords } from '../../../app/alerts/words.ts';
import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';
import { Failure, Notice } from '../../design/Notice.tsx';
import { Time } from '../../design/Time.tsx';
import { useCall } from '../../store/use-call.ts';
import { alertsOfDisk, subjectOf } from './drive.ts';

/** What stands of a disk in its row of a table. What has ended is left to the list of alerts. */
export function DriveAlertLines({ connection, disk }: { connection: Connection; disk: BlockDevice }) {
  const alerts = alertsOfDisk(connection, disk).filter(({ over }) => !over);
  if (alerts.length === 0) return null;
  return (
    <ul className="drive-alerts" aria-label={`Alerts of ${disk.name}`}>
      {alerts.map((alert) => {
        const Icon = isGrave(alert) ? IconAlertOctagonFilled : IconAlertTriangleFilled;
        return (
          <li key={alert.rule} className={isGrave(alert) ? 'drive-alert-grave' : undefined}>
            <Icon size={14} aria-hidden="true" />
            {alertWords(alert).what}
          </li>
        );
      })}
    </ul>
  );
}

/** What stands of a disk, on its own page: each can be acknowledged. */
export function DriveAlerts({ connection, disk }: { connection: Connection; disk: BlockDevice }) {
  const acknowledge = useCall('alerts.acknowledge');
  const alerts = alertsOfDisk(connection, disk);
  return (
    <>
      {alerts.map((alert) => {
        const { what, advice } = alertWords(alert);
        return (
          <Notice
            key={alert.rule}
            tone={isGrave(alert) ? 'bad' : 'warn'}
            title={what}
            actions={
              <Button
                size="compact-xs"
                variant="default"
                disabled={acknowledge.busy}
                onClick={() =>
                  void acknowledge.run({ connection: connection.id, subject: alert.subject, rule: alert.rule })
                }
              >
                Acknowledge
              </Button>
            }
          >
            {alert.over ? 'This has ended since.' : advice}{' '}
            <span className="label">
              Told <Time milliseconds={alert.raised} />
            </span>
          </Notice>
        );
      })}
      {acknowledge.error !== null && <Failure error={acknowledge.error} />}
    </>
  );
}

/** Whether notifications of a disk are shown. */
export function DriveMute({ connection, disk }: { connection: Connection; disk: BlockDevice }) {
  const mute = useCall('alerts.mute');
  const subject = subjectOf(connection, disk);
  return (
    <>
      <Switch
        label="Tell of this disk when it gets worse"
        description="That it says of itself that it is failing is told all the same."
        checked={!connection.alerts.muted.includes(subject)}
        onChange={(event) => void mute.run({ connection: connection.id, subject, muted: !event.currentTarget.checked })}
      />
      {mute.error !== null && <Failure error={mute.error} />}
    </>
  );
}
