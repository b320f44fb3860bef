import './smart.css';

import { IconGhost } from '@tabler/icons-react';
import { Button } from '@mantine/core';

import type { Connection, ConnectionId } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';
import { pairOf } from '../../../app/domain/pair.ts';
import { href } from '../../app/router.ts';
import { DeviceAlias } from '../../design/DeviceName.tsx';
import { Empty } from '../../design/Empty.tsx';
import { Notice } from '../../design/Notice.tsx';
import { deviceAt } from '../../identity/target.ts';
import { useConnection } from '../../store/context.tsx';
import { kindOf, modelOf, sizeOf } from '../../words/device.ts';
import { DriveAlerts, DriveMute } from '../alerts/DriveAlerts.tsx';
import { DriveForecast } from '../forecast/ForecastPanel.tsx';
import { ForecastShort } from '../forecast/ForecastShort.tsx';
import { DriveHistory } from '../history/DriveHistory.tsx';
import { KernelSaid } from '../kernel/KernelSaid.tsx';
import { LabRoleBadge } from '../lab/LabRoleBadge.tsx';
import { LostNotice } from '../overview/LostNotice.tsx';
import { SmartPanel } from './SmartPanel.tsx';

/** One disk: what it tells of its health, and what stands of it. */
export function DiskPage({ connection: id, devno }: { connection: ConnectionId; devno: string }) {
  const connection = useConnection(id);
  const device = connection === null ? null : deviceAt(connection, devno);
  if (connection === null) return null;
  return (
    <div className="page">
      <LostNotice connection={connection} />
      {device === null ? (
        <section className="panel panel-body smart-tab" aria-label="Health of the drive">
          <Empty
            icon={IconGhost}
            title="This disk is not there at this moment"
            action={
              <Button component="a" href={href({ at: 'overview', connection: id })}>
                To the overview
              </Button>
            }
          >
            It was pulled, or the connection is not open.
          </Empty>
        </section>
      ) : (
        <Known connection={connection} device={device} />
      )}
    </div>
  );
}

function Known({ connection, device }: { connection: Connection; device: BlockDevice }) {
  // What a partition lies on is what is well or not.
  const disk = deviceAt(connection, device.diskDevno) ?? device;
  const part = pairOf(
    connection.devices,
    connection.targets.map((target) => target.device),
    disk.devno,
  );
  const isMain = part?.role === 'main';
  const forecast = isMain ? null : (connection.smart[disk.devno]?.forecast ?? null);
  return (
    <>
      <section className="panel panel-body smart-tab" aria-label="Health of the drive">
        <div className="row row-wrap">
          <h2 className="section-title">
            <DeviceAlias device={device} />
          </h2>
          <LabRoleBadge connection={connection} device={device} />
          <span className="label">
            {modelOf(device)} · {device.name} · {sizeOf(device.sizeSectors)} · {kindOf(device)}
          </span>
        </div>
        {isMain && <MainOf connection={connection} name={part.device.name} />}
        <DriveAlerts connection={connection} disk={disk} />
        {forecast !== null && <ForecastShort forecast={forecast} />}
        <SmartPanel connection={connection} devno={disk.devno} />
        {!isMain && <DriveMute connection={connection} disk={disk} />}
        <KernelSaid connection={connection} devno={disk.devno} />
      </section>
      <DriveHistory connection={connection} devno={disk.devno} />
      {forecast !== null && (
        <section className="panel" aria-label="Forecast of the drive">
          <DriveForecast forecast={forecast} from="disk" />
        </section>
      )}
    </>
  );
}

/** Where more is known of a disk than it tells of itself. */
function MainOf({ connection, name }: { connection: Connection; name: string }) {
  return (
    <Notice
      title={`This is the main disk of ${name}.`}
      actions={
        <Button
          variant="default"
          component="a"
          href={href({ at: 'device', connection: connection.id, name, tab: 'forecast' })}
        >
          To {name}
        </Button>
      }
    >
      Its alerts and its forecast are there, with what was met on its blocks.
    </Notice>
  );
}
