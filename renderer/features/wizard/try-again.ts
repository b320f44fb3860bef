import { useState } from 'react';

import type { ConnectionId } from '../../../app/bridge/snapshot.ts';
import type { ErrorData } from '../../../app/errors.ts';
import { useServices } from '../../store/context.tsx';
import { useCall } from '../../store/use-call.ts';

export interface TryAgain {
  /**
   * Opens the connection again if it has to be, and looks whether the protected device `name` is there: what was begun
   * may have been finished after the helper was lost. null when it could not be opened.
   */
  readonly run: (name: string) => Promise<'made' | 'not-made' | null>;
  readonly busy: boolean;
  readonly error: ErrorData | null;
}

export function useTryAgain(connection: ConnectionId): TryAgain {
  const { session } = useServices();
  const open = useCall('connection.open');
  const [busy, setBusy] = useState(false);
  const run = async (name: string): Promise<'made' | 'not-made' | null> => {
    setBusy(true);
    // Opening a connection that is open does nothing.
    const opened = await open.run({ connection });
    setBusy(false);
    if (opened === null) return null;
    const targets = session.getState().snapshot?.connections.find(({ id }) => id === connection)?.targets ?? [];
    return targets.some(({ device }) => device.name === name) ? 'made' : 'not-made';
  };
  return { run, busy, error: open.error };
}
