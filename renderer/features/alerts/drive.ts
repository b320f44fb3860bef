import { driveSubject } from '../../../app/alerts/drive.ts';
import type { Alert } from '../../../app/alerts/schema.ts';
import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';

/** By what the alerts of a whole disk go. */
export function subjectOf(connection: Pick<Connection, 'smart'>, disk: BlockDevice): string {
  return driveSubject(disk, connection.smart[disk.devno]?.health ?? null).id;
}

/** What stands of a whole disk, newest first. */
export function alertsOfDisk(connection: Pick<Connection, 'smart' | 'alerts'>, disk: BlockDevice): Alert[] {
  const id = subjectOf(connection, disk);
  return connection.alerts.open.filter(({ subject }) => subject === id);
}

/** The disk that an alert is about; undefined where it is about a pair, or is not there. */
export function diskOfAlert(connection: Pick<Connection, 'devices' | 'smart'>, subject: string) {
  return connection.devices.find((device) => device.kind === 'disk' && subjectOf(connection, device) === subject);
}
