import { useEffect, useMemo, useState } from 'react';

import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import { blockCount } from '../../../app/domain/target.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import { usePrefs } from '../../store/context.tsx';
import type { RegionTimes } from './ages.ts';
import { ageLayer, riskLayer, speedLayer, stateLayer, timeOf, type Layer } from './layer.ts';
import { Neighbourhoods, placeBlocks } from './neighbourhood.ts';
import type { SpeedScale, SpeedTime } from './presets.ts';
import { healthInCells, type CellList, type FetchHealth } from './range.ts';
import { useRegionTimes } from './region-book.ts';

/** How often what is usual where is measured anew, in milliseconds. */
const REFRESH_MS = 60_000;
/** Ages are told apart no finer than this, so that a layer stays the same for a while. Seconds. */
const AGE_STEP = 600;

export interface LayerData {
  readonly layer: Layer;
  readonly time: SpeedTime;
  readonly scale: SpeedScale;
  /** What is usual where; null unless cells are shown beside it and it is known. */
  readonly usual: Neighbourhoods | null;
  /** When regions were read; null unless that is shown and known. */
  readonly read: RegionTimes | null;
  /** Why the layer cannot tell; null while it can. */
  readonly error: ErrorData | null;
  /** False while it does not tell yet, but is about to. */
  readonly ready: boolean;
}

/** The layer that was chosen, with what it needs to know of the whole device. */
export function useLayer(connection: ConnectionId, target: TargetView, fetch: FetchHealth, live: boolean): LayerData {
  const id = usePrefs((prefs) => prefs.heatLayer);
  const time = usePrefs((prefs) => prefs.heatTime);
  const scale = usePrefs((prefs) => prefs.heatScale);
  const compared = id === 'speed' && scale === 'neighbourhood';
  const places = usePlaces(target, fetch, live && compared);
  const usual = useMemo(
    () =>
      places.cells === null || !compared
        ? null
        : new Neighbourhoods(places.per, places.cells, (cell) => timeOf(cell, time)),
    [places, compared, time],
  );
  const read = useRegionTimes(connection, target, live && id === 'age');
  const now = nowOf(target, read.times?.newest ?? 0);
  const layer = useMemo(() => {
    switch (id) {
      case 'state':
        return stateLayer;
      case 'speed':
        return speedLayer(time, scale, usual);
      case 'risk':
        return riskLayer;
      case 'age':
        return ageLayer(read.times, now);
    }
  }, [id, time, scale, usual, read.times, now]);
  const error = id === 'age' ? read.error : compared ? places.error : null;
  const times = id === 'age' ? read.times : null;
  const hasAll = id === 'age' ? times !== null : !compared || usual !== null;
  const ready = hasAll || error !== null || !live;
  return useMemo(
    () => ({ layer, time, scale, usual, read: times, error, ready }),
    [layer, time, scale, usual, times, error, ready],
  );
}

/**
 * The moment ages are counted to, in Unix seconds: when the device was last heard of. A clock that is behind that of the
 * device's machine makes nothing newer than now.
 */
export function nowOf(target: TargetView, newest: number): number {
  return Math.max(Math.floor(target.heard / 1000 / AGE_STEP) * AGE_STEP, newest);
}

interface Places {
  readonly per: number;
  readonly cells: CellList | null;
  readonly error: ErrorData | null;
}

/** The whole device in places, kept up while it is wanted. */
function usePlaces(target: TargetView, fetch: FetchHealth, wanted: boolean): Places {
  const blocks = blockCount(target.device);
  const per = placeBlocks(blocks);
  const [places, setPlaces] = useState<Places>({ per, cells: null, error: null });
  useEffect(() => {
    if (!wanted) return;
    let stopped = false;
    const ask = (): void => {
      healthInCells(fetch, 0, blocks, per).then(
        (cells) => stopped || setPlaces({ per, cells, error: null }),
        (thrown: unknown) => stopped || setPlaces({ per, cells: null, error: toErrorData(thrown) }),
      );
    };
    ask();
    const timer = setInterval(ask, REFRESH_MS);
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, [fetch, blocks, per, wanted]);
  return places;
}
