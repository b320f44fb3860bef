import { writeSync } from 'node:fs';

const levels = { info: 30, warn: 40, error: 50 } as const;
let silent = false;

/** Writes no lines from now on: for a program whose stderr is read by a person who did not ask for them. */
export function silenceLog(): void {
  silent = true;
}

/**
 * One JSON object a line on stderr, in pino's field names. Written at once and not buffered: the last line before a
 * crash is the one that matters. A log that cannot be written stops nothing.
 */
export function log(level: keyof typeof levels, msg: string, fields: Readonly<Record<string, unknown>> = {}): void {
  if (silent) return;
  const line = JSON.stringify({ level: levels[level], time: Date.now(), pid: process.pid, ...fields, msg });
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // The other end of stderr is gone.
  }
}

/** The line that every change of the machine leaves: what was asked for, by whom, and how it ended. */
export function audit(verb: string, fields: Readonly<Record<string, unknown>>): void {
  log('info', verb, { audit: true, ...caller(), ...fields });
}

/** The user behind pkexec or sudo, who is not the uid that the helper runs as. */
function caller(): Record<string, string> {
  const uid = process.env['PKEXEC_UID'] ?? process.env['SUDO_UID'];
  return uid === undefined ? {} : { caller: uid };
}
