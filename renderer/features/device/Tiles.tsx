import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { spareFree } from '../../../app/domain/spare.ts';
import { blockCount } from '../../../app/domain/target.ts';
import { formatBytes, formatCount, formatCounted, sectorsToBytes } from '../../../app/domain/units.ts';
import { href, type DeviceTab } from '../../app/router.ts';
import { StateMark } from '../../design/StateMark.tsx';
import { deviceAt } from '../../identity/target.ts';
import { modelOf, sizeOf } from '../../words/device.ts';

/** Main and spare as two labelled bars, and the numbers, each of which opens its tab. */
export function Tiles({ connection, target }: { connection: Connection; target: TargetView }) {
  const { device, status } = target;
  const free = spareFree(status);
  const bytes = (blocks: number): string => formatBytes(sectorsToBytes(blocks * device.blockSectors));
  const to = (tab: DeviceTab): string => href({ at: 'device', connection: connection.id, name: device.name, tab });
  return (
    <div className="panel tiles">
      <Pair connection={connection} target={target} />
      <Tile
        href={to('remaps')}
        mark={<StateMark state="moved" />}
        label="Moved"
        value={formatCount(status.spareUsed)}
        unit={bytes(status.spareUsed)}
        hint={`Blocks served from the spare. Since protection began: ${formatCount(status.auto)} after failed writes, ${formatCount(status.manual)} by request, ${formatCount(status.proactive)} in time.`}
      />
      <Tile
        href={to('remaps')}
        mark={<StateMark state="pending" />}
        label="Cannot be read"
        value={formatCount(status.pending)}
        unit={bytes(status.pending)}
        hint="Pending blocks: the main disk returned an error. Each is tried again when it is next read."
      />
      <Tile
        href={to('history')}
        label="Spare left"
        value={formatCount(free)}
        unit={bytes(free)}
        hint="How many more blocks can be moved before the spare is used up."
      />
      <Tile
        href={to('events')}
        label="Errors met"
        value={formatCount(status.readErrors + status.writeErrors)}
        unit="reads and writes"
        hint={`Errors of the main disk since protection began, after the retries: ${formatCounted(status.readErrors, 'read')}, ${formatCounted(status.writeErrors, 'write')}.`}
      />
    </div>
  );
}

function Tile(props: { href: string; mark?: ReactNode; label: string; value: string; unit: string; hint: string }) {
  return (
    <Tooltip label={props.hint} w={260}>
      <a className="tile" href={props.href}>
        <span className="tile-label">
          {props.mark}
          {props.label}
        </span>
        <span className="tile-value ellipsis">
          {props.value} <span className="tile-unit">{props.unit}</span>
        </span>
      </a>
    </Tooltip>
  );
}

function Pair({ connection, target }: { connection: Connection; target: TargetView }) {
  const { device, status } = target;
  const main = deviceAt(connection, device.mainDevno);
  const spare = deviceAt(connection, device.spareDevno);
  const used = status.spareTotal === 0 ? 0 : (status.spareUsed + status.spareBad) / status.spareTotal;
  const moved = status.spareUsed / Math.max(1, blockCount(device));
  return (
    <div className="tile">
      <div className="pair">
        <span className="label">Main</span>
        <Tooltip
          label={`${main === null ? 'The main disk' : modelOf(main)}: ${percent(1 - moved)} of it is served from itself.`}
        >
          <div className="pair-bar">
            <span className="pair-main" style={{ width: `${(1 - moved) * 100}%` }} />
          </div>
        </Tooltip>
        <span className="nowrap">
          {main?.name ?? device.mainDevno} · {sizeOf(device.lengthSectors)}
        </span>
        <span className="label">Spare</span>
        <Tooltip label={`${spare === null ? 'The spare' : modelOf(spare)}: ${percent(used)} of its blocks are used.`}>
          <div className="pair-bar">
            <span className="pair-spare" style={{ width: `${used === 0 ? 0 : Math.max(1, used * 100)}%` }} />
          </div>
        </Tooltip>
        <span className="nowrap">
          {spare?.name ?? device.spareDevno}
          {spare === null ? '' : ` · ${sizeOf(spare.sizeSectors)}`}
        </span>
      </div>
    </div>
  );
}

/** Never rounds something to nothing or almost all to all. */
export function percent(part: number): string {
  if (part > 0 && part < 0.001) return 'under 0.1 %';
  if (part < 1 && part > 0.999) return 'over 99.9 %';
  const exact = part === 0 || part === 1 || (part > 0.1 && part < 0.9);
  return `${(part * 100).toFixed(exact ? 0 : 1)} %`;
}
