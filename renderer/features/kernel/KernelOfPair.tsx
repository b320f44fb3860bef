import type { Connection, TargetView } from '../../../app/bridge/snapshot.ts';
import { deviceAt } from '../../identity/target.ts';
import { notFollowed } from '../../words/kernel.ts';
import { KernelSaid } from './KernelSaid.tsx';

/** What the kernel said of both disks of a protected device. */
export function KernelOfPair({ connection, target }: { connection: Connection; target: TargetView }) {
  const { mainDevno, spareDevno } = target.device;
  const diskOf = (devno: string): string => deviceAt(connection, devno)?.diskDevno ?? devno;
  return (
    <div className="panel-body stack">
      <KernelSaid connection={connection} devno={diskOf(mainDevno)} of="main" />
      {notFollowed(connection.kernel.log) === null && (
        <KernelSaid connection={connection} devno={diskOf(spareDevno)} of="spare" />
      )}
    </div>
  );
}
