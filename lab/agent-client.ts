import { createConnection, type Socket } from 'node:net';
import * as z from 'zod';
import { LabError } from './errors.ts';
import { Emitter, type Listener, type Unsubscribe } from './events.ts';
import {
  AgentEvent,
  AgentReply,
  Devices,
  ExecResult,
  Hello,
  Nothing,
  Started,
  type AgentRequest,
  type ScanJob,
  type ScanRun,
  type WriteJob,
} from './guest/protocol.ts';
import { LineSplitter } from './lines.ts';

/** How a program in the guest ended. */
export interface ExecOutcome {
  /** Null when a signal ended it; 127 when it could not be started. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  readonly input?: string | Uint8Array;
  /** Ends the program with SIGKILL after so long; default 60,000. */
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: LabError) => void;
}

type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;

/** The lab's side of the agent in the guest. */
export class AgentClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #events = new Emitter<AgentEvent>();
  #nextId = 1;
  #closed = false;
  #broken: LabError | undefined;

  /** Requests may be sent before the agent runs; the port keeps them for it. */
  constructor(path: string) {
    this.#socket = createConnection(path);
    const lines = new LineSplitter();
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (chunk: string) => {
      for (const line of lines.push(chunk)) if (line !== '') this.#receive(line);
    });
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => {
      this.#closed = true;
      const ended = new LabError('machine-died', 'The lab machine ended while it was working; start it again.');
      const error = this.#broken ?? ended;
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
    });
  }

  onEvent(listener: Listener<AgentEvent>): Unsubscribe {
    return this.#events.on(listener);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Settles when the agent runs; gives the guest's kernel release. */
  async hello(): Promise<string> {
    return (await this.#request({ method: 'hello' }, Hello)).kernel;
  }

  async exec(file: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecOutcome> {
    const { input, timeoutMs = 60_000, environment } = options;
    const params = {
      file,
      args: [...args],
      timeoutMs,
      ...(input === undefined ? {} : { input: Buffer.from(input).toString('base64') }),
      ...(environment === undefined ? {} : { environment: { ...environment } }),
    };
    const begin = performance.now();
    const result = await this.#request({ method: 'exec', params }, ExecResult);
    if (result.stuck !== null) {
      const message = `${file} in the lab did not end within ${String(timeoutMs)} ms and was stopped.`;
      // The guest's clock counts the time: one that leapt, or a machine that stood still, looks like a program that hangs.
      const elapsed = (performance.now() - begin).toFixed(0);
      throw new LabError('timeout', message, { detail: `${elapsed} ms by the host's clock; ${result.stuck}` });
    }
    const text = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
    return { code: result.code, signal: result.signal, stdout: text(result.stdout), stderr: text(result.stderr) };
  }

  async startWriting(job: WriteJob): Promise<number> {
    return (await this.#request({ method: 'write', params: job }, Started)).job;
  }

  async stopWriting(job: number): Promise<void> {
    await this.#request({ method: 'stop-writing', params: { job } }, Nothing);
  }

  /** Reads sectors of a device in the guest; `found` gets what is in them, in ascending order. */
  async scan(job: ScanJob, found: (runs: readonly ScanRun[]) => void): Promise<void> {
    const id = this.#nextId;
    const unsubscribe = this.onEvent((event) => {
      if (event.event === 'scanned' && event.id === id) found(event.runs);
    });
    try {
      await this.#request({ method: 'scan', params: job }, Nothing);
    } finally {
      unsubscribe();
    }
  }

  /** The guest's block devices of whole disks by serial number. */
  async devices(): Promise<Readonly<Record<string, string>>> {
    return this.#request({ method: 'devices' }, Devices);
  }

  /** Resolves when a helper listens that no session has had. */
  async nextHelper(): Promise<void> {
    await this.#request({ method: 'next-helper' }, Nothing);
  }

  async #request<T>(request: WithoutId<AgentRequest>, result: z.ZodType<T>): Promise<T> {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#closed) throw new LabError('machine-died', 'The lab machine is not running; start it first.');
    const id = this.#nextId++;
    const answer = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.write(`${JSON.stringify({ ...request, id })}\n`);
    });
    return result.parse(answer);
  }

  #receive(line: string): void {
    const message = parseMessage(line);
    if (message === undefined) {
      this.#broken = new LabError('agent-failed', "The lab's agent broke its protocol; start the lab again.", {
        detail: line.slice(0, 1000),
      });
      this.#socket.destroy();
      return;
    }
    if ('event' in message) {
      this.#events.emit(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) {
      waiting?.reject(new LabError('agent-failed', `The lab's agent could not do it: ${message.error}`));
    } else {
      waiting?.resolve(message.result);
    }
  }
}

const Message = z.union([AgentEvent, AgentReply]);

function parseMessage(line: string): z.infer<typeof Message> | undefined {
  try {
    return Message.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
