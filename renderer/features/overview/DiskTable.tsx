import { Button, Tooltip } from '@mantine/core';
import { IconDatabaseOff, IconFileDescription } from '@tabler/icons-react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';
import { href } from '../../app/router.ts';
import { DeviceAlias, Serial } from '../../design/DeviceName.tsx';
import { Empty } from '../../design/Empty.tsx';
import { forecastShort } from '../../words/forecast.ts';
import { contentOf, kindOf, modelOf, sizeOf, usesOf } from '../../words/device.ts';
import { DriveAlertLines } from '../alerts/DriveAlerts.tsx';
import { LabRoleBadge } from '../lab/LabRoleBadge.tsx';
import { SmartLink } from '../smart/SmartLink.tsx';
import { ActivateButton } from '../plan/ActivateButton.tsx';

/** The disks and partitions that are not part of a protected device, each with what can be done with it or why not. */
export function DiskTable({ connection }: { connection: Connection }) {
  const part = new Set(connection.targets.flatMap(({ device }) => [device.devno, device.mainDevno, device.spareDevno]));
  const devices = connection.devices.filter(
    (device) => !part.has(device.devno) && (device.kind === 'disk' || device.kind === 'partition'),
  );
  return (
    <section className="stack" aria-label="Other disks">
      <div className="row">
        <h2 className="section-title grow">Other disks</h2>
        <Button
          variant="subtle"
          color="gray"
          component="a"
          href={href({ at: 'smart-file', connection: connection.id })}
          leftSection={<IconFileDescription size={15} />}
        >
          Open a smartctl file…
        </Button>
      </div>
      <div className="panel" style={{ overflowX: 'auto' }}>
        {devices.length === 0 ? (
          <Empty icon={IconDatabaseOff} title="No other disks were found">
            Connect one and look again.
          </Empty>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th>Disk</th>
                <th className="num">Size</th>
                <th>Kind</th>
                <th>SMART</th>
                <th>What is on it</th>
                <th>
                  <span className="visually-hidden">Action</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {devices.map((device) => (
                <DiskRow key={device.devno} connection={connection} device={device} />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

function DiskRow({ connection, device }: { connection: Connection; device: BlockDevice }) {
  const uses = usesOf(device.users);
  const forecast = device.kind === 'disk' ? (connection.smart[device.devno]?.forecast ?? null) : null;
  return (
    <tr>
      <td>
        <span className="row">
          <DeviceAlias device={device} />
          <LabRoleBadge connection={connection} device={device} />
        </span>
        <div className="label">
          {modelOf(device)} · {device.name} · <Serial serial={device.serial} />
        </div>
        {device.kind === 'disk' && <DriveAlertLines connection={connection} disk={device} />}
      </td>
      <td className="num nowrap">{sizeOf(device.sizeSectors)}</td>
      <td className="nowrap">{kindOf(device)}</td>
      <td>
        <SmartLink connection={connection} device={device} />
        {forecast !== null && <div className="label">Forecast: {forecastShort(forecast)}</div>}
      </td>
      <td>
        {contentOf(device)}
        {uses !== null && <div className="label">{uses}</div>}
      </td>
      <td className="num">
        <Action connection={connection} device={device} />
      </td>
    </tr>
  );
}

function Action({ connection, device }: { connection: Connection; device: BlockDevice }) {
  const live = connection.phase.state === 'open';
  if (device.spareOf !== null && !device.spareOf.live) {
    return <ActivateButton connection={connection} spare={device} spareOf={device.spareOf} disabled={!live} />;
  }
  const blocked = device.asMain.find((reason) => reason.level === 'block');
  if (blocked !== undefined) {
    return (
      <Tooltip label={device.asMain.map((reason) => reason.sentence).join(' ')} w={280}>
        <span className="why-not" tabIndex={0}>
          {blocked.sentence}
        </span>
      </Tooltip>
    );
  }
  return (
    <Button
      variant="default"
      component="a"
      href={href({ at: 'protect', connection: connection.id, main: device.devno })}
      aria-label={`Protect ${modelOf(device)} ${device.name}…`}
    >
      Protect…
    </Button>
  );
}
