import { Button } from '@mantine/core';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import { Failure } from '../../design/Notice.tsx';
import { useCall } from '../../store/use-call.ts';

/** Above what was last heard of a connection that failed: why, and the way back. Nothing while it has not failed. */
export function LostNotice({ connection }: { connection: Connection }) {
  const open = useCall('connection.open');
  if (connection.phase.state !== 'failed') return null;
  // A lab without power is switched on by its own button, which keeps its disks as they are.
  const powerless = connection.lab?.power === 'off';
  return (
    <Failure
      error={open.error ?? connection.phase.error}
      actions={
        powerless ? undefined : (
          <Button size="xs" onClick={() => void open.run({ connection: connection.id })} loading={open.busy}>
            Open it again
          </Button>
        )
      }
    />
  );
}
