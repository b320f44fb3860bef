import { useEffect, useSyncExternalStore } from 'react';

import type { Bridge } from '../../../app/bridge/schema.ts';
import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import type { ReadTimes } from '../../../app/domain/region.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import { useBridge } from '../../store/context.tsx';
import { RegionTimes } from './ages.ts';

/** Age from which what is known of regions is asked for anew while somebody looks at it, in milliseconds. */
const FRESH_MS = 30_000;

export interface KnownTimes {
  /** null until they were heard once. */
  readonly times: RegionTimes | null;
  /** Why the last request failed; null after one succeeded. */
  readonly error: ErrorData | null;
}

/** When the regions of one device were read: asked for as a whole, kept, and shared by all that show it. */
class RegionBook {
  readonly #ask: () => Promise<ReadTimes>;
  readonly #listeners = new Set<() => void>();
  #known: KnownTimes = { times: null, error: null };
  #asked = Number.NEGATIVE_INFINITY;

  constructor(ask: () => Promise<ReadTimes>) {
    this.#ask = ask;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly known = (): KnownTimes => this.#known;

  /** Asks unless it did just now. */
  async want(): Promise<void> {
    if (performance.now() - this.#asked < FRESH_MS) return;
    this.#asked = performance.now();
    try {
      this.#known = { times: new RegionTimes(await this.#ask()), error: null };
    } catch (thrown) {
      this.#known = { times: null, error: toErrorData(thrown) };
    }
    for (const listener of this.#listeners) listener();
  }
}

const books = new WeakMap<Bridge, Map<string, RegionBook>>();

function bookOf(bridge: Bridge, connection: ConnectionId, name: string, uuid: string): RegionBook {
  const ofBridge = books.get(bridge) ?? new Map<string, RegionBook>();
  books.set(bridge, ofBridge);
  const key = `${connection} ${name} ${uuid}`;
  const book = ofBridge.get(key) ?? new RegionBook(() => bridge.call('target.readTimes', { connection, name }));
  ofBridge.set(key, book);
  return book;
}

/** When the regions of a device were read; asked for only while it is `wanted`. */
export function useRegionTimes(connection: ConnectionId, target: TargetView, wanted: boolean): KnownTimes {
  const bridge = useBridge();
  const { name, uuid } = target.device;
  const book = bookOf(bridge, connection, name, uuid);
  useEffect(() => {
    if (!wanted) return;
    void book.want();
    const timer = setInterval(() => void book.want(), FRESH_MS);
    return () => clearInterval(timer);
  }, [book, wanted]);
  return useSyncExternalStore(book.subscribe, book.known);
}
