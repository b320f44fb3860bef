import { readdirSync, realpathSync } from 'node:fs';

import { readTextOrNull } from '../read-text.ts';
import { addressOf, type DiskAddress } from './address.ts';

/** A disk that the kernel has now. */
export interface KernelDisk {
  readonly devno: string;
  /** Tells it from another one that takes its number. */
  readonly identity: string;
  readonly address: DiskAddress;
}

/** The disks that are there, from sysfs. Mappings, loop and RAM devices are none. */
export function listKernelDisks(): KernelDisk[] {
  return entriesOf('/sys/block').flatMap((name) => {
    const folder = resolved(`/sys/block/${name}`);
    if (folder === null || folder.includes('/devices/virtual/block/')) return [];
    const devno = readTextOrNull(`${folder}/dev`)?.trim();
    if (devno === undefined) return [];
    const parts = entriesOf(folder).filter((entry) => entry.startsWith(name));
    const holders = ['', ...parts].flatMap((part) => entriesOf(`${folder}/${part}/holders`));
    const mappings = holders.flatMap((holder) =>
      holder.startsWith('dm-') ? (readTextOrNull(`/sys/block/${holder}/dev`)?.trim() ?? []) : [],
    );
    const sequence = readTextOrNull(`${folder}/diskseq`)?.trim() ?? '';
    return [{ devno, identity: `${folder} ${sequence}`, address: addressOf(folder, [...new Set(mappings)].sort()) }];
  });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function resolved(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
