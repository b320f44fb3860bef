import { useEffect, useSyncExternalStore } from 'react';

import type { Bridge } from '../../../app/bridge/schema.ts';
import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import type { RegionPage } from '../../../app/domain/region.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import { MAX_ROWS } from '../../../app/protocol/methods.ts';
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
  readonly #ask: (first: number) => Promise<RegionPage>;
  readonly #listeners = new Set<() => void>();
  #known: KnownTimes = { times: null, error: null };
  #asked = Number.NEGATIVE_INFINITY;

  constructor(ask: (first: number) => Promise<RegionPage>) {
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
      const pages: RegionPage[] = [];
      for (let first: number | null = 0; first !== null;) {
        const page: RegionPage = await this.#ask(first);
        pages.push(page);
        // Only ever onward: an answer that went back would be asked for without end.
        first = page.next !== null && page.next > first ? page.next : null;
      }
      this.#known = { times: new RegionTimes(pages[0]?.regionBlocks ?? 1, pages), error: null };
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
  const book =
    ofBridge.get(key) ??
    new RegionBook((first) => bridge.call('target.regions', { connection, name, first, max: MAX_ROWS }));
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
