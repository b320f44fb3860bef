import { enablePatches, produceWithPatches, type Patch } from 'immer';

import type { EventPayload } from '../../app/bridge/schema.ts';
import type { Connection, ConnectionId, Snapshot } from '../../app/bridge/snapshot.ts';

enablePatches();

/** Changes are told at most this often, in milliseconds: 20 times a second, as fast as a view can use. */
export const TELL_EVERY_MS = 50;

export type PatchListener = (payload: EventPayload<'patch'>) => void;

/**
 * The snapshot that the views show, and the patches that lead from one version of it to the next. Changes made between
 * two tellings become one patch event, in the order in which they were made; none is left out.
 */
export class SnapshotStore {
  #present: Snapshot;
  /** What listeners hold: `#present` as it was told last. */
  #told: Snapshot;
  #version = 1;
  #patches: Patch[] = [];
  #timer: NodeJS.Timeout | null = null;
  #lastTold = 0;
  readonly #listeners = new Set<PatchListener>();

  constructor(snapshot: Snapshot) {
    this.#present = snapshot;
    this.#told = snapshot;
  }

  /** The newest state, told or not. */
  get present(): Snapshot {
    return this.#present;
  }

  /** What a view that connects now starts from: later patch events begin at this version. */
  get told(): { version: number; snapshot: Snapshot } {
    return { version: this.#version, snapshot: this.#told };
  }

  onPatch(listener: PatchListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(recipe: (draft: Snapshot) => void): void {
    const [next, patches] = produceWithPatches(this.#present, recipe);
    if (patches.length === 0) return;
    this.#present = next;
    this.#patches.push(...patches);
    // Never longer than that, though the clock was set back.
    const wait = Math.min(TELL_EVERY_MS, Math.max(0, this.#lastTold + TELL_EVERY_MS - Date.now()));
    this.#timer ??= setTimeout(() => this.tell(), wait);
  }

  changeConnection(id: ConnectionId, recipe: (draft: Connection) => void): void {
    this.change((draft) => {
      const connection = draft.connections.find((one) => one.id === id);
      if (connection !== undefined) recipe(connection);
    });
  }

  /** Tells what has changed now, without waiting. */
  tell(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#patches.length === 0) return;
    const payload = { from: this.#version, to: this.#version + 1, patches: this.#patches };
    this.#patches = [];
    this.#version += 1;
    this.#told = this.#present;
    this.#lastTold = Date.now();
    for (const listener of [...this.#listeners]) listener(payload);
  }
}
