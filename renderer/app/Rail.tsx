import { IconDatabase, IconDeviceDesktop, IconFlask, IconShieldFilled } from '@tabler/icons-react';
import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Connection, TargetView } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import markUrl from '../design/mark.svg';
import { PhaseDot, ToneMark } from '../design/ToneMark.tsx';
import { verdictOfPair } from '../features/device/pair-verdict.ts';
import { saidFailedAt } from '../features/smart/said-failed.ts';
import { aliasOf, identityOf } from '../identity/alias.ts';
import { targetIdentity } from '../identity/target.ts';
import { useLive } from '../store/context.tsx';
import { modelOf } from '../words/device.ts';
import { phaseWord } from '../words/connection.ts';
import { labRoleOf } from '../words/lab.ts';
import { shortVerdict } from '../words/smart.ts';
import { href, type Route } from './router.ts';

/** Every connection with its protected devices and disks, each with a mark of its state. */
export function Rail({ connections, route }: { connections: readonly Connection[]; route: Route }) {
  return (
    <nav className="rail" aria-label="Connections and disks">
      <a className="rail-brand" href={href({ at: 'start' })} aria-current={route.at === 'start' ? 'page' : undefined}>
        <img src={markUrl} alt="" />
        <span className="rail-text">dm-remap</span>
      </a>
      {connections.map((connection) => (
        <Group key={connection.id} connection={connection} route={route} />
      ))}
    </nav>
  );
}

function Group({ connection, route }: { connection: Connection; route: Route }) {
  const { id, title, phase, targets, devices } = connection;
  const Icon = id === 'lab' ? IconFlask : IconDeviceDesktop;
  const inTargets = new Set(targets.flatMap(({ device }) => [device.mainDevno, device.spareDevno, device.devno]));
  const others = devices.filter((device) => device.kind === 'disk' && !inTargets.has(device.devno));
  const word = phaseWord(phase);
  return (
    <div className="rail-group">
      <RailLink
        href={href({ at: 'overview', connection: id })}
        current={route.at !== 'start' && route.at !== 'device' && route.at !== 'disk' && route.connection === id}
        label={`${title}, ${word}`}
        className="rail-head"
      >
        <Icon size={18} stroke={1.7} aria-hidden="true" />
        <span className="rail-text grow ellipsis">{title}</span>
        <PhaseDot phase={phase} />
      </RailLink>
      {targets.length > 0 && (
        <>
          <div className="rail-sub">Protected</div>
          <ul className="rail-list">
            {targets.map((target) => (
              <TargetLink key={target.device.name} connection={connection} target={target} route={route} />
            ))}
          </ul>
        </>
      )}
      {others.length > 0 && (
        <>
          <div className="rail-sub">Disks</div>
          <ul className="rail-list">
            {others.map((device) => (
              <DiskLink key={device.devno} connection={connection} device={device} route={route} />
            ))}
          </ul>
        </>
      )}
      {targets.length + others.length === 0 && <div className="rail-quiet">{word}</div>}
    </div>
  );
}

function TargetLink(props: { connection: Connection; target: TargetView; route: Route }) {
  const { connection, target, route } = props;
  const { device } = target;
  const verdict = verdictOfPair(connection, target, useLive(connection));
  const alias = aliasOf(targetIdentity(connection, device));
  return (
    <li>
      <RailLink
        href={href({ at: 'device', connection: connection.id, name: device.name, tab: 'remaps' })}
        current={route.at === 'device' && route.connection === connection.id && route.name === device.name}
        label={`${device.name}, ${alias.words}, ${verdict.short}`}
      >
        <IconShieldFilled size={18} style={{ color: alias.colour }} aria-hidden="true" />
        <span className="rail-text grow ellipsis">{device.name}</span>
        <span className="rail-text">
          <ToneMark tone={verdict.tone} size={15} />
        </span>
      </RailLink>
    </li>
  );
}

function DiskLink(props: { connection: Connection; device: BlockDevice; route: Route }) {
  const { connection, device, route } = props;
  const alias = aliasOf(identityOf(device));
  const role = labRoleOf(connection, device)?.name ?? null;
  const { tone, short } = shortVerdict(connection.smart[device.diskDevno], saidFailedAt(connection, device.diskDevno));
  const troubled = tone === 'danger' || tone === 'attention';
  return (
    <li>
      <RailLink
        href={href({ at: 'disk', connection: connection.id, devno: device.devno })}
        current={route.at === 'disk' && route.connection === connection.id && route.devno === device.devno}
        label={`${alias.words} ${device.name}, ${role === null ? '' : `${role}, `}${modelOf(device)}${troubled ? `, ${short}` : ''}`}
      >
        <IconDatabase size={18} stroke={1.7} style={{ color: alias.colour }} aria-hidden="true" />
        <span className="rail-text grow ellipsis">{alias.words}</span>{' '}
        <span className="rail-text label nowrap">{role ?? device.name}</span>
        {troubled && (
          <span className="rail-text">
            <ToneMark tone={tone} size={15} />
          </span>
        )}
      </RailLink>
    </li>
  );
}

function RailLink(props: { href: string; current: boolean; label: string; className?: string; children: ReactNode }) {
  return (
    <Tooltip label={props.label} position="right" openDelay={600}>
      <a
        className={`rail-link ${props.className ?? ''}`}
        href={props.href}
        aria-current={props.current ? 'page' : undefined}
        aria-label={props.label}
      >
        {props.children}
      </a>
    </Tooltip>
  );
}
