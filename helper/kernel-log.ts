import { closeSync, constants, openSync, readSync } from 'node:fs';

import { errnoOf } from './raw-device.ts';

/** Longest record of /dev/kmsg (CONSOLE_EXT_LOG_MAX). */
const RECORD_BYTES = 8192;

/**
 * What device-mapper and the target wrote into the kernel log since {@link KernelLog.open}: the reason of a refusal,
 * which reaches user space as an errno only.
 */
export class KernelLog {
  readonly #descriptor: number | null;

  private constructor(descriptor: number | null) {
    this.#descriptor = descriptor;
  }

  /** Starts to listen. Where the log may not be read, {@link lines} finds nothing. */
  static open(): KernelLog {
    try {
      const log = new KernelLog(openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK));
      log.#drain();
      return log;
    } catch {
      return new KernelLog(null);
    }
  }

  /** Lines about mappings written since the last call, oldest first. */
  lines(): string[] {
    return this.#drain().flatMap((record) => parseKernelRecord(record) ?? []);
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
  }

  /** Reads on to the end. One read gives one record. */
  #drain(): string[] {
    if (this.#descriptor === null) return [];
    const records: string[] = [];
    const buffer = Buffer.alloc(RECORD_BYTES);
    for (;;) {
      try {
        const bytes = readSync(this.#descriptor, buffer, 0, RECORD_BYTES, null);
        records.push(buffer.toString('utf8', 0, bytes));
      } catch (thrown) {
        // EPIPE: records were overwritten before they were read; the next read goes on with the oldest there is.
        if (errnoOf(thrown) !== 'EPIPE') return records;
      }
    }
  }
}

/** The message of a /dev/kmsg record (`<prio>,<seq>,<time>,<flags>;<message>`) if device-mapper wrote it, else null. */
export function parseKernelRecord(record: string): string | null {
  const line = record.split('\n')[0] ?? '';
  const message = line.slice(line.indexOf(';') + 1).trim();
  return message.startsWith('device-mapper: ') ? message : null;
}

/** The part of the target's lines that says why, without what device-mapper puts around it. */
export function refusalReason(lines: readonly string[]): string | null {
  const said = lines.flatMap((line) => {
    const [, text] = /^device-mapper: (?:table: \d+:\d+: )?(?:dm-)?remap: (.*)$/.exec(line) ?? [];
    return text === undefined ? [] : [text.replace(/ \(-E[A-Z]+\)$/, '')];
  });
  return said[0] ?? null;
}
