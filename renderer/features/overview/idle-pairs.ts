import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { BlockDevice, DeviceUser } from '../../../app/domain/block-device.ts';
import { deviceAt } from '../../identity/target.ts';

/** A pair whose spare is here and that protects nothing at this moment, as after a restart of its machine. */
export interface IdlePair {
  readonly spare: BlockDevice;
  readonly spareOf: NonNullable<BlockDevice['spareOf']>;
  /** null where it is not here, or more than one disk could be it. */
  readonly main: BlockDevice | null;
  /** What uses main past the protection, its partitions included. */
  readonly users: readonly DeviceUser[];
}

export function idlePairsOf(connection: Pick<Connection, 'devices'>): IdlePair[] {
  const { devices } = connection;
  return devices.flatMap((spare): IdlePair[] => {
    const { spareOf } = spare;
    if (spareOf === null || spareOf.live) return [];
    const main = spareOf.mainDevno === null ? null : deviceAt(connection, spareOf.mainDevno);
    const parts =
      main === null ? [] : devices.filter(({ devno, diskDevno }) => [devno, diskDevno].includes(main.devno));
    return [{ spare, spareOf, main, users: parts.flatMap(({ users }) => users) }];
  });
}
