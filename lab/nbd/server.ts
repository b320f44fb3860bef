import { createServer, type Server, type Socket } from 'node:net';
import { ByteQueue } from './byte-queue.ts';
import {
  COMMAND,
  EXPORT_FLAGS,
  HANDSHAKE_FLAGS,
  INFO,
  MAX_REQUEST_BYTES,
  NBD_MAGIC,
  OPTION,
  OPTION_MAGIC,
  OPTION_REPLY,
  optionReply,
  parseRequest,
  REQUEST_BYTES,
  simpleReply,
  type NbdErrorName,
  type NbdRequest,
} from './protocol.ts';

/** How a request ended. A read that succeeded carries its bytes. */
export type Outcome = { readonly error?: undefined; readonly data?: Buffer } | { readonly error: NbdErrorName };

/** What the server needs of a disk. A request that is answered with undefined is never answered at all. */
export interface NbdExport {
  readonly bytes: number;
  readonly readOnly: boolean;
  readonly logicalBlockBytes: number;
  read(offset: number, length: number): Promise<Outcome | undefined>;
  write(offset: number, data: Buffer, fua: boolean): Promise<Outcome | undefined>;
  flush(): Promise<Outcome | undefined>;
  trim(offset: number, length: number): Promise<Outcome | undefined>;
  writeZeroes(offset: number, length: number, fua: boolean): Promise<Outcome | undefined>;
}

