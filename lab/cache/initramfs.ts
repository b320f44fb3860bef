import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cpioArchive, type CpioEntry } from './cpio.ts';
import { FIRST_STAGE_MODULES } from './guest-files.ts';
import type { KernelFiles } from './kernel.ts';
import { collectModules } from './modules.ts';

const FOLDERS = ['bin', 'dev', 'layer', 'lower', 'modules', 'proc', 'root', 'sys'] as const;

/** The part of the initramfs that depends on the kernel alone: busybox, the first stage and the modules it loads. */
export async function firstStage(kernel: KernelFiles, busybox: string, script: string): Promise<Buffer> {
  const modules = await collectModules(kernel, FIRST_STAGE_MODULES);
  const entries: CpioEntry[] = FOLDERS.map((path) => ({ kind: 'folder', path }));
  entries.push(
    { kind: 'character-device', path: 'dev/console', major: 5, minor: 1 },
    { kind: 'file', path: 'bin/busybox', data: await readFile(busybox), executable: true },
    { kind: 'file', path: 'init', data: await readFile(script), executable: true },
    { kind: 'file', path: 'modules/order', data: Buffer.from(`${modules.map((module) => module.name).join('\n')}\n`) },
  );
  for (const { name, data } of modules) entries.push({ kind: 'file', path: join('modules', `${name}.ko`), data });
  return cpioArchive(entries);
}

/** A file that the guest sees over its root image, under the path given without a leading slash. */
export interface OverlayFile {
  readonly path: string;
  readonly data: Uint8Array;
  readonly executable?: boolean;
}

/** The part of the initramfs that changes often: the files to lay over the root image. */
export function overlayArchive(files: readonly OverlayFile[]): Buffer {
  const entries: CpioEntry[] = [{ kind: 'folder', path: 'overlay' }];
  const made = new Set<string>();
  for (const { path, data, executable } of files) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      if (made.has(folder)) continue;
      made.add(folder);
      entries.push({ kind: 'folder', path: `overlay/${folder}` });
    }
    entries.push({ kind: 'file', path: `overlay/${path}`, data, executable: executable ?? false });
  }
  return cpioArchive(entries);
}
