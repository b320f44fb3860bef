import type { FrameSink } from '../../app/protocol/client.ts';

/** Characters waiting to be written above which nothing new is begun. */
const HIGH_WATER = 1024 * 1024;

/**
 * Lines on their way out, one write at a time. {@link FrameWriter.drained} lets whoever makes lines wait for a slow
 * reader, so that memory stays bounded.
 */
export class FrameWriter implements FrameSink {
  readonly #write: (text: string) => Promise<void>;
  readonly #onFailure: (thrown: unknown) => void;
  #lines: string[] = [];
  #chars = 0;
  #closed = false;
  #pump: Promise<void> | null = null;
  #waiting: (() => void)[] = [];

  /** `write` resolves when the text was taken; `onFailure` is told once when it rejects. */
  constructor(write: (text: string) => Promise<void>, onFailure: (thrown: unknown) => void) {
    this.#write = write;
    this.#onFailure = onFailure;
  }

  send(line: string): void {
    if (this.#closed) return;
    this.#lines.push(line);
    this.#chars += line.length;
    this.#pump ??= this.#run();
  }

  /** Resolves at once unless too much waits to be written; then when it was. */
  drained(): Promise<void> {
    if (this.#closed || this.#chars <= HIGH_WATER) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when everything that was sent so far has been taken. */
  async flushed(): Promise<void> {
    while (this.#pump !== null) await this.#pump;
  }

  /** Drops what waits and everything sent later. A line that is being written is finished. */
  close(): void {
    this.#closed = true;
    this.#lines = [];
    this.#chars = 0;
    this.#wake();
  }

  async #run(): Promise<void> {
    try {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
        await this.#write(`${line}\n`);
        this.#chars = Math.max(0, this.#chars - line.length);
        if (this.#chars <= HIGH_WATER) this.#wake();
      }
    } catch (thrown) {
      this.close();
      this.#onFailure(thrown);
    } finally {
      this.#pump = null;
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
