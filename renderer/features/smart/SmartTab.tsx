import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';

import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import type { Role } from '../../../app/domain/block-device.ts';
import { DeviceAlias } from '../../design/DeviceName.tsx';
import { deviceAt } from '../../identity/target.ts';
import { modelOf } from '../../words/device.ts';
import { DriveAlerts } from '../alerts/DriveAlerts.tsx';
import { DriveForecast } from '../forecast/ForecastPanel.tsx';
import { SmartPanel } from './SmartPanel.tsx';

/** The health of both drives of a protected device, one at a time: main first. */
export function SmartTab({ connection, target }: { connection: Connection; target: TargetView }) {
  const [role, setRole] = useState<Role>('main');
  const device = deviceAt(connection, role === 'main' ? target.device.mainDevno : target.device.spareDevno);
  const devno = device?.diskDevno ?? '';
  const disk = deviceAt(connection, devno);
  const forecast = connection.smart[devno]?.forecast ?? null;
  return (
    <div className="smart-tab">
      <div className="row row-wrap">
        <SegmentedControl<Role>
          aria-label="Which drive"
          value={role}
          onChange={setRole}
          data={[
            { value: 'main', label: 'Main' },
            { value: 'spare', label: 'Spare' },
          ]}
        />
        {device !== null && (
          <>
            <DeviceAlias device={device} />
            <span className="label">
              {modelOf(device)} · {device.name}
            </span>
          </>
        )}
      </div>
      {disk !== null && <DriveAlerts connection={connection} disk={disk} />}
      <SmartPanel key={devno} connection={connection} devno={devno} />
      {role === 'spare' && forecast !== null && (
        <section aria-label="Forecast of the drive">
          <DriveForecast forecast={forecast} from="disk" />
        </section>
      )}
    </div>
  );
}
