import { useEffect, useState } from 'react';

import { AliasName } from '../design/DeviceName.tsx';
import { targetIdentity } from '../identity/target.ts';
import { useConnection } from '../store/context.tsx';
import type { Route } from './router.ts';

const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' });

/** Says on every picture of a page which drive, when and which version. */
export function Footer({ route, version }: { route: Route; version: string }) {
  const now = useMinute();
  return (
    <footer className="foot">
      {route.at === 'device' && <Drive connection={route.connection} name={route.name} />}
      <span className="grow" />
      <time dateTime={now.toISOString()}>{date.format(now)}</time>
      <span>dm-remap Desktop {version}</span>
    </footer>
  );
}

function Drive({ connection: id, name }: { connection: 'local' | 'lab'; name: string }) {
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

function useMinute(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
