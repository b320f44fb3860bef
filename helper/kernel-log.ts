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

/**
 * Why the target refused, from its lines: `device-mapper: remap: <name>: <reason>; <what to do>` or, from the
 * constructor, `device-mapper: table: <devno>: remap: <reason> (<errno>)`. The first counts: later ones follow from it.
 */
export function refusalReason(lines: readonly string[]): string | null {
  for (const line of lines) {
    const own = /^device-mapper: remap: (?:\S+: )?(.*)$/.exec(line);
    const table = /^device-mapper: table: \d+:\d+: remap: (.*?)(?: \(-E[A-Z0-9]+\))?$/.exec(line);
    const [reason] = (own?.[1] ?? table?.[1] ?? '').split(';');
    if (reason !== undefined && reason.trim() !== '') return reason.trim();
  }
  return null;
}
