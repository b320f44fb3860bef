import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { run } from '../process.ts';
import { Apt } from './apt.ts';
import { buildOnce, exists } from './build-once.ts';
import type { KernelFiles } from './kernel.ts';
import { requireSpace } from './paths.ts';

export interface DebugKernelOptions {
  readonly cache: string;
  readonly signal?: AbortSignal | undefined;
  /** Called before a build, which takes minutes; not called when the kernel is in the cache. */
  readonly onBuild?: () => void;
}

/** The kernel of Debian 12, which the tests know best. */
const SOURCE_PACKAGE = 'linux-source-6.1';
const FRAGMENT = join(import.meta.dirname, 'debug-kernel.config');
/** Bump when this file changes what comes out. */
const LAYOUT = 1;
/** More than the unpacked source with its objects and the finished folder take; 2.3 GB of them were seen. */
const BUILD_BYTES = 4 * 1024 ** 3;

const BUILD_PACKAGES = ['bc', 'bison', 'flex', 'gcc', 'libelf-dev', 'make', 'perl', 'tar', 'xz-utils'];

/**
 * A kernel that checks itself (memory errors, locking, RCU, leaks) and can make allocations fail, built once from
 * Debian's source. `debug-kernel.config` says what it has; its drivers are built in but for those whose parameters tests
 * choose.
 */
export async function obtainDebugKernel({ cache, signal, onBuild }: DebugKernelOptions): Promise<KernelFiles> {
  const fragment = await readFile(FRAGMENT, 'utf8');
  const apt = new Apt({ signal });
  const source = await apt.versionOf(SOURCE_PACKAGE);
  if (source === undefined) {
    throw new LabError(
      'kernel-unavailable',
      `apt has no package ${SOURCE_PACKAGE}; run this on Debian 12 after: apt-get update`,
    );
  }
  const hash = createHash('sha256')
    .update(JSON.stringify([LAYOUT, source, fragment]))
    .digest('hex');
  const version = `${source}-${hash.slice(0, 16)}`;
  const folder = join(cache, 'debug-kernels', version);
  if (!(await exists(folder))) {
    await requirePackages(signal);
    await requireSpace(cache, BUILD_BYTES);
    onBuild?.();
    await buildOnce(folder, (temporary) => build(temporary, fragment, apt, signal), signal);
  }
  const release = (await readFile(join(folder, 'build/include/config/kernel.release'), 'utf8')).trim();
  return {
    release,
    version,
    // Not unpacked: what enters a kernel in the PVH way runs before KASAN has its shadow memory, and faults.
    image: join(folder, 'bzImage'),
    modules: join(folder, 'lib/modules', release),
    build: join(folder, 'build'),
  };
}

async function requirePackages(signal: AbortSignal | undefined): Promise<void> {
  const format = '${db:Status-Status} ${Package}\n';
  const { stdout } = await run('dpkg-query', ['--show', '--showformat', format, ...BUILD_PACKAGES], { signal });
  const installed = new Set(stdout.split('\n').map((line) => /^installed (\S+)$/.exec(line)?.[1]));
  const missing = BUILD_PACKAGES.filter((name) => !installed.has(name));
  if (missing.length === 0) return;
  throw new LabError(
    'no-tool',
    `The debug kernel is built with programs that are not installed; run: apt-get install ${missing.join(' ')}`,
  );
}

async function build(folder: string, fragment: string, apt: Apt, signal: AbortSignal | undefined): Promise<void> {
  const packages = join(folder, 'package');
  await apt.unpack([SOURCE_PACKAGE], packages);
  const archive = join(packages, 'usr/src', `${SOURCE_PACKAGE}.tar.xz`);
  await succeed(
    run('tar', ['-C', folder, '-xJf', archive], { signal }),
    'The source of the kernel could not be unpacked',
  );
  const tree = join(folder, 'build');
  await rename(join(folder, SOURCE_PACKAGE), tree);
  for (const path of [packages, `${packages}.debs`]) await rm(path, { recursive: true });
  await allowStackFilter(tree);

  const jobs = `-j${String(availableParallelism())}`;
  const make = async (...args: string[]): Promise<unknown> =>
    succeed(
      run('nice', ['make', '-s', '-C', tree, jobs, ...args], { signal }),
      `The debug kernel could not be built (make ${args.join(' ')})`,
    );
  await make('tinyconfig');
  await appendFile(join(tree, '.config'), fragment);
  await make('olddefconfig');
  await requireConfiguration(join(tree, '.config'), fragment);
  await make('bzImage', 'modules');
  await make('modules_install', `INSTALL_MOD_PATH=${folder}`);
  await rename(join(tree, 'arch/x86/boot/bzImage'), join(folder, 'bzImage'));
  await rm(join(tree, 'vmlinux'));
  await dropObjects(tree);
}

/**
 * Takes away what keeps failing allocations from being limited to callers in a range of code on x86-64. Later kernels
 * have no such line; with frame pointers, which this kernel is built with, the stacks are true.
 */
async function allowStackFilter(tree: string): Promise<void> {
  const path = join(tree, 'lib/Kconfig.debug');
  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text.replace(/(\nconfig FAULT_INJECTION_STACKTRACE_FILTER\n(?:\t.*\n)*?)\tdepends on !X86_64\n/, '$1'),
  );
}

/** An option whose conditions are not met is left out without a word; a check that is not there finds nothing. */
async function requireConfiguration(path: string, fragment: string): Promise<void> {
  const has = new Set((await readFile(path, 'utf8')).split('\n'));
  const lost = fragment.split('\n').filter((line) => line.startsWith('CONFIG_') && !has.has(line));
  if (lost.length === 0) return;
  throw new LabError('kernel-unavailable', `The kernel's source does not take ${lost.join(', ')}; mend ${FRAGMENT}.`);
}

/** What modules are not built from: objects, sources other than headers and tools, other processors. */
async function dropObjects(tree: string): Promise<void> {
  for (const name of ['Documentation', 'samples', 'LICENSES']) {
    await rm(join(tree, name), { recursive: true, force: true });
  }
  for (const name of await readdir(join(tree, 'arch'), { withFileTypes: true })) {
    if (name.isDirectory() && name.name !== 'x86') await rm(join(tree, 'arch', name.name), { recursive: true });
  }
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const isTool = ['scripts/', 'tools/'].some((part) => path.startsWith(join(tree, part)));
    if (!isTool && /\.(?:o|a|c|S|cmd|ko|d|mod|order)$/.test(entry.name)) await unlink(path);
  }
}

async function succeed(running: ReturnType<typeof run>, message: string): Promise<void> {
  const { code, stdout, stderr } = await running;
  if (code === 0) return;
  const lines = `${stdout}\n${stderr}`.split('\n');
  throw new LabError('kernel-unavailable', `${message}.`, { detail: lines.slice(-40).join('\n') });
}
