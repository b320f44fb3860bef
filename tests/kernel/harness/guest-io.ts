import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { build } from 'esbuild';
import { LineSplitter } from '../../../lab/lines.ts';
import { expandRuns } from './content.ts';
import { IoReply, type IoOperation, type IoRequest, type IoResult } from './guest/protocol.ts';

/** What an operation in the guest came to. */
export interface IoOutcome {
  /** The system's name of the error (`EIO`, `ENODATA`, ...), or null. */
  readonly error: string | null;
  /** The tag of each sector that was read. Empty after an error and for other operations. */
  readonly tags: readonly number[];
}

/** The program of `guest/io-server.ts` as one file; `use` gets its path, and the file is gone afterwards. */
export async function withGuestProgram<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dmr-io-'));
  try {
    const outfile = join(folder, 'io-server.cjs');
    const entry = join(import.meta.dirname, 'guest/io-server.ts');
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'cjs',
      logLevel: 'silent',
    });
    return await use(outfile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The test's end of a session with the program in the guest. */
export class GuestIo {
  readonly #stream: Duplex;
  readonly #waiting = new Map<number, (results: readonly IoResult[]) => void>();
  readonly #ended = Promise.withResolvers<never>();
  #nextId = 1;

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.#ended.promise.catch(() => undefined);
    const lines = new LineSplitter();
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      for (const line of lines.push(chunk)) {
        if (line === '') continue;
        const { id, results } = IoReply.parse(JSON.parse(line));
        this.#waiting.get(id)?.(results);
        this.#waiting.delete(id);
      }
    });
    stream.on('error', () => stream.destroy());
    stream.on('close', () => {
      this.#ended.reject(new Error('the program in the guest ended'));
    });
  }

  close(): void {
    this.#stream.destroy();
  }

  /** One after the other. */
  async each(operations: readonly IoOperation[]): Promise<IoOutcome[]> {
    return this.#perform('each', operations);
  }

  /** All at once, at most 20 of them under way at a time. */
  async together(operations: readonly IoOperation[]): Promise<IoOutcome[]> {
    return this.#perform('together', operations);
  }

  async one(operation: IoOperation): Promise<IoOutcome> {
    const [outcome] = await this.#perform('each', [operation]);
    if (outcome === undefined) throw new Error('the program in the guest left an operation unanswered');
    return outcome;
  }

  async #perform(order: IoRequest['order'], operations: readonly IoOperation[]): Promise<IoOutcome[]> {
    const request: IoRequest = { id: this.#nextId++, order, operations: [...operations] };
    const results = await Promise.race([
      this.#ended.promise,
      new Promise<readonly IoResult[]>((resolve) => {
        this.#waiting.set(request.id, resolve);
        this.#stream.write(`${JSON.stringify(request)}\n`);
      }),
    ]);
    return results.map(({ error, runs = [] }) => ({ error, tags: expandRuns(runs) }));
  }
}
