import { applyPatches, enablePatches } from 'immer';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Bridge, EventPayload } from '../../app/bridge/schema.ts';
import { snapshotSchema, type Snapshot } from '../../app/bridge/snapshot.ts';
import { toErrorData, type ErrorData } from '../../app/errors.ts';

enablePatches();

/** What this window knows of the broker. */
export interface Session {
  /** null until the first snapshot came. Kept while the link is down, and then stale. */
  readonly snapshot: Snapshot | null;
  readonly version: number;
  /** `connecting` before the first snapshot; `down` when the way to the broker is lost. */
  readonly link: 'connecting' | 'up' | 'down';
  /** Why the snapshot could not be had, until it could. */
  readonly error: ErrorData | null;
}

export type SessionStore = StoreApi<Session>;
type Patch = EventPayload<'patch'>;

/**
 * Keeps a store equal to the broker's snapshot: the snapshot once, then patches in order. A gap in the versions, a
 * patch that does not fit, or a new link asks for the snapshot again. Returns the store and the function that stops.
 */
export function openSession(bridge: Bridge): { store: SessionStore; stop: () => void } {
  const store = createStore<Session>(() => ({ snapshot: null, version: 0, link: 'connecting', error: null }));
  let early: Patch[] = [];
  let asking = false;
  let askAgain = false;

  const ask = async (): Promise<void> => {
    if (asking) {
      askAgain = true;
      return;
    }
    asking = true;
    early = [];
    try {
      const { version, snapshot } = await bridge.call('snapshot.get', {});
      store.setState({ snapshot, version, link: 'up', error: null });
    } catch (thrown) {
      store.setState({ error: toErrorData(thrown) });
    }
    asking = false;
    const waiting = early;
    early = [];
    for (const patch of waiting) take(patch);
    if (askAgain) {
      askAgain = false;
      void ask();
    }
  };

  const take = (patch: Patch): void => {
    if (asking) {
      early.push(patch);
      return;
    }
    const { snapshot, version } = store.getState();
    if (snapshot === null || patch.to <= version) return;
    const next = patch.from === version ? patched(snapshot, patch) : null;
    if (next === null) void ask();
    else store.setState({ snapshot: next, version: patch.to });
  };

  const stops = [
    bridge.on('patch', take),
    bridge.onLink((up) => {
      if (up) void ask();
      else store.setState({ link: 'down' });
    }),
  ];
  void ask();
  return { store, stop: () => stops.forEach((stop) => stop()) };
}

/** The snapshot after a patch, sharing what did not change; null when the patch does not lead to a valid snapshot. */
function patched(snapshot: Snapshot, patch: Patch): Snapshot | null {
  let next: Snapshot;
  try {
    next = applyPatches(
      snapshot,
      patch.patches.map(({ op, path, value }) => ({ op, path, value })),
    );
  } catch {
    return null;
  }
  // The value itself is kept, not the parsed copy: views compare by identity what did and did not change.
  const valid =
    snapshotSchema.shape.app.safeParse(next.app).success &&
    Array.isArray(next.connections) &&
    next.connections.every(
      (connection, index) =>
        connection === snapshot.connections[index] ||
        snapshotSchema.shape.connections.element.safeParse(connection).success,
    );
  return valid ? next : null;
}
