import { StringDecoder } from 'node:string_decoder';

import { AppError, appError, toErrorData } from '../../app/errors.ts';
import { HelperClient, type NotificationHandler } from '../../app/protocol/client.ts';
import { LineCutter } from '../../app/protocol/frames.ts';
import type { MethodName, Params, Result } from '../../app/protocol/methods.ts';
import type { HelperLink, Log } from '../ports.ts';

/**
 * How long each call may take, in milliseconds. A disk that is going bad answers late (a drive may retry one sector for
 * two minutes before it gives up), so these bound a helper that hangs, not a disk that is slow.
 */
const limits: Readonly<Record<MethodName, number>> = {
  init: 30_000,
  'machine.inspect': 60_000,
  'devices.list': 180_000,
  'targets.list': 60_000,
  plan: 180_000,
  apply: 900_000,
  'target.status': 60_000,
  'target.remaps': 60_000,
  'target.health': 60_000,
  'target.regions': 60_000,
  'target.events': 60_000,
  'target.remap': 900_000,
  'target.unmap': 180_000,
  'target.continue': 60_000,
  'target.set': 60_000,
  'target.scan': 180_000,
  'target.scanDoing': 60_000,
  // The helper ends it by itself after ten minutes.
  'target.files': 660_000,
  'target.filesStop': 60_000,
  'smart.read': 180_000,
  'smart.test': 90_000,
  'events.follow': 60_000,
};

/** The helper's protocol over a link: cuts lines, bounds every call in time, ends with one reason. */
export class Wire {
  /** Resolves, never rejects, when the wire can no longer be used, with the reason. */
  readonly closed: Promise<AppError>;
  readonly #link: HelperLink;
  readonly #client: HelperClient;
  readonly #close: (reason: AppError) => void;

  constructor(link: HelperLink, onNotification: NotificationHandler, log: Log) {
    this.#link = link;
    let settle: (reason: AppError) => void = () => undefined;
    this.closed = new Promise((resolve) => (settle = resolve));
    const client = new HelperClient({ send: (line) => void link.input.write(`${line}\n`) }, onNotification);
    this.#client = client;
    this.#close = (reason) => {
      client.close(reason);
      link.input.end();
      link.output.destroy();
      settle(reason);
    };
    const cutter = new LineCutter();
    const decoder = new StringDecoder('utf8');
    link.output.on('data', (chunk: Buffer | string) => {
      const { lines, overflow } = cutter.push(typeof chunk === 'string' ? chunk : decoder.write(chunk));
      for (const line of lines) client.receive(line);
      if (overflow) this.#close(tooLong());
      else if (client.closedBy !== null) this.#close(client.closedBy);
    });
    // The link itself says why it ended; its streams' own errors only add detail.
    link.output.on('error', (error) => log.warn({ error: error.message }, 'reading from the helper failed'));
    link.input.on('error', (error) => log.warn({ error: error.message }, 'writing to the helper failed'));
    void link.closed.then(this.#close);
  }

  /** Handshake. */
  init(client: Params<'init'>['client']): Promise<Result<'init'>> {
    const { firstAnswerMs } = this.#link;
    const answer = this.#client.init(client);
    return firstAnswerMs === null ? answer : this.#bounded('init', answer, firstAnswerMs);
  }

  /** Rejects with the helper's `AppError`, with `timeout`, or with the reason for which the wire was closed. */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.#bounded(method, this.#client.call(method, params), limits[method]);
  }

  /** Ends the wire and with it the helper. */
  close(reason: AppError): void {
    this.#close(reason);
  }

  async #bounded<T>(method: MethodName, answer: Promise<T>, limitMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(tooLate(method, limitMs)), limitMs);
    });
    try {
      return await Promise.race([answer, late]);
    } catch (thrown) {
      throw thrown instanceof AppError ? thrown : new AppError(toErrorData(thrown));
    } finally {
      clearTimeout(timer);
    }
  }
}

function tooLate(method: MethodName, limitMs: number): AppError {
  return appError(
    'timeout',
    'The privileged helper did not answer in time.',
    'Wait a moment and try again; if it stays silent, close the connection and open it again.',
    `${method}: no answer within ${limitMs / 1000} s`,
  );
}

function tooLong(): AppError {
  return appError(
    'frame-too-large',
    'The privileged helper sent more at once than this program takes.',
    'Close the connection and open it again; if it happens again, report it.',
  );
}
