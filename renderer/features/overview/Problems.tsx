import { Button } from '@mantine/core';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { MachineReport } from '../../../app/domain/machine.ts';
import { moduleBuildCommands } from '../../../app/domain/module.ts';
import { Failure, Notice } from '../../design/Notice.tsx';
import { useCall } from '../../store/use-call.ts';

/** Whether something stands in the way of protecting a disk on this machine. */
export function isBlocked(connection: Connection): boolean {
  return connection.machine?.problems.some((problem) => problem.blocking) ?? false;
}

/** What stands in the way on this machine and what to do about each, and a way to look again once it is done. */
export function Problems({ connection }: { connection: Connection }) {
  const refresh = useCall('devices.refresh');
  const { machine, phase } = connection;
  if (machine === null || machine.problems.length === 0) return null;
  return (
    <>
      {machine.problems.map((problem) => (
        <Notice key={problem.sentence} tone={problem.blocking ? 'bad' : 'warn'} title={problem.sentence}>
          {problem.remedy}
        </Notice>
      ))}
      {machine.module.state === 'missing' && <BuildModule machine={machine} />}
      {isBlocked(connection) && (
        <div className="row">
          <Button
            variant="default"
            loading={refresh.busy}
            disabled={phase.state !== 'open'}
            onClick={() => void refresh.run({ connection: connection.id })}
          >
            I have done that, look again
          </Button>
        </div>
      )}
      {refresh.error !== null && <Failure error={refresh.error} />}
    </>
  );
}

function BuildModule({ machine }: { machine: MachineReport }) {
  return (
    <div className="panel panel-body stack">
      <h3 className="panel-title">How to build the kernel module</h3>
      <p>
        There is no ready-made package of it yet. In a terminal, in the folder that holds the source of dm-remap
        Desktop:
      </p>
      <pre className="code-block">{moduleBuildCommands(machine.kernelRelease).join('\n')}</pre>
      <p className="label">
        {machine.secureBoot === 'on'
          ? 'Secure Boot is on: before the last command, sign dm-remap.ko with a key that is enrolled on this computer, or the kernel refuses it. '
          : ''}
        After an update of the kernel the module has to be built again. The lab works without any of this.
      </p>
    </div>
  );
}
