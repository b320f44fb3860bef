import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError, systemCode, throwIfCancelled } from '../errors.ts';

const LOCK_POLL_MS = 200;

const underConstruction = new Map<string, Promise<void>>();

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Removes the lock of a process that is gone. Renaming first lets only one of several waiters do it. */
async function breakStaleLock(lock: string): Promise<void> {
  let owner: number;
  try {
    owner = Number.parseInt(await readFile(lock, 'utf8'), 10);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  // An empty file is a lock whose owner has not written its number yet.
  if (Number.isNaN(owner) || isAlive(owner)) return;
  const grave = `${lock}.${randomUUID()}`;
  try {
    await rename(lock, grave);
    await rm(grave, { force: true });
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

async function acquire(lock: string, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    throwIfCancelled(signal);
    try {
      const file = await open(lock, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return;
    } catch (error) {
      if (systemCode(error) === 'ENOSPC') {
        throw new LabError('no-space', `The disk that holds ${lock} is full; free some space.`, { cause: error });
      }
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    await breakStaleLock(lock);
    await delay(LOCK_POLL_MS);
  }
}

async function buildLocked(
  target: string,
  build: (temporary: string) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const lock = `${target}.lock`;
  await acquire(lock, signal);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    if (await exists(target)) return;
    await build(temporary);
    await rename(temporary, target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await rm(lock, { force: true });
  }
}

/**
 * Makes the file or folder `target` unless it is there. `build` writes to the temporary path it is given, which is
 * renamed when it is whole, so that a half-built target is never seen; a second builder, in this process or another,
 * waits for the first. Returns `target`.
 */
export async function buildOnce(
  target: string,
  build: (temporary: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<string> {
  if (await exists(target)) return target;
  let work = underConstruction.get(target);
  if (work === undefined) {
    work = buildLocked(target, build, signal).finally(() => underConstruction.delete(target));
    underConstruction.set(target, work);
  }
  await work;
  return target;
}
