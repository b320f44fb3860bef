import { closeSync, constants, openSync } from 'node:fs';

import type { KernelLogState } from '../../app/domain/kernel-message.ts';
import { AppError } from '../../app/errors.ts';
import type { NotificationHandler } from '../../app/protocol/client.ts';
import { log } from '../log.ts';
import { errnoOf } from '../raw-device.ts';
import { tell, type TellingTool } from '../run.ts';
import { listKernelDisks } from './disks.ts';
import { parseRecord } from './record.ts';
import { KernelSaid } from './said.ts';

/** Lines come in bursts: they are told together, this long after the first. Milliseconds. */
const GATHER_MS = 300;
/** Wait before the log is followed again after its reader ended. Milliseconds. */
const RETRY_MS = 10_000;

/**
 * Tells what the kernel says of the disks: what its log still holds, then each line as it is written. `dmesg` reads the
 * log, in a process that can be ended: a read of /dev/kmsg that waits in this one could not.
 */
export class KernelWatch {
  readonly #notify: NotificationHandler;
  readonly #drained: () => Promise<void>;
  readonly #said = new KernelSaid();
  /** When the log began to be followed, as {@link sinceBoot}. */
  #began = 0;
  #reader: TellingTool | null = null;
  #gathering: NodeJS.Timeout | null = null;
  #retrying: NodeJS.Timeout | null = null;

  /** `drained` resolves when the client keeps up: until then lines are gathered, and old ones dropped for new ones. */
  constructor(notify: NotificationHandler, drained: () => Promise<void>) {
    this.#notify = notify;
    this.#drained = drained;
  }

  /** Begins with `kernel.log`, and a `kernel.said` for each disk. Again when called again. */
  start(): void {
    this.stop();
    const state = accessTo('/dev/kmsg');
    if (state.state !== 'followed') {
      this.#notify('kernel.log', state);
      return;
    }
    this.#said.clear();
    this.#began = sinceBoot();
    this.#said.disks(listKernelDisks());
    const reader = tell('dmesg', ['--kernel', '--raw', '--follow'], (line) => this.#hear(line));
    this.#reader = reader;
    this.#notify('kernel.log', state);
    this.#tellSoon();
    reader.done.then(
      () => this.#ended(reader, 'dmesg ended'),
      (thrown: unknown) => this.#ended(reader, thrown instanceof AppError ? thrown.data.sentence : String(thrown)),
    );
  }

  /** Looks which disks and pairs there are. */
  refresh(): void {
    if (this.#reader === null) return;
    this.#said.disks(listKernelDisks());
    if (this.#said.hasNews) this.#tellSoon();
  }

  stop(): void {
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    if (this.#retrying !== null) clearTimeout(this.#retrying);
    this.#gathering = null;
    this.#retrying = null;
    const reader = this.#reader;
    this.#reader = null;
    reader?.stop();
  }

  #hear(line: string): void {
    const record = parseRecord(line);
    if (record === null || this.#reader === null) return;
    const milliseconds = Math.max(0, Math.round(Date.now() - (sinceBoot() - record.microseconds) / 1000));
    this.#said.add({ milliseconds, level: record.level, text: record.text }, record.microseconds >= this.#began);
    if (this.#said.hasNews) this.#tellSoon();
  }

  #tellSoon(): void {
    this.#gathering ??= setTimeout(() => {
      const reader = this.#reader;
      void this.#drained().then(() => {
        if (this.#reader !== reader || reader === null) return;
        this.#gathering = null;
        for (const news of this.#said.news()) this.#notify('kernel.said', news);
      });
    }, GATHER_MS);
  }

  #ended(reader: TellingTool, detail: string): void {
    if (this.#reader !== reader) return;
    this.stop();
    log('warn', 'the kernel log is not followed', { detail });
    this.#notify('kernel.log', { state: 'unavailable', detail });
    this.#retrying = setTimeout(() => this.start(), RETRY_MS);
    this.#retrying.unref();
  }
}

/** Microseconds since the machine started, not counting what it slept: the clock of the kernel log. */
function sinceBoot(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Whether the kernel log may be read. */
export function accessTo(path: string): KernelLogState {
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    return { state: 'followed' };
  } catch (thrown) {
    const code = errnoOf(thrown);
    return { state: code === 'EPERM' || code === 'EACCES' ? 'refused' : 'unavailable', detail: `${path}: ${code}` };
  }
}
