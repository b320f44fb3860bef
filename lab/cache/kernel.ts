import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { LabError } from '../errors.ts';
import { Apt } from './apt.ts';
import { buildOnce, exists } from './build-once.ts';
import { FIRST_BUILD_BYTES, requireSpace } from './paths.ts';
import { unpackedKernel } from './vmlinux.ts';

/** A kernel that the lab can boot and build a module for. All paths are absolute. */
export const KernelFiles = z.strictObject({
  /** What `uname -r` says, such as `6.1.0-56-amd64`. */
  release: z.string(),
  /** Version of the package it came from, or another text that changes when the kernel's build does. */
  version: z.string(),
  /** What QEMU starts: the unpacked kernel where that can be had, else the packed one. */
  image: z.string(),
  /** The folder `lib/modules/<release>`. */
  modules: z.string(),
  /** The folder to give to `make -C` when a module is built; inside `root` where that is given. */
  build: z.string(),
  /** The system whose compiler builds modules for this kernel, when it is not the one the lab runs on. */
  root: z.string().exactOptional(),
});
export type KernelFiles = Readonly<z.infer<typeof KernelFiles>>;

export interface KernelOptions {
  readonly cache: string;
  readonly signal?: AbortSignal | undefined;
  readonly apt?: Apt;
}

const DEFAULT_STAMP = 'default.json';
const STAMP_VALID_MS = 24 * 60 * 60 * 1000;
const Stamp = z.object({ release: z.string(), version: z.string() });

const RELEASE = /^\d+\.\d+[\w.+~-]*-(?:cloud-|rt-)?amd64$/;

/** What the root image may take modules from. The rest, three quarters of the package, is deleted after unpacking. */
const KEPT_MODULES = new Set(['arch', 'block', 'crypto', 'drivers', 'fs', 'lib']);
const KEPT_DRIVERS = new Set(['ata', 'block', 'char', 'crypto', 'md', 'nvme', 'scsi', 'target', 'virtio']);

/**
 * A kernel by its selector: `default` is what Debian's `linux-image-amd64` depends on; anything else is a release as
 * `uname -r` prints it, for which apt must have `linux-image-<release>`. Fetched and unpacked at first use. When apt does
 * not answer, `default` falls back to the newest kernel that was fetched before.
 */
export async function obtainKernel(selector: string, options: KernelOptions): Promise<KernelFiles> {
  const apt = options.apt ?? new Apt({ signal: options.signal });
  const folder = join(options.cache, 'kernels');
  if (selector === 'default') {
    const recent = await recentDefault(folder);
    if (recent !== undefined) return recent;
    const release = await defaultRelease(apt);
    if (release === undefined) return newestCached(folder);
    const kernel = await obtainRelease(release, folder, apt, options);
    await writeFile(join(folder, DEFAULT_STAMP), JSON.stringify({ release, version: kernel.version }));
    return kernel;
  }
  return obtainRelease(selector, folder, apt, options);
}

async function obtainRelease(release: string, folder: string, apt: Apt, options: KernelOptions): Promise<KernelFiles> {
  if (!RELEASE.test(release)) {
    throw new LabError(
      'bad-option',
      `"${release}" is not a kernel the lab knows; give "default" or a release such as 6.1.0-56-amd64.`,
    );
  }
  const version = await apt.versionOf(`linux-image-${release}`);
  if (version === undefined) return cachedRelease(folder, release);
  const target = folderOf(folder, version, release);
  if (!(await exists(target))) await requireSpace(options.cache, FIRST_BUILD_BYTES);
  await buildOnce(target, (temporary) => unpackKernel(apt, release, temporary, target), options.signal);
  return kernelIn(target, release, version);
}

/** The kernel that `default` last meant, while that is less than a day ago: asking apt takes longer than the rest. */
async function recentDefault(folder: string): Promise<KernelFiles | undefined> {
  const stamp = join(folder, DEFAULT_STAMP);
  try {
    if (Date.now() - (await stat(stamp)).mtimeMs > STAMP_VALID_MS) return undefined;
    const { release, version } = Stamp.parse(JSON.parse(await readFile(stamp, 'utf8')));
    const target = folderOf(folder, version, release);
    return (await exists(target)) ? kernelIn(target, release, version) : undefined;
  } catch {
    // No stamp, or not one of this version of the lab: ask apt.
    return undefined;
  }
}

