import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Bridge } from '../../../app/bridge/schema.ts';
import type { ConnectionId } from '../../../app/bridge/snapshot.ts';
import type { FileRange, FilesAnswer } from '../../../app/domain/files.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import { useBridge, useSession } from '../../store/context.tsx';

interface Asked {
  readonly ranges: readonly FileRange[];
  readonly busy: boolean;
  readonly answer: FilesAnswer | null;
  readonly error: ErrorData | null;
}

/** The last question about one device. It outlives what asked it: details come and go with the pointer. */
type Questions = StoreApi<{ readonly asked: Asked | null }>;

const kept = new WeakMap<Bridge, Map<string, Questions>>();

function questionsOf(bridge: Bridge, connection: ConnectionId, name: string, uuid: string | null): Questions {
  const all = kept.get(bridge) ?? new Map<string, Questions>();
  kept.set(bridge, all);
  const key = JSON.stringify([connection, name, uuid]);
  const found = all.get(key) ?? createStore(() => ({ asked: null }));
  all.set(key, found);
  return found;
}

export interface FileQuestion {
  /** The last question, whoever asked it. */
  readonly asked: Asked | null;
  /** The device can be asked now. */
  readonly open: boolean;
  readonly ask: (ranges: readonly FileRange[]) => Promise<void>;
  readonly stop: () => void;
}

/** Asks which files lie on blocks of a device, one question at a time, only when somebody wants to know. */
export function useFileQuestion(connection: ConnectionId, name: string): FileQuestion {
  const bridge = useBridge();
  // Another device that took the name has other files.
  const uuid = useSession(({ snapshot }) => {
    const targets = snapshot?.connections.find(({ id }) => id === connection)?.targets;
    return targets?.find(({ device }) => device.name === name)?.device.uuid ?? null;
  });
  const store = questionsOf(bridge, connection, name, uuid);
  const asked = useStore(store, (state) => state.asked);
  const open = useSession(
    ({ snapshot, link }) =>
      link === 'up' && snapshot?.connections.find(({ id }) => id === connection)?.phase.state === 'open',
  );
  const ask = async (ranges: readonly FileRange[]): Promise<void> => {
    const now = { ranges, busy: true, answer: null, error: null };
    store.setState({ asked: now });
    const done = (part: Partial<Asked>): void => store.setState({ asked: { ...now, busy: false, ...part } });
    try {
      done({ answer: await bridge.call('target.files', { connection, name, ranges: [...ranges] }) });
    } catch (thrown) {
      const error = toErrorData(thrown);
      // Who stopped it knows.
      if (error.code === 'cancelled') store.setState({ asked: null });
      else done({ error });
    }
  };
  const stop = (): void => {
    // When it cannot be stopped, the question itself ends with the reason.
    bridge.call('target.filesStop', { connection }).catch(() => undefined);
  };
  return { asked, open, ask, stop };
}

export function sameRanges(one: readonly FileRange[], other: readonly FileRange[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
