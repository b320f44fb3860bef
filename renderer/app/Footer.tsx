import { useEffect, useState } from 'react';

import type { ConnectionId } from '../../app/bridge/snapshot.ts';
import { AliasName, DeviceAlias } from '../design/DeviceName.tsx';
import { deviceAt, targetIdentity } from '../identity/target.ts';
import { useConnection } from '../store/context.tsx';
import type { Route } from './router.ts';

const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' });

/** Says on every picture of a page which drive, when and which version. */
export function Footer({ route, version }: { route: Route; version: string }) {
  const now = useMinute();
  return (
    <footer className="foot">
      {route.at === 'device' && <Drive connection={route.connection} name={route.name} />}
      {route.at === 'disk' && <Disk connection={route.connection} devno={route.devno} />}
      <span className="grow" />
      <time dateTime={now.toISOString()}>{date.format(now)}</time>
      <span>dm-remap Desktop {version}</span>
    </footer>
  );
}

function Drive({ connection: id, name }: { connection: ConnectionId; name: string }) {
  const connection = useConnection(id);
  const device = connection?.targets.find((target) => target.device.name === name)?.device;
  if (connection === null || device === undefined) return null;
  return (
    <>
      <AliasName identity={targetIdentity(connection, device)} />
      <span>{id === 'lab' ? 'Make-believe disk of the lab' : connection.title}</span>
    </>
  );
}

function Disk({ connection: id, devno }: { connection: ConnectionId; devno: string }) {
  const connection = useConnection(id);
  const device = connection === null ? null : deviceAt(connection, devno);
  return device === null ? null : <DeviceAlias device={device} />;
}

function useMinute(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
