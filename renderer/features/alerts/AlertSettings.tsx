import { Button, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';

import type { Quiet } from '../../../app/alerts/schema.ts';
import type { Connection } from '../../../app/bridge/snapshot.ts';
import { Failure } from '../../design/Notice.tsx';
import { useSession } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';
import { modelOf } from '../../words/device.ts';
import { alertsOfDisk, subjectOf } from './drive.ts';
import { fromTime, toTime } from './quiet.ts';

const usual: Quiet = { from: 22 * 60, to: 7 * 60 };

interface Told {
  readonly connection: Connection;
  readonly id: string;
  readonly name: string;
}

/** Protected devices, and those of the other disks that are muted or have something to tell: a machine may have many. */
function toldOf(connection: Connection): Told[] {
  const { targets, devices, alerts } = connection;
  const pairs = targets.map(({ device }) => ({ connection, id: device.uuid, name: device.name }));
  const disks = devices
    .filter(({ kind }) => kind === 'disk')
    .map((disk) => ({ disk, id: subjectOf(connection, disk) }))
    .filter(({ disk, id }) => alerts.muted.includes(id) || alertsOfDisk(connection, disk).length > 0)
    .map(({ disk, id }) => ({ connection, id, name: `${modelOf(disk)} ${disk.name}` }));
  return [...pairs, ...disks];
}

/** Quiet hours and muted disks. What is silenced is still listed above. */
export function AlertSettings({ connections }: { connections: readonly Connection[] }) {
  const quiet = connections.find(({ alerts }) => alerts.quiet !== null)?.alerts.quiet ?? null;
  const setQuiet = useCall('alerts.quiet');
  const mute = useCall('alerts.mute');
  const change = (next: Quiet | null): void => void setQuiet.run({ quiet: next });
  const disks = connections.flatMap(toldOf);
  const error = setQuiet.error ?? mute.error;
  return (
    <section className="alert-settings stack" aria-label="What is told">
      <h3 className="panel-title">Notifications</h3>
      <PagePermission />
      <Switch
        label="Quiet hours"
        checked={quiet !== null}
        onChange={(event) => change(event.currentTarget.checked ? usual : null)}
      />
      {quiet !== null && (
        <div className="row row-wrap">
          <TimeField label="from" minutes={quiet.from} onChange={(from) => change({ ...quiet, from })} />
          <TimeField label="to" minutes={quiet.to} onChange={(to) => change({ ...quiet, to })} />
          <span className="label">What comes meanwhile is told afterwards.</span>
        </div>
      )}
      {disks.map(({ connection, id, name }) => (
        <Switch
          key={`${connection.id} ${id}`}
          label={`Tell of ${name} (${connection.title})`}
          checked={!connection.alerts.muted.includes(id)}
          onChange={(event) =>
            void mute.run({ connection: connection.id, subject: id, muted: !event.currentTarget.checked })
          }
        />
      ))}
      <p className="label">
        Every other disk is told of too, and can be muted on its own page. A drive’s own verdict that it is failing is
        always told.
      </p>
      {error !== null && <Failure error={error} />}
    </section>
  );
}

function TimeField(props: { label: string; minutes: number; onChange: (minutes: number) => void }) {
  const { label, minutes, onChange } = props;
  return (
    <label className="row label">
      {label}
      <TextInput
        type="time"
        size="xs"
        value={toTime(minutes)}
        onChange={(event) => {
          const next = fromTime(event.currentTarget.value);
          if (next !== null) onChange(next);
        }}
      />
    </label>
  );
}

/** A browser shows notifications only after it was asked on a click. The desktop window needs no permission. */
function PagePermission() {
  const host = useSession(({ snapshot }) => snapshot?.app.host ?? null);
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  if (host !== 'web') return null;
  if (permission === 'granted') return <p className="label">Shown by this browser while this page is open.</p>;
  if (permission === 'denied') {
    return <p className="label">Shown on this page only: the browser does not show notifications of it.</p>;
  }
  return (
    <Button
      size="xs"
      variant="default"
      style={{ alignSelf: 'flex-start' }}
      onClick={() => void Notification.requestPermission().then(setPermission)}
    >
      Let this browser show notifications
    </Button>
  );
}
