import { useEffect, useState } from 'react';

import type { ConnectionId } from '../../../app/bridge/snapshot.ts';
import type { ScanDoing } from '../../../app/domain/scan.ts';
import { useBridge } from '../../store/context.tsx';

/** How long after an answer it is asked again, in milliseconds. */
export const ASK_AGAIN_MS = 1000;

/**
 * What the scan of a device is doing; null while that is not known, or not `wanted`. Asked for as long as somebody may
 * be looking: nobody is told of it otherwise.
 */
export function useScanDoing(connection: ConnectionId, name: string, wanted: boolean): ScanDoing | null {
  const bridge = useBridge();
  const [doing, setDoing] = useState<ScanDoing | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let stopped = false;
    const isStopped = (): boolean => stopped;
    let asking = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      // A window that nobody sees asks nothing until it is seen again.
      if (isStopped() || asking || document.visibilityState !== 'visible') return;
      asking = true;
      // The page itself says when the device cannot be asked.
      const answer = await bridge.call('target.scanDoing', { connection, name }).catch(() => null);
      asking = false;
      if (isStopped()) return;
      setDoing(answer?.doing ?? null);
      timer = setTimeout(() => void ask(), ASK_AGAIN_MS);
    };
    const seen = (): void => void ask();
    void ask();
    document.addEventListener('visibilitychange', seen);
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [bridge, connection, name, wanted]);
  return wanted ? doing : null;
}
