import { readdir, readlink, stat } from 'node:fs/promises';

import { devnoOf } from './raw-device.ts';
import { readTextOrNull } from './read-text.ts';

/** Programs that have a block device open, as `name (pid 123)`; at most ten. */
export async function openersOf(devno: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid) || found.length >= 10) continue;
    const folder = `/proc/${pid}/fd`;
    for (const descriptor of await readdir(folder).catch(() => [])) {
      const path = `${folder}/${descriptor}`;
      // Only links to device nodes are followed: a stat of others may hang on a network that is gone.
      if (!/^\/dev\/(?!shm\/)/.test(await readlink(path).catch(() => ''))) continue;
      const file = await stat(path, { bigint: true }).catch(() => null);
      if (file?.isBlockDevice() !== true || devnoOf(file.rdev) !== devno) continue;
      found.push(`${readTextOrNull(`/proc/${pid}/comm`)?.trim() ?? 'a program'} (pid ${pid})`);
      break;
    }
  }
  return found;
}
