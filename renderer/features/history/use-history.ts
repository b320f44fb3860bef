import { useEffect, useState } from 'react';

import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import type { HistoryAnswer } from '../../../app/history/schema.ts';
import { useBridge } from '../../store/context.tsx';
import { lengthOf, type RangeName } from './ranges.ts';

/** Points asked for: about one for every three pixels of a chart. */
const POINTS = 240;
/** The chart is asked for again when something was heard after this long, in milliseconds. */
const AGAIN_MS = 15_000;

export interface Loaded {
  readonly range: RangeName;
  readonly from: number;
  readonly to: number;
  readonly answer: HistoryAnswer;
}

/** What is kept of a device over a range that ends when it was last heard. What was loaded stays until the next is there. */
export function useHistory(connection: ConnectionId, target: TargetView, range: RangeName) {
  const bridge = useBridge();
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const [turn, setTurn] = useState(0);
  const device = target.device.uuid;
  const to = Math.ceil(target.heard / AGAIN_MS) * AGAIN_MS;

  useEffect(() => {
    let current = true;
    const load = async (): Promise<Loaded> => {
      const length = lengthOf(range);
      const wanted = length === null ? 0 : Math.max(0, to - length);
      const { kept } = await bridge.call('history.samples', { connection, device, from: wanted, to, points: 1 });
      // Of a time before the first reading there is nothing to draw.
      const from = Math.min(to, Math.max(wanted, kept?.from ?? wanted));
      const answer = await bridge.call('history.samples', { connection, device, from, to, points: POINTS });
      return { range, from, to, answer };
    };
    load().then(
      (next) => {
        if (!current) return;
        setLoaded(next);
        setError(null);
      },
      (thrown: unknown) => {
        if (current) setError(toErrorData(thrown));
      },
    );
    return () => {
      current = false;
    };
  }, [bridge, connection, device, range, to, turn]);

  return { loaded, error, again: () => setTurn((now) => now + 1) };
}
