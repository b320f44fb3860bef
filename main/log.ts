import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';

import type { Log } from './ports.ts';

/** `$XDG_STATE_HOME/dm-remap-desktop/<name>.jsonl`, else the same under `~/.local/state`. */
export function logPath(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  const xdg = environment['XDG_STATE_HOME'] ?? '';
  const state = xdg === '' ? join(homedir(), '.local/state') : xdg;
  return join(state, 'dm-remap-desktop', `${name}.jsonl`);
}

/** A log of JSON lines in `path`, readable by its owner only: it names disks. */
export function openLog(path: string): Log {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  return pino({ base: { pid: process.pid } }, pino.destination({ dest: path, sync: true }));
}