/** Serves disks by name on a Unix socket. Requests of a connection run side by side, as on a disk with a queue. */
export class NbdServer {
  readonly #exports: ReadonlyMap<string, NbdExport>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(exports: ReadonlyMap<string, NbdExport>) {
    this.#exports = exports;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      new Connection(socket, this.#exports).start();
    });
  }

  async listen(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Drops every connection at once; what was not answered is never answered. */
  disconnectAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.disconnectAll();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

type Phase = 'flags' | 'options' | 'transmission';

class Connection {
  readonly #socket: Socket;
  readonly #exports: ReadonlyMap<string, NbdExport>;
  readonly #queue = new ByteQueue();
  #phase: Phase = 'flags';
  #export: NbdExport | undefined;
  #noZeroes = false;
  #option: { code: number; length: number } | undefined;
  #request: NbdRequest | undefined;

  constructor(socket: Socket, exports: ReadonlyMap<string, NbdExport>) {
    this.#socket = socket;
    this.#exports = exports;
  }

  start(): void {
    const greeting = Buffer.alloc(18);
    greeting.writeBigUInt64BE(NBD_MAGIC, 0);
    greeting.writeBigUInt64BE(OPTION_MAGIC, 8);
    greeting.writeUInt16BE(HANDSHAKE_FLAGS.fixedNewstyle | HANDSHAKE_FLAGS.noZeroes, 16);
    this.#socket.write(greeting);
    // A connection that breaks is a machine that ended; nobody waits for it.
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('data', (chunk) => {
      this.#queue.push(chunk);
      while (this.#step());
    });
  }

  /** Handles one piece of what has come; false when more must come first. */
  #step(): boolean {
    if (this.#socket.destroyed) return false;
    switch (this.#phase) {
      case 'flags': {
        const flags = this.#queue.take(4);
        if (flags === undefined) return false;
        this.#noZeroes = (flags.readUInt32BE(0) & HANDSHAKE_FLAGS.noZeroes) !== 0;
        this.#phase = 'options';
        return true;
      }
      case 'options':
        return this.#stepOption();
      case 'transmission':
        return this.#stepRequest();
    }
  }

  #stepOption(): boolean {
    if (this.#option === undefined) {
      const header = this.#queue.take(16);
      if (header === undefined) return false;
      const length = header.readUInt32BE(12);
      if (header.readBigUInt64BE(0) !== OPTION_MAGIC || length > 65536) return this.#fail();
      this.#option = { code: header.readUInt32BE(8), length };
    }
    const data = this.#queue.take(this.#option.length);
    if (data === undefined) return false;
    const { code } = this.#option;
    this.#option = undefined;
    switch (code) {
      case OPTION.exportName:
        return this.#enterByName(data.toString('utf8'));
      case OPTION.abort:
        this.#socket.end(optionReply(code, OPTION_REPLY.ack));
        return false;
      case OPTION.list:
        this.#list(code);
        return true;
      case OPTION.info:
      case OPTION.go:
        this.#describe(code, data);
        return true;
      default:
        this.#socket.write(optionReply(code, OPTION_REPLY.unsupported));
        return true;
    }
  }

  #fail(): false {
    this.#socket.destroy();
    return false;
  }

  #flagsOf(disk: NbdExport): number {
    const { hasFlags, readOnly, sendFlush, sendFua, sendTrim, sendWriteZeroes } = EXPORT_FLAGS;
    return hasFlags | sendFlush | sendFua | sendTrim | sendWriteZeroes | (disk.readOnly ? readOnly : 0);
  }

  #enterByName(name: string): boolean {
    const disk = this.#exports.get(name);
    if (disk === undefined) return this.#fail();
    const reply = Buffer.alloc(this.#noZeroes ? 10 : 134);
    reply.writeBigUInt64BE(BigInt(disk.bytes), 0);
    reply.writeUInt16BE(this.#flagsOf(disk), 8);
    this.#socket.write(reply);
    this.#enter(disk);
    return true;
  }

  #list(option: number): void {
    for (const name of this.#exports.keys()) {
      const text = Buffer.from(name, 'utf8');
      const data = Buffer.alloc(4 + text.length);
      data.writeUInt32BE(text.length, 0);
      text.copy(data, 4);
      this.#socket.write(optionReply(option, OPTION_REPLY.server, data));
    }
    this.#socket.write(optionReply(option, OPTION_REPLY.ack));
  }

  #describe(option: number, data: Buffer): void {
    const length = data.length >= 4 ? data.readUInt32BE(0) : -1;
    if (length < 0 || 4 + length > data.length) {
      this.#socket.write(optionReply(option, OPTION_REPLY.invalid));
      return;
    }
    const disk = this.#exports.get(data.toString('utf8', 4, 4 + length));
    if (disk === undefined) {
      this.#socket.write(optionReply(option, OPTION_REPLY.unknownExport));
      return;
    }
    const about = Buffer.alloc(12);
    about.writeUInt16BE(INFO.export, 0);
    about.writeBigUInt64BE(BigInt(disk.bytes), 2);
    about.writeUInt16BE(this.#flagsOf(disk), 10);
    const sizes = Buffer.alloc(14);
    sizes.writeUInt16BE(INFO.blockSize, 0);
    sizes.writeUInt32BE(disk.logicalBlockBytes, 2);
    sizes.writeUInt32BE(4096, 6);
    sizes.writeUInt32BE(MAX_REQUEST_BYTES, 10);
    this.#socket.write(optionReply(option, OPTION_REPLY.info, about));
    this.#socket.write(optionReply(option, OPTION_REPLY.info, sizes));
    this.#socket.write(optionReply(option, OPTION_REPLY.ack));
    if (option === OPTION.go) this.#enter(disk);
  }

  #enter(disk: NbdExport): void {
    this.#export = disk;
    this.#phase = 'transmission';
  }

  #stepRequest(): boolean {
    const disk = this.#export;
    if (disk === undefined) return this.#fail();
    if (this.#request === undefined) {
      const header = this.#queue.take(REQUEST_BYTES);
      if (header === undefined) return false;
      this.#request = parseRequest(header);
      if (this.#request === undefined || this.#request.length > MAX_REQUEST_BYTES) {
        // Only the commands without payload may name more than a request can carry.
        const command = this.#request?.command;
        if (command !== COMMAND.trim && command !== COMMAND.writeZeroes) return this.#fail();
      }
    }
    const request = this.#request;
    if (request === undefined) return this.#fail();
    const payload = request.command === COMMAND.write ? this.#queue.take(request.length) : Buffer.alloc(0);
    if (payload === undefined) return false;
    this.#request = undefined;
    if (request.command === COMMAND.disconnect) {
      this.#socket.end();
      return false;
    }
    void this.#serve(disk, request, payload);
    return true;
  }

  async #serve(disk: NbdExport, request: NbdRequest, payload: Buffer): Promise<void> {
    const outcome = await perform(disk, request, payload);
    if (outcome === undefined || this.#socket.destroyed) return;
    this.#socket.cork();
    this.#socket.write(simpleReply(request.handle, outcome.error));
    if (outcome.error === undefined && outcome.data !== undefined) this.#socket.write(outcome.data);
    this.#socket.uncork();
  }
}

async function perform(disk: NbdExport, request: NbdRequest, payload: Buffer): Promise<Outcome | undefined> {
  const { command, offset, length, fua } = request;
  if (offset + length > disk.bytes) return { error: command === COMMAND.write ? 'ENOSPC' : 'EINVAL' };
  if (disk.readOnly && command !== COMMAND.read && command !== COMMAND.flush) return { error: 'EPERM' };
  switch (command) {
    case COMMAND.read:
      return disk.read(offset, length);
    case COMMAND.write:
      return disk.write(offset, payload, fua);
    case COMMAND.flush:
      return disk.flush();
    case COMMAND.trim:
      return disk.trim(offset, length);
    case COMMAND.writeZeroes:
      return disk.writeZeroes(offset, length, fua);
    default:
      return { error: 'EINVAL' };
  }
}
