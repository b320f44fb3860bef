import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError } from '../errors.ts';
import { run } from '../process.ts';
import type { KernelFiles } from './kernel.ts';

/** A module of the kernel, ready to be put into an image. */
export interface KernelModule {
  readonly name: string;
  /** Names of the modules that must be loaded before it. */
  readonly depends: readonly string[];
  /** The uncompressed ELF file, without a signature. */
  readonly data: Buffer;
}

function canonical(name: string): string {
  return name.replaceAll('-', '_');
}

async function indexOf(folder: string, index = new Map<string, string>()): Promise<Map<string, string>> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await indexOf(path, index);
    else if (/\.ko(\.xz)?$/.test(entry.name)) index.set(canonical(basename(entry.name).replace(/\.ko.*/, '')), path);
  }
  return index;
}

async function read(path: string): Promise<Buffer> {
  if (!path.endsWith('.xz')) return readFile(path);
  // Node has no xz; latin1 keeps every byte of the tool's output.
  const unpacked = await run('xz', ['-dc', path], { encoding: 'latin1' });
  if (unpacked.code !== 0) {
    throw new LabError('image-build-failed', `${path} is damaged; delete the kernel from the cache and start again.`);
  }
  return Buffer.from(unpacked.stdout, 'latin1');
}

const SIGNATURE_MARK = Buffer.from('~Module signature appended~\n');
/** Bytes of `struct module_signature` (include/linux/module_signature.h); its last four are the signature's length. */
const SIGNATURE_HEADER_BYTES = 12;

/**
 * The module without its appended signature. Checking it is much work for an emulated processor, and the lab's
 * kernel loads modules without one.
 */
export function withoutSignature(data: Buffer): Buffer {
  const end = data.length - SIGNATURE_MARK.length;
  const header = end - SIGNATURE_HEADER_BYTES;
  if (header < 0 || !data.subarray(end).equals(SIGNATURE_MARK)) return data;
  const start = header - data.readUInt32BE(end - 4);
  return start < 0 ? data : data.subarray(0, start);
}

/** The `depends=` line of the module's `.modinfo` section, which `depmod` reads as well. */
function dependsOf(data: Buffer): string[] {
  const key = Buffer.from('\0depends=');
  const start = data.indexOf(key);
  if (start < 0) return [];
  const value = data.toString('latin1', start + key.length, data.indexOf(0, start + key.length));
  return value === '' ? [] : value.split(',');
}

/**
 * The named modules and all they depend on, in an order in which they can be loaded. A name without a file is left
 * out when the kernel has it built in or lacks it; which one shows at boot.
 */
export async function collectModules(kernel: KernelFiles, names: readonly string[]): Promise<KernelModule[]> {
  const index = await indexOf(join(kernel.modules, 'kernel'));
  const collected = new Map<string, KernelModule>();
  const visit = async (wanted: string): Promise<void> => {
    const name = canonical(wanted);
    const path = index.get(name);
    if (collected.has(name) || path === undefined) return;
    const data = withoutSignature(await read(path));
    const depends = dependsOf(data);
    for (const dependency of depends) await visit(dependency);
    collected.set(name, { name, depends, data });
  };
  for (const name of names) await visit(name);
  return [...collected.values()];
}
