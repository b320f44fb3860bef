import { constants } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import { requestFrameSchema } from '../../app/protocol/frames.ts';
import { appError } from '../../app/errors.ts';
import { log } from '../log.ts';
import type { Mutations } from '../mutations.ts';
import { readTextOrNull } from '../read-text.ts';
import { Session } from '../session.ts';
import { FrameWriter } from './frame-writer.ts';
import { ByteLines, tooLongFrame } from './lines.ts';

const PORTS = '/sys/class/virtio-ports';
/** The driver takes at most a page in one write and gives at most a page in one read. */
const PAGE = 4096;
/** The driver's read returns at once with nothing while no host is there, and there is no way to wait for one. */
const HOST_POLL_MS = 20;
/** An `init` is short; only such lines are looked at for one. */
const MAX_INIT_CHARS = 1024;

/**
 * Serves whoever is at the other end of a virtio-serial port, one client after another, for ever. The port stays open
 * when a host goes and the next one comes, so that an `init` begins a new session whatever was before it. A session's
 * first line is empty: it ends what an earlier one may have left half-written.
 */
export async function serveVirtioPort(name: string, mutations: Mutations): Promise<never> {
  const port = await open(await findPort(name), constants.O_RDWR);
  let connection = new Connection(port, mutations);
  const buffer = Buffer.alloc(PAGE);
  for (;;) {
    const { bytesRead } = await port.read(buffer, 0, PAGE, null);
    if (bytesRead === 0) {
      if (connection.used) connection = connection.replace();
      await pause(HOST_POLL_MS);
      continue;
    }
    const cut = connection.lines.push(buffer.subarray(0, bytesRead));
    for (const line of cut.lines) {
      // What follows in the same chunk belongs to the new session already.
      if (isInit(line)) connection = connection.replace(connection.lines);
      await connection.accept(line);
    }
    if (cut.overflow) {
      log('error', 'a line was too long; the session is closed');
      connection = connection.replace();
      connection.refuseLine();
    }
  }
}

class Connection {
  readonly lines: ByteLines;
  used = false;
  readonly #port: FileHandle;
  readonly #mutations: Mutations;
  readonly #writer: FrameWriter;
  readonly #session: Session;

  constructor(port: FileHandle, mutations: Mutations, lines = new ByteLines(), before = Promise.resolve()) {
    this.#port = port;
    this.#mutations = mutations;
    this.lines = lines;
    this.#writer = new FrameWriter(
      // The line that the client before this one was being told goes out first.
      (text) => before.then(() => writePort(port, text)),
      (thrown) => log('warn', 'the port cannot be written', { error: String(thrown) }),
    );
    this.#session = new Session(this.#writer, mutations);
  }

  async accept(line: string): Promise<void> {
    if (!this.used) this.#writer.send('');
    this.used = true;
    await this.#session.accept(line);
  }

  refuseLine(): void {
    this.used = true;
    this.#writer.send(tooLongFrame());
  }

  /** Ends this client and gives a connection for the next. What this one still waits for is not told to the next. */
  replace(lines = new ByteLines()): Connection {
    this.#writer.close();
    this.#session.end().catch((thrown: unknown) => log('error', 'a session did not end', { error: String(thrown) }));
    return new Connection(this.#port, this.#mutations, lines, this.#writer.flushed());
  }
}

async function writePort(port: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text, 'utf8');
  for (let start = 0; start < bytes.length;) {
    const { bytesWritten } = await port.write(bytes, start, Math.min(PAGE, bytes.length - start), null);
    start += bytesWritten;
  }
}

function isInit(line: string): boolean {
  if (line.length > MAX_INIT_CHARS || !line.includes('"init"')) return false;
  try {
    const frame = requestFrameSchema.safeParse(JSON.parse(line));
    return frame.success && frame.data.method === 'init';
  } catch {
    return false;
  }
}

async function findPort(name: string): Promise<string> {
  for (const entry of await readdir(PORTS).catch(() => [])) {
    if (readTextOrNull(`${PORTS}/${entry}/name`)?.trim() === name) return `/dev/${entry}`;
  }
  throw appError(
    'connection-closed',
    `This machine has no virtio-serial port named "${name}".`,
    'Start the virtual machine with such a port, or use --stdio.',
  );
}
