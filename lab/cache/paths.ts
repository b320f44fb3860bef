import { mkdir, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../errors.ts';

/**
 * Room that a first start needs in the cache, in bytes. A start with Debian 12's kernel was measured to take 600 MiB
 * while packages are unpacked, and to keep 435 MiB.
 */
export const FIRST_BUILD_BYTES = 1024 ** 3;

/**
 * The folder in which the lab keeps kernels, modules and images between runs: `$DM_REMAP_CACHE`, else
 * `$XDG_CACHE_HOME/dm-remap-desktop`, else `~/.cache/dm-remap-desktop`.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['DM_REMAP_CACHE'];
  if (own !== undefined && own !== '') return own;
  const xdg = environment['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'dm-remap-desktop');
}

/** Throws `no-space` when the file system that holds `folder` has less than `bytes` free. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const mib = (value: number): string => String(Math.floor(value / 1024 ** 2));
  throw new LabError(
    'no-space',
    `The lab needs ${mib(bytes)} MiB in ${folder}, where ${mib(free)} MiB are free; ` +
      'free some space or set DM_REMAP_CACHE to a folder on a larger disk.',
  );
}
