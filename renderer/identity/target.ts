import type { Connection } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { ProtectedDevice } from '../../app/domain/target.ts';
import { identityOf } from './alias.ts';

export function deviceAt(connection: Pick<Connection, 'devices'>, devno: string): BlockDevice | null {
  return connection.devices.find((device) => device.devno === devno) ?? null;
}

/** A protected device goes by its main disk's identity, so that the alias outlives the protection. */
export function targetIdentity(connection: Pick<Connection, 'devices'>, device: ProtectedDevice): string {
  const main = deviceAt(connection, device.mainDevno);
  return main === null ? (device.mainId ?? device.uuid) : identityOf(main);
}

/** Whether the connection's machine is known not to run. Only the lab's is ever known not to. */
export function isOff(connection: Pick<Connection, 'lab'>): boolean {
  return connection.lab !== null && connection.lab.power !== 'on';
}
