import { useEffect, useMemo, useRef, useState } from 'react';

import { unpackHealth } from '../../../app/bridge/health-pack.ts';
import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import { blockCount } from '../../../app/domain/target.ts';
import { useBridge } from '../../store/context.tsx';
import { codes } from './cells.ts';
import { STRIP_CELLS } from './HeatStrip.tsx';
import { codeIn, stateLayer, type Layer } from './layer.ts';
import { healthInCells, type CellList, type FetchHealth } from './range.ts';

/** Time from an event to asking for the strip again, so that a burst of events asks once. */
const SETTLE_MS = 400;

/** The codes of the whole device in at most {@link STRIP_CELLS} cells, asked for again when something happened. */
export function useStrip(connection: ConnectionId, target: TargetView, layer: Layer = stateLayer): Uint8Array {
  const bridge = useBridge();
  const blocks = blockCount(target.device);
  const { name } = target.device;
  const per = Math.max(1, Math.ceil(blocks / STRIP_CELLS));
  const cells = Math.max(1, Math.ceil(blocks / per));
  const [known, setKnown] = useState<CellList | null>(null);
  const { lastEvent } = target.status;
  const heardOfEvent = useRef<() => void>(() => undefined);
  useEffect(() => {
    let state: 'idle' | 'waiting' | 'asking' = 'idle';
    let happened = 0;
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fetch: FetchHealth = async (firstBlock, count, wide) =>
      unpackHealth(
        (await bridge.call('target.health', { connection, name, firstBlock, blockCount: count, cells: wide })).cells,
      );
    const ask = async (): Promise<void> => {
      state = 'asking';
      const before = happened;
      try {
        const heard = await healthInCells(fetch, 0, blocks, per);
        // Shown also when something happened meanwhile: a disk to which much happens would else never be seen.
        if (!ended) setKnown(heard);
      } catch {
        // The strip keeps what it showed; the page says by itself that the connection failed.
      }
      state = 'idle';
      if (happened !== before && !ended) askIn(SETTLE_MS);
    };
    const askIn = (milliseconds: number): void => {
      state = 'waiting';
      timer = setTimeout(() => void ask(), milliseconds);
    };
    heardOfEvent.current = () => {
      happened += 1;
      if (state === 'idle') askIn(SETTLE_MS);
    };
    askIn(0);
    return () => {
      ended = true;
      clearTimeout(timer);
      heardOfEvent.current = () => undefined;
    };
  }, [bridge, connection, name, blocks, per]);
  useEffect(() => {
    heardOfEvent.current();
  }, [lastEvent]);
  return useMemo(() => {
    const drawn = new Uint8Array(cells);
    if (known === null) return drawn.fill(codes.loading);
    return drawn.map((_, at) => codeIn(layer, known[at], at * per, Math.min(per, blocks - at * per)));
  }, [known, layer, blocks, cells, per]);
}
