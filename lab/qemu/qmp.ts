import type { Socket } from 'node:net';
import * as z from 'zod';
import { LabError } from '../errors.ts';
import { Emitter, type Listener, type Unsubscribe } from '../events.ts';
import { LineSplitter } from '../lines.ts';
import { toJson } from './json.ts';

/** An event of the machine's monitor, such as SHUTDOWN or VSERPORT_CHANGE. */
export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const Message = z.union([
  z.object({ QMP: z.object({}) }),
  z.object({ event: z.string(), data: z.record(z.string(), z.unknown()).default({}) }),
  z.object({ id: z.number(), return: z.unknown() }),
  z.object({ id: z.number(), error: z.object({ class: z.string(), desc: z.string() }) }),
]);

interface Waiting {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: LabError) => void;
}

/** A client of QEMU's machine protocol: commands one JSON per line, each answered by its id, and events. */
export class QmpClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #events = new Emitter<QmpEvent>();
  #nextId = 1;
  #greeted = Promise.withResolvers<undefined>();
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    const lines = new LineSplitter();
    // Whoever awaits the greeting hears of the failure; nobody else needs to.
    this.#greeted.promise.catch(() => undefined);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      for (const line of lines.push(chunk)) if (line.trim() !== '') this.#receive(line);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      const error = new LabError('machine-died', 'The lab machine ended; start it again.');
      this.#greeted.reject(error);
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
    });
  }

  /** Takes a fresh connection to the monitor and enters command mode. */
  static async attach(socket: Socket): Promise<QmpClient> {
    const client = new QmpClient(socket);
    await client.#greeted.promise;
    await client.execute('qmp_capabilities');
    return client;
  }

  onEvent(listener: Listener<QmpEvent>): Unsubscribe {
    return this.#events.on(listener);
  }

  /** Runs a command and returns its answer, which the caller parses. Throws `monitor-failed` when QEMU refuses it. */
  async execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.#closed) throw new LabError('machine-died', 'The lab machine ended; start it again.');
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { command, resolve, reject });
      this.#socket.write(`${toJson({ execute: command, arguments: args, id })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(line: string): void {
    let message: z.infer<typeof Message>;
    try {
      message = Message.parse(JSON.parse(line));
    } catch {
      // Not the protocol: nothing that follows can be trusted either.
      this.#socket.destroy();
      return;
    }
    if ('QMP' in message) {
      this.#greeted.resolve(undefined);
    } else if ('event' in message) {
      this.#events.emit(message);
    } else {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if ('error' in message) {
        const what = `QEMU refused ${waiting?.command ?? 'a command'}: ${message.error.desc}`;
        waiting?.reject(new LabError('monitor-failed', what));
      } else {
        waiting?.resolve(message.return);
      }
    }
  }
}
