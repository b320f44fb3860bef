import * as z from 'zod';

import { AppError, appError, toErrorData } from '../errors.ts';
import { frameSchema, type Frame } from './frames.ts';
import {
  isNotificationName,
  methods,
  notifications,
  PROTOCOL_VERSION,
  type MethodName,
  type NotificationName,
  type NotificationParams,
  type Params,
  type Result,
} from './methods.ts';

/** Where frames go. The owner of the stream cuts lines and calls {@link HelperClient.receive} with each. */
export interface FrameSink {
  /** Sends one line (no newline in it, none needed). */
  send(line: string): void;
}

export type NotificationHandler = <N extends NotificationName>(name: N, params: NotificationParams<N>) => void;

interface Waiting {
  readonly method: MethodName;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: AppError) => void;
}

/** The calling side of the helper's protocol: typed calls, answers matched by id, everything received checked. */
export class HelperClient {
  readonly #sink: FrameSink;
  readonly #onNotification: NotificationHandler;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #closedBy: AppError | null = null;

  constructor(sink: FrameSink, onNotification: NotificationHandler) {
    this.#sink = sink;
    this.#onNotification = onNotification;
  }

  /** Why the client can no longer be used, null while it can. */
  get closedBy(): AppError | null {
    return this.#closedBy;
  }

  /** Handshake; rejects with `protocol-mismatch` when the helper is of another version. */
  async init(client: Params<'init'>['client']): Promise<Result<'init'>> {
    const answer = await this.call('init', { protocol: PROTOCOL_VERSION, client });
    if (answer.protocol !== PROTOCOL_VERSION) {
      throw appError(
        'protocol-mismatch',
        'The privileged helper is of another version than this program.',
        'Install the same version of both, then try again.',
        `helper speaks ${answer.protocol}, this program ${PROTOCOL_VERSION}`,
      );
    }
    return answer;
  }

  /** Rejects with the helper's own {@link AppError}, or `connection-closed` when the stream ends first. */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.#closedBy !== null) return Promise.reject(this.#closedBy);
    const id = this.#nextId++;
    const schema: z.ZodType = methods[method].result;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { method, resolve, reject });
    });
    this.#sink.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return answer.then((result) => {
      const parsed = schema.safeParse(result);
      // The type system cannot follow a generic index into the schemas; the value was just parsed by M's own.
      if (parsed.success) return parsed.data as Result<M>;
      throw badAnswer(`${method}: ${z.prettifyError(parsed.error)}`);
    });
  }

  /**
   * Takes one received line. A line that is no frame of this protocol closes the client: the stream is not ours. An
   * empty line means nothing: either side may send one to end whatever an earlier session left half-written.
   */
  receive(line: string): void {
    if (this.#closedBy !== null || line === '') return;
    let frame: Frame;
    try {
      frame = frameSchema.parse(JSON.parse(line));
    } catch (thrown) {
      this.close(badAnswer(`${toErrorData(thrown).detail ?? ''}\nin: ${line.slice(0, 500)}`));
      return;
    }
    if ('error' in frame) this.#settle(frame.id, (waiting) => waiting.reject(new AppError(frame.error.data)));
    else if ('method' in frame) this.#notified(frame.method, frame.params);
    else this.#settle(frame.id, (waiting) => waiting.resolve(frame.result));
  }

  /** Rejects everything outstanding and every later call with `reason`. */
  close(reason: AppError): void {
    if (this.#closedBy !== null) return;
    this.#closedBy = reason;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(reason);
  }

  #settle(id: number | null, act: (waiting: Waiting) => void): void {
    const waiting = id === null ? undefined : this.#waiting.get(id);
    if (id === null || waiting === undefined) return;
    this.#waiting.delete(id);
    act(waiting);
  }

  #notified(name: string, params: unknown): void {
    if (!isNotificationName(name)) return;
    const parsed = notifications[name].safeParse(params);
    if (!parsed.success) {
      this.close(badAnswer(`${name}: ${z.prettifyError(parsed.error)}`));
      return;
    }
    this.#onNotification(name, parsed.data);
  }
}

function badAnswer(detail: string): AppError {
  return appError(
    'bad-request',
    'The privileged helper answered in a way this program does not understand.',
    'Close the connection and open it again; if it happens again, the installation is mixed: install it anew.',
    detail,
  );
}
