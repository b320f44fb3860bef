import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { run } from '../process.ts';
import { buildOnce, exists } from './build-once.ts';
import { debianArchives, runInRoot, succeed } from './debian-root.ts';
import type { KernelFiles } from './kernel.ts';
import { requireSpace } from './paths.ts';
import { unpackedKernel } from './vmlinux.ts';

/** Debian releases whose kernel the lab can take besides the system's own, oldest first. */
export const DEBIAN_RELEASES = ['bullseye', 'trixie', 'sid'] as const;
export type DebianRelease = (typeof DEBIAN_RELEASES)[number];

export interface ReleaseKernelOptions {
  readonly cache: string;
  readonly signal?: AbortSignal | undefined;
}

/** Twice what the folder of the largest release was measured to take when it was made. */
const RELEASE_BYTES = 2 * 1024 ** 3;

/**
 * The kernel of another Debian release, with that release's own compiler to build modules for it: headers name the
 * compiler that made the kernel, which no other release has. Makes a small system of the release in the cache at first
 * use, with debootstrap, which must be installed and needs root. To have a newer kernel of the release later, delete
 * `releases/<name>` from the cache.
 */
export async function obtainReleaseKernel(
  release: DebianRelease,
  { cache, signal }: ReleaseKernelOptions,
): Promise<KernelFiles> {
  const folder = join(cache, 'releases', release);
  if (!(await exists(folder))) {
    if (process.getuid?.() !== 0) {
      throw new LabError('kernel-unavailable', `The kernel of ${release} is fetched as root; run this with sudo once.`);
    }
    await requireSpace(cache, RELEASE_BYTES);
  }
  await buildOnce(folder, (temporary) => makeRelease(release, temporary, signal), signal);
  return releaseKernel(folder);
}

async function releaseKernel(folder: string): Promise<KernelFiles> {
  const image = join(folder, 'image');
  const merged = join(image, 'usr/lib/modules');
  const modules = (await exists(merged)) ? merged : join(image, 'lib/modules');
  const [release] = await readdir(modules);
  if (release === undefined) {
    throw new LabError('kernel-unavailable', `${folder} holds no kernel; delete it and start again.`);
  }
  return {
    release,
    version: (await readFile(join(folder, 'version'), 'utf8')).trim(),
    image: join(folder, 'vmlinux'),
    modules: join(modules, release),
    build: `/usr/src/linux-headers-${release}`,
    root: join(folder, 'root'),
  };
}

async function makeRelease(release: DebianRelease, into: string, signal: AbortSignal | undefined): Promise<void> {
  const root = join(into, 'root');
  const { main, security } = await debianArchives(signal);
  await succeed(
    run('debootstrap', ['--variant=minbase', '--include=gcc,libc6-dev,make,perl', release, root, main], { signal }),
    `debootstrap could not make a system of Debian ${release}; check the network`,
  );
  const sources = [`deb ${main} ${release} main`];
  if (release !== 'sid' && security !== undefined) sources.push(`deb ${security} ${release}-security main`);
  await writeFile(join(root, 'etc/apt/sources.list'), `${sources.join('\n')}\n`);
  await writeFile(join(root, 'etc/resolv.conf'), await readFile('/etc/resolv.conf').catch(() => ''));
  const apt = async (...args: string[]): Promise<string> => {
    // Releases that are not supported any more have lists that have expired.
    const words = ['-q', '-y', '-o', 'Acquire::Check-Valid-Until=false', '-o', 'APT::Install-Recommends=false'];
    const ran = runInRoot(root, ['/usr/bin/apt-get', ...words, ...args], signal);
    return (await succeed(ran, `apt-get ${args[0] ?? ''} failed for Debian ${release}; check the network`)).stdout;
  };
  await apt('update');
  await apt('install', 'linux-headers-amd64');
  const headers = (await readdir(join(root, 'usr/src'))).find((name) => /^linux-headers-.*-amd64$/.test(name));
  if (headers === undefined) throw new LabError('kernel-unavailable', `Debian ${release} has no kernel headers.`);
  const kernel = headers.slice('linux-headers-'.length);
  await fetchImage(root, kernel, into, signal);
  await apt('clean');
  await rm(join(root, 'var/lib/apt/lists'), { recursive: true, force: true });
}

/** Unpacks the kernel's packages beside the root instead of installing them, which would make an initramfs. */
async function fetchImage(root: string, kernel: string, into: string, signal: AbortSignal | undefined): Promise<void> {
  const show = await runInRoot(
    root,
    ['/usr/bin/apt-cache', 'show', '--no-all-versions', `linux-image-${kernel}`],
    signal,
  );
  const version = /^Version: (\S+)$/m.exec(show.stdout)?.[1];
  const depends = /^Depends: (.*)$/m.exec(show.stdout)?.[1] ?? '';
  if (version === undefined) {
    throw new LabError('kernel-unavailable', `The package linux-image-${kernel} is not in the archive.`);
  }
  // Newer kernels come in parts, each named after the kernel.
  const parts = depends
    .split(/[, ]+/)
    .filter((name) => /^linux-(binary|base|modules)-/.test(name) && name.endsWith(kernel));
  const names = [`linux-image-${kernel}`, ...parts];
  await succeed(
    runInRoot(root, ['/usr/bin/apt-get', '-q', 'download', ...names], signal, '/opt'),
    `apt-get could not fetch ${names.join(', ')}; check the network`,
  );
  const image = join(into, 'image');
  for (const file of (await readdir(join(root, 'opt'))).filter((name) => name.endsWith('.deb'))) {
    await succeed(run('dpkg', ['-x', join(root, 'opt', file), image], { signal }), `${file} could not be unpacked`);
    await rm(join(root, 'opt', file));
  }
  const places = [`boot/vmlinuz-${kernel}`, `usr/lib/modules/${kernel}/vmlinuz`, `lib/modules/${kernel}/vmlinuz`];
  for (const place of places) {
    const packed = join(image, place);
    if (!(await exists(packed))) continue;
    const unpacked = await unpackedKernel(packed);
    if (unpacked === undefined) await rename(packed, join(into, 'vmlinux'));
    else await writeFile(join(into, 'vmlinux'), unpacked);
    await writeFile(join(into, 'version'), `${version}\n`);
    return;
  }
  throw new LabError('kernel-unavailable', `The package linux-image-${kernel} holds no kernel.`);
}
