import { Button } from '@mantine/core';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import { Failure, Notice } from '../../design/Notice.tsx';
import { isOff } from '../../identity/target.ts';
import { useCall } from '../../store/use-call.ts';

/** Above what was last heard of a connection that is not open or answers with errors: why, and the way back. */
export function LostNotice({ connection }: { connection: Connection }) {
  const open = useCall('connection.open');
  if (connection.phase.state === 'opening') {
    return (
      <div role="status">
        <Notice title={`Connecting again to ${connection.title}`}>{connection.phase.steps.at(-1)?.text ?? '…'}</Notice>
      </div>
    );
  }
  if (connection.phase.state === 'open' && connection.phase.trouble !== undefined) {
    const { sentence, remedy } = connection.phase.trouble;
    return (
      <Failure
        error={{
          ...connection.phase.trouble,
          sentence: `What is shown is from before: the last look at the machine failed. ${sentence}`,
          remedy: `It is tried again by itself every 10 seconds. ${remedy}`,
        }}
      />
    );
  }
  if (connection.phase.state !== 'failed') return null;
  return (
    <Failure
      error={connection.phase.error}
      actions={
        // Opening a lab whose machine is off switches it on with its disks as they are.
        <Button onClick={() => void open.run({ connection: connection.id })} loading={open.busy}>
          {isOff(connection) ? 'Power on' : 'Try again'}
        </Button>
      }
    />
  );
}
