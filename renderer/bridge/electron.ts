import * as z from 'zod';

import type {
  Bridge,
  EventName,
  EventPayload,
  RequestName,
  RequestParams,
  RequestResult,
} from '../../app/bridge/schema.ts';
import { decodeAnswer, Listeners } from './decode.ts';

/** The two functions that the preload script puts on the window. */
export interface Preload {
  call(name: string, params: unknown): Promise<unknown>;
  onEvent(listener: (name: string, payload: unknown) => void): unknown;
}

/** The preload's functions if this window has them. */
export function findPreload(window: object): Preload | null {
  const functions = z.object({
    dmRemap: z.object({
      call: z.custom<Preload['call']>((value) => typeof value === 'function'),
      onEvent: z.custom<Preload['onEvent']>((value) => typeof value === 'function'),
    }),
  });
  const found = functions.safeParse(window);
  return found.success ? found.data.dmRemap : null;
}

/** The bridge inside Electron. The main process lives as long as the window, so the link is always up. */
export class ElectronBridge implements Bridge {
  readonly #preload: Preload;
  readonly #listeners = new Listeners();

  constructor(preload: Preload) {
    this.#preload = preload;
    preload.onEvent((name, payload) => {
      // A patch that cannot be read means a version is missing: asking for the snapshot again mends it.
      if (!this.#listeners.event(name, payload)) this.#listeners.link(true);
    });
  }

  async call<R extends RequestName>(name: R, params: RequestParams<R>): Promise<RequestResult<R>> {
    return decodeAnswer(name, await this.#preload.call(name, params));
  }

  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  onLink(listener: (up: boolean) => void): () => void {
    return this.#listeners.onLink(listener);
  }
}
