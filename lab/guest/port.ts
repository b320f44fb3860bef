import { readdirSync, readFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LineSplitter } from '../lines.ts';

/** With nobody at the other end a read returns at once with nothing, and there is no event to wait for. */
const NO_HOST_POLL_MS = 20;
const READ_BYTES = 64 * 1024;

/** The name of a port's folder in sysfs and debugfs, and of its file. */
export function folderOf(name: string): string {
  const folder = '/sys/class/virtio-ports';
  const found = readdirSync(folder).find((port) => readFileSync(`${folder}/${port}/name`, 'utf8').trim() === name);
  if (found === undefined) throw new Error(`this machine has no virtio port ${name}`);
  return found;
}

/** A virtio-serial port that carries one JSON text per line. */
export class GuestPort {
  readonly #file: FileHandle;
  #unsent: string[] = [];
  #sending = false;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(name: string): Promise<GuestPort> {
    return new GuestPort(await open(`/dev/${folderOf(name)}`, 'r+'));
  }

  async *lines(): AsyncGenerator<string> {
    const buffer = Buffer.alloc(READ_BYTES);
    const decoder = new TextDecoder();
    const splitter = new LineSplitter();
    for (;;) {
      const { bytesRead } = await this.#file.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) await delay(NO_HOST_POLL_MS);
      else yield* splitter.push(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
    }
  }

  /** Queues a message; messages that wait are sent together. */
  send(message: unknown): void {
    this.#unsent.push(`${JSON.stringify(message)}\n`);
    if (!this.#sending) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    while (this.#unsent.length > 0) {
      let rest = Buffer.from(this.#unsent.join(''), 'utf8');
      this.#unsent = [];
      while (rest.length > 0) {
        const { bytesWritten } = await this.#file.write(rest);
        rest = rest.subarray(bytesWritten);
      }
    }
    this.#sending = false;
  }
}