function folderOf(folder: string, version: string, release: string): string {
  return join(folder, version.replace(/[^\w.+~-]/g, '_'), release);
}

async function defaultRelease(apt: Apt): Promise<string | undefined> {
  const image = (await apt.dependsOf('linux-image-amd64')).find((name) => name.startsWith('linux-image-'));
  return image?.replace('linux-image-', '').replace(/-unsigned$/, '');
}

function kernelIn(folder: string, release: string, version: string): KernelFiles {
  return {
    release,
    version,
    image: join(folder, 'boot/vmlinux'),
    modules: join(folder, 'lib/modules', release),
    build: join(folder, 'usr/src', `linux-headers-${release}`),
  };
}

interface CachedKernel {
  readonly release: string;
  readonly version: string;
  readonly folder: string;
}

async function cachedKernels(folder: string): Promise<CachedKernel[]> {
  const found: CachedKernel[] = [];
  if (!(await exists(folder))) return found;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const version = entry.name;
    for (const release of await readdir(join(folder, version))) {
      if (RELEASE.test(release)) found.push({ release, version, folder: join(folder, version, release) });
    }
  }
  return found.sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
}

async function newestCached(folder: string): Promise<KernelFiles> {
  const newest = (await cachedKernels(folder)).at(-1);
  if (newest === undefined) {
    throw new LabError('kernel-unavailable', 'apt knows no package linux-image-amd64; run: apt-get update');
  }
  return kernelIn(newest.folder, newest.release, newest.version);
}

async function cachedRelease(folder: string, release: string): Promise<KernelFiles> {
  const found = (await cachedKernels(folder)).findLast((kernel) => kernel.release === release);
  if (found === undefined) {
    throw new LabError(
      'kernel-unavailable',
      `apt has no package linux-image-${release}; run apt-get update, or choose a kernel that your Debian release has.`,
    );
  }
  return kernelIn(found.folder, found.release, found.version);
}

async function unpackKernel(apt: Apt, release: string, into: string, target: string): Promise<void> {
  const headers = `linux-headers-${release}`;
  const needed = (await apt.dependsOf(headers)).filter((name) => /^linux-(headers|kbuild)-/.test(name));
  await apt.unpack([`linux-image-${release}`, headers, ...needed], into);
  await rm(`${into}.debs`, { recursive: true });
  await dropUnusedModules(join(into, 'lib/modules', release, 'kernel'));
  await relocateHeaders(join(into, 'usr/src'), join(target, 'usr/src'));
  const packed = join(into, 'boot', `vmlinuz-${release}`);
  if (!(await exists(packed))) {
    throw new LabError('kernel-unavailable', `The package linux-image-${release} holds no kernel; choose another.`);
  }
  await writeFile(join(into, 'boot/vmlinux'), (await unpackedKernel(packed)) ?? (await readFile(packed)));
}

async function dropUnusedModules(folder: string): Promise<void> {
  const drop = async (parent: string, kept: ReadonlySet<string>): Promise<void> => {
    for (const name of await readdir(parent)) {
      if (!kept.has(name)) await rm(join(parent, name), { recursive: true });
    }
  };
  await drop(folder, KEPT_MODULES);
  await drop(join(folder, 'drivers'), KEPT_DRIVERS);
}

/** Debian's header packages name each other by absolute path; points them at where they will be in the cache. */
async function relocateHeaders(source: string, target: string): Promise<void> {
  for (const folder of await readdir(source)) {
    const makefile = join(source, folder, 'Makefile');
    if (!(await exists(makefile))) continue;
    const text = await readFile(makefile, 'utf8');
    const relocated = text.replaceAll('/usr/src/', `${target}/`);
    if (relocated !== text) await writeFile(makefile, relocated);
  }
}
