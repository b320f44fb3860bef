import './smart.css';

import { IconGhost } from '@tabler/icons-react';
import { Button } from '@mantine/core';

import type { ConnectionId } from '../../../app/bridge/snapshot.ts';
import { href } from '../../app/router.ts';
import { DeviceAlias } from '../../design/DeviceName.tsx';
import { Empty } from '../../design/Empty.tsx';
import { deviceAt } from '../../identity/target.ts';
import { useConnection } from '../../store/context.tsx';
import { kindOf, modelOf, sizeOf } from '../../words/device.ts';
import { KernelSaid } from '../kernel/KernelSaid.tsx';
import { LabRoleBadge } from '../lab/LabRoleBadge.tsx';
import { LostNotice } from '../overview/LostNotice.tsx';
import { SmartPanel } from './SmartPanel.tsx';

/** The health of a disk that is not part of a protected device. */
export function DiskPage({ connection: id, devno }: { connection: ConnectionId; devno: string }) {
  const connection = useConnection(id);
  const device = connection === null ? null : deviceAt(connection, devno);
  if (connection === null) return null;
  return (
    <div className="page">
      <LostNotice connection={connection} />
      <section className="panel panel-body smart-tab" aria-label="Health of the drive">
        {device === null ? (
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
        ) : (
          <>
            <div className="row row-wrap">
              <h2 className="section-title">
                <DeviceAlias device={device} />
              </h2>
              <LabRoleBadge connection={connection} device={device} />
              <span className="label">
                {modelOf(device)} · {device.name} · {sizeOf(device.sizeSectors)} · {kindOf(device)}
              </span>
            </div>
            <SmartPanel connection={connection} devno={device.diskDevno} />
            <KernelSaid connection={connection} devno={device.diskDevno} />
          </>
        )}
      </section>
    </div>
  );
}
