import { useEffect, useState } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import type { CounterHistory } from '../../../app/history/counters.ts';
import { useBridge } from '../../store/context.tsx';

interface Counters {
  readonly counters: readonly CounterHistory[];
  readonly error: ErrorData | null;
}

const none: Counters = { counters: [], error: null };

/** What is kept of a whole disk's counters, asked for again when the disk has told something. */
export function useCounters({ id, smart }: Connection, devno: string): Counters {
  const bridge = useBridge();
  const [loaded, setLoaded] = useState<Counters>(none);
  const heard = smart[devno]?.heard ?? null;
  useEffect(() => {
    let current = true;
    bridge.call('history.counters', { connection: id, devno }).then(
      ({ counters }) => current && setLoaded({ counters, error: null }),
      (thrown: unknown) => current && setLoaded({ counters: [], error: toErrorData(thrown) }),
    );
    return () => {
      current = false;
    };
  }, [bridge, id, devno, heard]);
  return loaded;
}
