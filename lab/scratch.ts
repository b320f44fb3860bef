import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemCode } from './errors.ts';

const PREFIX = 'dmr-lab-';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Removes what labs left behind whose process was killed before it could. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : NaN;
    // Another user's folder stays: it cannot be removed, and need not be.
    if (!Number.isNaN(pid) && !isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true }).catch(() => undefined);
  }
}

/** A private folder (mode 0700) for sockets, with a path short enough for them. */
export async function scratchFolder(): Promise<string> {
  await sweep();
  return mkdtemp(join(tmpdir(), `${PREFIX}${String(process.pid)}-`));
}

const cleanups = new Set<() => void>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function cleanAll(): void {
  for (const clean of cleanups) clean();
  cleanups.clear();
}

function onSignal(signal: NodeJS.Signals): void {
  cleanAll();
  for (const name of SIGNALS) process.off(name, onSignal);
  // Nobody else handles it: end as the signal would have ended the process.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

/** Removes the folder and runs `end` when the process ends, by itself or by a signal. Returns how to take that back. */
export function cleanAtExit(folder: string, end: () => void): () => void {
  const clean = (): void => {
    end();
    rmSync(folder, { recursive: true, force: true });
  };
  if (cleanups.size === 0) {
    process.on('exit', cleanAll);
    for (const name of SIGNALS) process.on(name, onSignal);
  }
  cleanups.add(clean);
  return () => {
    cleanups.delete(clean);
    if (cleanups.size > 0) return;
    process.off('exit', cleanAll);
    for (const name of SIGNALS) process.off(name, onSignal);
  };
}
