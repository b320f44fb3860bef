import { enablePatches, produceWithPatches } from 'immer';

import {
  events,
  requests,
  type Bridge,
  type EventName,
  type EventPayload,
  type RequestName,
  type RequestParams,
  type RequestResult,
} from '../../app/bridge/schema.ts';
import { snapshotSchema, type Connection, type ConnectionId, type Snapshot } from '../../app/bridge/snapshot.ts';
import type { RemapRow } from '../../app/domain/target.ts';
import { appError } from '../../app/errors.ts';
import { sceneAnswers, type Answers } from './answers.ts';
import { makeRows } from './rows.ts';
import { SCENE_BLOCK_SECTORS, sceneSnapshot } from './scene.ts';

enablePatches();

export interface BridgeDoubleOptions {
  /** Blocks of the protected device's main; 1,000,000 unless told. */
  blocks?: number;
  /** Rows of its remap table in state `mapped` and `pending`; 1,200 and 14 unless told. */
  mapped?: number;
  pending?: number;
  /** Takes the place of the scripted snapshot. */
  snapshot?: Snapshot;
}

type AnyAnswer = (params: unknown) => unknown;

/**
 * The bridge without a broker: a scripted snapshot, changed by what is called on it, and by the test that holds it.
 * Everything that goes in or out passes the contract's own schemas, so that a view cannot be built on something the
 * real broker would never say.
 */
export class BridgeDouble implements Bridge {
  /** Calls in the order they came. */
  readonly calls: { name: RequestName; params: unknown }[] = [];
  /** The remap table of the protected device, ascending by block. Replace it and call {@link touchRemaps}. */
  rows: RemapRow[];
  readonly blocks: number;
  #snapshot: Snapshot;
  #version = 1;
  readonly #answers: Answers;
  readonly #overrides = new Map<RequestName, AnyAnswer>();
  readonly #patchListeners = new Set<(payload: EventPayload<'patch'>) => void>();
  readonly #linkListeners = new Set<(up: boolean) => void>();

  constructor(options: BridgeDoubleOptions = {}) {
    this.blocks = options.blocks ?? 1_000_000;
    this.rows = makeRows(this.blocks, options.mapped ?? 1_200, options.pending ?? 14, SCENE_BLOCK_SECTORS);
    this.#snapshot = snapshotSchema.parse(options.snapshot ?? sceneSnapshot(this.rows, this.blocks));
    this.#answers = sceneAnswers(this);
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  get version(): number {
    return this.#version;
  }

  async call<R extends RequestName>(name: R, params: RequestParams<R>): Promise<RequestResult<R>> {
    const parsed = requests[name].params.safeParse(params);
    if (!parsed.success) {
      throw appError('bad-request', `"${name}" was called wrongly.`, 'Mend the caller.', parsed.error.message);
    }
    this.calls.push({ name, params: parsed.data });
    // Which verb it is is known only to the caller's type; the schemas before and after hold it to the contract.
    const answer = this.#overrides.get(name) ?? (this.#answers[name] as AnyAnswer);
    const result = await answer(parsed.data);
    return requests[name].result.parse(result) as RequestResult<R>;
  }

  on<E extends EventName>(_name: E, listener: (payload: EventPayload<E>) => void): () => void {
    // `patch` is the only event there is, so every E is it.
    const own = (payload: EventPayload<'patch'>): void => listener(payload as EventPayload<E>);
    this.#patchListeners.add(own);
    return () => this.#patchListeners.delete(own);
  }

  onLink(listener: (up: boolean) => void): () => void {
    this.#linkListeners.add(listener);
    return () => this.#linkListeners.delete(listener);
  }

  /** From now on `name` is answered by `answer`, which may throw an `AppError` or wait. */
  answer<R extends RequestName>(
    name: R,
    answer: (params: RequestParams<R>) => RequestResult<R> | Promise<RequestResult<R>>,
  ): void {
    this.#overrides.set(name, answer as AnyAnswer);
  }

  /** Changes the snapshot and tells it as one patch event, as the broker does. */
  change(recipe: (draft: Snapshot) => void): void {
    const [next, patches] = produceWithPatches(this.#snapshot, recipe);
    if (patches.length === 0) return;
    this.#snapshot = snapshotSchema.parse(next);
    const payload = events.patch.parse({ from: this.#version, to: this.#version + 1, patches });
    this.#version += 1;
    for (const listener of this.#patchListeners) listener(payload);
  }

  changeConnection(id: ConnectionId, recipe: (draft: Connection) => void): void {
    this.change((draft) => {
      const connection = draft.connections.find((one) => one.id === id);
      if (connection !== undefined) recipe(connection);
    });
  }

  /** Says that the remap table changed. */
  touchRemaps(): void {
    this.changeConnection('lab', (lab) => {
      for (const target of lab.targets) target.remapsRevision += 1;
    });
  }

  /** The way to the broker is lost or back. */
  setLink(up: boolean): void {
    for (const listener of this.#linkListeners) listener(up);
  }
}
