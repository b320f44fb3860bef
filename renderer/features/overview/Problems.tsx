import { Button } from '@mantine/core';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import { Failure, Notice } from '../../design/Notice.tsx';
import { useCall } from '../../store/use-call.ts';
import { MissingModule } from './MissingModule.tsx';

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
      {machine.module.state === 'missing' && <MissingModule connection={connection} machine={machine} />}
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
