import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconCheck,
  IconDeviceDesktop,
  IconEye,
  IconEyeOff,
  IconMoon,
  IconPlugConnected,
  IconPlugConnectedX,
  IconSun,
} from '@tabler/icons-react';

import type { Connection } from '../../app/bridge/snapshot.ts';
import { PhaseDot } from '../design/ToneMark.tsx';
import { AlertsButton } from '../features/alerts/AlertsButton.tsx';
import { useConnection, usePrefs, useSetPrefs } from '../store/context.tsx';
import { useCall } from '../store/use-call.ts';
import { phaseWord } from '../words/connection.ts';
import { href, type Route } from './router.ts';

export function TopBar({ route }: { route: Route }) {
  return (
    <header className="bar">
      <div className="grow">{route.at === 'start' ? <h1 className="bar-title">Start</h1> : <Path route={route} />}</div>
      {route.at !== 'start' && <ConnectionState route={route} />}
      <AlertsButton />
      <SerialEye />
      <SchemeMenu />
    </header>
  );
}

function Path({ route }: { route: Exclude<Route, { at: 'start' }> }) {
  const title = useConnection(route.connection)?.title ?? route.connection;
  if (route.at === 'overview') return <h1 className="bar-title">{title}</h1>;
  return (
    <div className="bar-path">
      <a href={href({ at: 'overview', connection: route.connection })}>{title}</a>
      <span className="muted" aria-hidden="true">
        ›
      </span>
      <h1 className="bar-title ellipsis">{pageTitle(route)}</h1>
    </div>
  );
}

function pageTitle(route: Exclude<Route, { at: 'start' | 'overview' }>): string {
  switch (route.at) {
    case 'device':
      return route.name;
    case 'disk':
      return 'Health of a drive';
    case 'smart-file':
      return 'A saved smartctl file';
    case 'protect':
      return 'Protect a disk';
  }
}

function ConnectionState({ route }: { route: Exclude<Route, { at: 'start' }> }) {
  const connection = useConnection(route.connection);
  return connection === null ? null : <ConnectionMenu connection={connection} />;
}

function ConnectionMenu({ connection }: { connection: Connection }) {
  const close = useCall('connection.close');
  const open = useCall('connection.open');
  const { phase, id, title } = connection;
  const word = phaseWord(phase);
  const closable = phase.state === 'open' || phase.state === 'opening';
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <button type="button" className="badge bar-state" aria-label={`${title}: ${word}`}>
          <PhaseDot phase={phase} />
          {word}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {phase.state === 'open' && <Menu.Label>Helper {phase.helperVersion}</Menu.Label>}
        {closable ? (
          <Menu.Item leftSection={<IconPlugConnectedX size={16} />} onClick={() => void close.run({ connection: id })}>
            {id === 'lab' ? 'Shut the lab down' : 'Close the connection'}
          </Menu.Item>
        ) : (
          <Menu.Item leftSection={<IconPlugConnected size={16} />} onClick={() => void open.run({ connection: id })}>
            Open the connection
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function SerialEye() {
  const shown = usePrefs((prefs) => prefs.serialsShown);
  const set = useSetPrefs();
  const label = shown ? 'Hide serial numbers and file names' : 'Show serial numbers and file names';
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} aria-pressed={shown} onClick={() => set({ serialsShown: !shown })}>
        {shown ? <IconEye size={18} stroke={1.7} /> : <IconEyeOff size={18} stroke={1.7} />}
      </ActionIcon>
    </Tooltip>
  );
}

const schemes = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'As the system', icon: IconDeviceDesktop },
] as const;

function SchemeMenu() {
  const chosen = usePrefs((prefs) => prefs.scheme);
  const set = useSetPrefs();
  const Icon = schemes.find((scheme) => scheme.value === chosen)?.icon ?? IconDeviceDesktop;
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon aria-label="Light or dark" title="Light or dark">
          <Icon size={18} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map((scheme) => (
          <Menu.Item
            key={scheme.value}
            leftSection={<scheme.icon size={16} />}
            rightSection={scheme.value === chosen ? <IconCheck size={15} aria-label="chosen" /> : null}
            onClick={() => set({ scheme: scheme.value })}
          >
            {scheme.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
