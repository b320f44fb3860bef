import { useEffect, useRef, useState } from 'react';

import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import { blockCount } from '../../../app/domain/target.ts';
import { useBridge } from '../../store/context.tsx';
import { cellCode, codes } from './cells.ts';
import { STRIP_CELLS } from './HeatStrip.tsx';
import { healthInCells } from './range.ts';
import type { FetchHealth } from './tiles.ts';

/** Quiet time after an event before the strip is asked for again, so that a burst of events asks once. */
const SETTLE_MS = 400;

/** The whole device in at most {@link STRIP_CELLS} cells, asked for again when something happened. */
export function useStrip(connection: ConnectionId, target: TargetView): Uint8Array {
  const bridge = useBridge();
  const blocks = blockCount(target.device);
  const { name } = target.device;
  const per = Math.max(1, Math.ceil(blocks / STRIP_CELLS));
  const cells = Math.max(1, Math.ceil(blocks / per));
  const [strip, setStrip] = useState(() => new Uint8Array(cells).fill(codes.loading));
  const { lastEvent } = target.status;
  const asked = useRef(false);
  useEffect(() => {
    let wanted = true;
    const ask = async (): Promise<void> => {
      const fetch: FetchHealth = async (firstBlock, count, wide) =>
        (await bridge.call('target.health', { connection, name, firstBlock, blockCount: count, cells: wide })).cells;
      try {
        const drawn = new Uint8Array(cells);
        for (const [at, cell] of await healthInCells(fetch, 0, blocks, per)) {
          drawn[at] = cellCode(cell, Math.min(per, blocks - at * per));
        }
        if (wanted) setStrip(drawn);
      } catch {
        // The strip keeps what it showed; the page says by itself that the connection failed.
      }
    };
    const timer = setTimeout(() => void ask(), asked.current ? SETTLE_MS : 0);
    asked.current = true;
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [bridge, connection, name, blocks, cells, per, lastEvent]);
  return strip;
}
