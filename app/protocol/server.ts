import * as z from 'zod';

import { appError, toErrorData, type ErrorData } from '../errors.ts';
import type { FrameSink } from './client.ts';
import { MAX_FRAME_CHARS, requestFrameSchema, rpcCodes } from './frames.ts';
import {
  isMethodName,
  methods,
  type MethodName,
  type NotificationName,
  type NotificationParams,
  type Params,
  type Result,
} from './methods.ts';

/** One function a verb; each gets checked parameters and gives a result that is checked before it is sent. */
export type Handlers = { readonly [M in MethodName]: (params: Params<M>) => Promise<Result<M>> };

/** The answering side of the protocol: refuses what does not fit, calls the handler, answers once for each request. */
export class HelperServer {
  readonly #sink: FrameSink;
  readonly #handlers: Handlers;
  #initialised = false;

  constructor(sink: FrameSink, handlers: Handlers) {
    this.#sink = sink;
    this.#handlers = handlers;
  }

  /** Takes one received line; resolves when its answer was sent. Never rejects. An empty line means nothing. */
  async receive(line: string): Promise<void> {
    if (line === '') return;
    let raw: unknown;
    try {
      raw = JSON.parse(line);
    } catch {
      this.#fail(null, rpcCodes.parse, badRequest('A line was received that is not JSON.'));
      return;
    }
    const frame = requestFrameSchema.safeParse(raw);
    if (!frame.success) {
      const id = z.object({ id: z.number().int().nonnegative() }).safeParse(raw);
      const data = badRequest('A request was received that is not JSON-RPC 2.0.', z.prettifyError(frame.error));
      this.#fail(id.success ? id.data.id : null, rpcCodes.invalid, data);
      return;
    }
    const { id, method, params } = frame.data;
    if (!isMethodName(method)) {
      const data = appError('unknown-method', `There is no verb "${method}".`, 'Use a verb that "init" lists.').data;
      this.#fail(id, rpcCodes.unknownMethod, data);
      return;
    }
    if (method !== 'init' && !this.#initialised) {
      const data = appError('not-initialised', 'The first call on a stream must be "init".', 'Call "init" first.').data;
      this.#fail(id, rpcCodes.ours, data);
      return;
    }
    await this.#dispatch(id, method, params);
  }

  notify<N extends NotificationName>(method: N, params: NotificationParams<N>): void {
    this.#sink.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  async #dispatch(id: number, method: MethodName, params: unknown): Promise<void> {
    const parsed = methods[method].params.safeParse(params);
    if (!parsed.success) {
      this.#fail(id, rpcCodes.params, badRequest(`"${method}" was called wrongly.`, z.prettifyError(parsed.error)));
      return;
    }
    try {
      // A union of verbs cannot be called with a union of parameters; `parsed` is what this verb's own schema gave.
      const handler = this.#handlers[method] as (params: unknown) => Promise<unknown>;
      const result = methods[method].result.parse(await handler(parsed.data));
      const text = JSON.stringify({ jsonrpc: '2.0', id, result });
      if (text.length > MAX_FRAME_CHARS) {
        throw appError('frame-too-large', `The answer to "${method}" is too long.`, 'Ask for fewer rows at once.');
      }
      if (method === 'init') this.#initialised = true;
      this.#sink.send(text);
    } catch (thrown) {
      this.#fail(id, rpcCodes.ours, toErrorData(thrown));
    }
  }

  #fail(id: number | null, code: number, data: ErrorData): void {
    this.#sink.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: data.sentence, data } }));
  }
}

function badRequest(sentence: string, detail?: string): ErrorData {
  const remedy = 'The two sides of the program do not match: install the same version of both.';
  return appError('bad-request', sentence, remedy, detail).data;
}
