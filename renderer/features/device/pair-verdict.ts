import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import type { Role } from '../../../app/domain/block-device.ts';
import type { ProtectedDevice } from '../../../app/domain/target.ts';
import { deviceAt, isOff } from '../../identity/target.ts';
import { wordsOfPair } from '../smart/drive-word.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** The verdict of a protected device, with everything that its connection knows of it. */
export function verdictOfPair(connection: Connection, { device, status }: TargetView, live: boolean): Verdict {
  return verdictOf({
    status,
    settings: device.settings,
    missing: missingOf(connection, device),
    words: wordsOfPair(connection, device),
    suspended: device.suspended,
    live,
    off: isOff(connection),
  });
}

/** While no disks are known, none is missing. */
function missingOf(connection: Connection, { mainDevno, spareDevno }: ProtectedDevice): Role[] {
  if (connection.devices.length === 0) return [];
  const pair = [
    { role: 'main', devno: mainDevno },
    { role: 'spare', devno: spareDevno },
  ] as const;
  return pair.filter(({ devno }) => deviceAt(connection, devno) === null).map(({ role }) => role);
}
