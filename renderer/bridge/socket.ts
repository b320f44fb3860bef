import {
  socketMessageSchema,
  type Bridge,
  type EventName,
  type EventPayload,
  type RequestName,
  type RequestParams,
  type RequestResult,
} from '../../app/bridge/schema.ts';
import { decodeAnswer, linkLost, Listeners } from './decode.ts';

/** The part of WebSocket that is used, so that a test can stand in for the network. */
export interface Socket {
  readonly readyState: number;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export interface SocketPorts {
  open(): Socket;
  /** Runs `act` after `ms` milliseconds. */
  later(act: () => void, ms: number): void;
  /** 0 up to 1, for spreading the attempts of several windows. */
  random(): number;
}

/** First and longest wait between two attempts to connect, in milliseconds. */
export const BACK_OFF_MS = { first: 250, longest: 8000 } as const;
/** Close code for a message that breaks the protocol; a page may use 1000 and 3000 to 4999 only (RFC 6455, 7.4.2). */
const PROTOCOL_ERROR = 4002;
const OPEN = 1;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The bridge over a WebSocket to the host that served the page. Connects by itself, again and again. */
export class SocketBridge implements Bridge {
  readonly #ports: SocketPorts;
  readonly #listeners = new Listeners();
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | null = null;
  #nextId = 1;
  #attempts = 0;
  #told = true;
  /** Settles when the present attempt to connect has succeeded or failed. */
  #opened: Promise<void> = Promise.resolve();

  constructor(ports: SocketPorts) {
    this.#ports = ports;
    this.#connect();
  }

  async call<R extends RequestName>(name: R, params: RequestParams<R>): Promise<RequestResult<R>> {
    await this.#opened;
    const socket = this.#socket;
    if (socket?.readyState !== OPEN) throw linkLost();
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    socket.send(JSON.stringify({ id, name, params }));
    return decodeAnswer(name, await answer);
  }

  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  onLink(listener: (up: boolean) => void): () => void {
    return this.#listeners.onLink(listener);
  }

  #connect(): void {
    const socket = this.#ports.open();
    this.#socket = socket;
    this.#opened = new Promise((resolve) => {
      socket.onopen = () => {
        this.#attempts = 0;
        this.#tell(true);
        resolve();
      };
      socket.onclose = () => {
        this.#lost();
        resolve();
      };
    });
    socket.onmessage = ({ data }) => {
      if (!this.#receive(data)) socket.close(PROTOCOL_ERROR);
    };
  }

  #lost(): void {
    this.#socket = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(linkLost());
    this.#tell(false);
    this.#ports.later(() => this.#connect(), this.#wait());
  }

  /** The link counts as up until it was lost once, so that the first opening is not told as a return. */
  #tell(up: boolean): void {
    if (this.#told === up) return;
    this.#told = up;
    this.#listeners.link(up);
  }

  #wait(): number {
    const ceiling = Math.min(BACK_OFF_MS.longest, BACK_OFF_MS.first * 2 ** this.#attempts);
    this.#attempts += 1;
    return ceiling / 2 + (this.#ports.random() * ceiling) / 2;
  }

  #receive(data: unknown): boolean {
    if (typeof data !== 'string') return false;
    let raw: unknown;
    try {
      raw = JSON.parse(data);
    } catch {
      return false;
    }
    const message = socketMessageSchema.safeParse(raw);
    if (!message.success) return false;
    if ('event' in message.data) return this.#listeners.event(message.data.event, message.data.payload);
    const waiting = this.#waiting.get(message.data.id);
    this.#waiting.delete(message.data.id);
    waiting?.resolve(message.data.answer);
    return true;
  }
}

/** The browser's own network: `/bridge` on the origin of the page. */
export function browserPorts(location: Location): SocketPorts {
  const url = new URL('/bridge', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    open: () => adapt(new WebSocket(url)),
    later: (act, ms) => void setTimeout(act, ms),
    random: Math.random,
  };
}

function adapt(socket: WebSocket): Socket {
  const adapted: Socket = {
    get readyState() {
      return socket.readyState;
    },
    onopen: null,
    onclose: null,
    onmessage: null,
    send: (text) => socket.send(text),
    close: (code) => socket.close(code),
  };
  socket.onopen = () => adapted.onopen?.();
  socket.onclose = () => adapted.onclose?.();
  socket.onmessage = (event: MessageEvent<unknown>) => adapted.onmessage?.({ data: event.data });
  return adapted;
}
