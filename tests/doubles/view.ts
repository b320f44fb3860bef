import { applyPatches, type Patch } from 'immer';

import type { EventPayload, RequestName, RequestParams, RequestResult } from '../../app/bridge/schema.ts';
import { snapshotSchema, type Connection, type ConnectionId, type Snapshot } from '../../app/bridge/snapshot.ts';
import { AppError } from '../../app/errors.ts';
import type { Broker } from '../../main/broker/broker.ts';

/** A view: holds the snapshot only as patches bring it, and refuses a patch of another version. */
export class View {
  snapshot: Snapshot;
  version: number;
  readonly payloads: EventPayload<'patch'>[] = [];
  readonly #broker: Broker;
  readonly #waiting = new Set<() => void>();

  readonly #id: ConnectionId;

  private constructor(broker: Broker, id: ConnectionId, held: RequestResult<'snapshot.get'>) {
    this.#broker = broker;
    this.#id = id;
    this.snapshot = held.snapshot;
    this.version = held.version;
    broker.onPatch((payload) => {
      if (payload.from !== this.version) throw new Error(`patch from ${payload.from} on ${this.version}`);
      this.version = payload.to;
      this.payloads.push(payload);
      this.snapshot = snapshotSchema.parse(applyPatches(this.snapshot, payload.patches as Patch[]));
      for (const check of [...this.#waiting]) check();
    });
  }

  static async of(broker: Broker, id: ConnectionId): Promise<View> {
    return new View(broker, id, await call(broker, 'snapshot.get', {}));
  }

  get connection(): Connection {
    const found = this.snapshot.connections.find(({ id }) => id === this.#id);
    if (found === undefined) throw new Error('no connection');
    return found;
  }

  call<R extends RequestName>(name: R, params: RequestParams<R>): Promise<RequestResult<R>> {
    return call(this.#broker, name, params);
  }

  /** Resolves when the view shows what `shows` looks for. */
  until(shows: (connection: Connection) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!shows(this.connection)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}

/** Asks the broker as a host does; rejects with the error of its answer. */
export async function call<R extends RequestName>(
  broker: Broker,
  name: R,
  params: RequestParams<R>,
): Promise<RequestResult<R>> {
  const answer = await broker.answer(name, params);
  if (!answer.ok) throw new AppError(answer.error);
  return answer.result as RequestResult<R>;
}
