import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, relative } from 'node:path';
import { LabError } from '../errors.ts';
import { run, type RunResult } from '../process.ts';
import { buildOnce, exists } from './build-once.ts';
import { runInRoot } from './debian-root.ts';
import type { KernelFiles } from './kernel.ts';

export interface ModuleOptions {
  readonly cache: string;
  /** Folder with the module's Kbuild file and sources. It is only read. */
  readonly source: string;
  /** File name of the module without `.ko`, such as `dm-remap`. */
  readonly name: string;
  readonly kernel: KernelFiles;
  /** Further arguments for make, such as `W=1`; another value makes another build. */
  readonly makeArgs?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

const SOURCE = /(?:\.[chS]|^Kbuild|^Makefile|^Kconfig|\.sh)$/;

async function sourcesIn(folder: string, root = folder): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await sourcesIn(path, root)));
    else if (SOURCE.test(entry.name) && !entry.name.endsWith('.mod.c')) found.push(relative(root, path));
  }
  return found.sort();
}

/**
 * The path of the module built for exactly this kernel. The sources are copied by content into the cache and built
 * there; the same sources for the same kernel are built once.
 */
export async function obtainModule(options: ModuleOptions): Promise<string> {
  const { kernel, source, name } = options;
  const sources = (await exists(source)) ? await sourcesIn(source) : [];
  if (!sources.some((file) => file === 'Kbuild' || file === 'Makefile')) {
    throw new LabError('module-build-failed', `There is no Kbuild file in ${source}; give the folder of the module.`);
  }
  const hash = createHash('sha256')
    .update(kernel.version)
    .update('\0')
    .update(JSON.stringify(options.makeArgs ?? []));
  for (const file of sources) hash.update(`\0${file}\0`).update(await readFile(join(source, file)));
  const folder = join(options.cache, 'modules', `${kernel.release}-${hash.digest('hex').slice(0, 16)}`);
  await buildOnce(
    folder,
    async (temporary) => {
      await mkdir(temporary, { recursive: true });
      for (const file of sources) await cp(join(source, file), join(temporary, file), { recursive: true });
      await make(temporary, options);
    },
    options.signal,
  );
  return join(folder, `${name}.ko`);
}

/** Runs make on the sources in `folder`: as they lie, or in the system that the kernel's compiler is in. */
async function runMake(folder: string, { kernel, makeArgs = [], signal }: ModuleOptions): Promise<RunResult> {
  const jobs = `-j${availableParallelism()}`;
  const args = (at: string): string[] => [jobs, '-C', kernel.build, `M=${at}`, ...makeArgs, 'modules'];
  if (kernel.root === undefined) return run('make', args(folder), { signal });
  const inside = `/root/${basename(folder)}`;
  const copy = join(kernel.root, inside);
  try {
    await cp(folder, copy, { recursive: true });
    const made = await runInRoot(kernel.root, ['/usr/bin/make', ...args(inside)], signal);
    await cp(copy, folder, { recursive: true });
    return made;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function make(folder: string, options: ModuleOptions): Promise<void> {
  const made = await runMake(folder, options);
  if (made.code === 0 && (await exists(join(folder, `${options.name}.ko`)))) return;
  const output = `${made.stdout}\n${made.stderr}`;
  const missing = /(\S*gcc-\d+): (?:No such file|not found|Permission)/.exec(output)?.[1];
  if (missing !== undefined) {
    throw new LabError(
      'module-build-failed',
      `This kernel's modules must be built with ${missing}; run: apt-get install ${missing}`,
      { detail: output },
    );
  }
  const telling = output.split('\n').filter((line) => /error|warning|undefined|\*\*\*/i.test(line));
  throw new LabError(
    'module-build-failed',
    `The module ${options.name} could not be built for kernel ${options.kernel.release}; ` +
      `mend its sources: ${telling[0]?.replaceAll(`${folder}/`, '') ?? 'make failed'}`,
    { detail: (telling.length > 0 ? telling.join('\n') : output).replaceAll(`${folder}/`, '') },
  );
}
