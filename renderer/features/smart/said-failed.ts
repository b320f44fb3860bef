import { saidFailed } from '../../../app/alerts/own-word.ts';
import type { Connection } from '../../../app/bridge/snapshot.ts';
import { pairOf } from '../../../app/domain/pair.ts';
import { deviceAt } from '../../identity/target.ts';

/** Whether a whole disk of which nothing is read yet, or can be, said that it is failing when it was last read. */
export function saidFailedAt(connection: Connection, devno: string): boolean {
  const { alerts, devices, smart, targets } = connection;
  if ((smart[devno]?.health ?? null) !== null) return false;
  const part = pairOf(
    devices,
    targets.map(({ device }) => device),
    devno,
  );
  const pair = part === null ? null : { uuid: part.device.uuid, role: part.role };
  return saidFailed(alerts.ownWords, deviceAt(connection, devno), pair);
}
