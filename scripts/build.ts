import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { build as esbuild, type BuildOptions } from 'esbuild';
import { build as vite } from 'vite';

const root = join(import.meta.dirname, '..');
const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  logLevel: 'warning',
  absWorkingDir: root,
};

interface Part {
  readonly name: string;
  /** Folders whose files the part is made from; it is built again only when one of them changed. */
  readonly sources: readonly string[];
  readonly outputs: readonly string[];
  readonly make: () => Promise<unknown>;
}

const parts: readonly Part[] = [
  {
    name: 'helper',
    sources: ['app', 'helper'],
    outputs: ['dist/helper/helper.cjs'],
    make: () =>
      esbuild({ ...common, entryPoints: ['./helper/main.ts'], outfile: 'dist/helper/helper.cjs', format: 'cjs' }),
  },
  {
    name: 'command line',
    sources: ['app', 'helper'],
    outputs: ['dist/cli/dm-remap.cjs'],
    make: () =>
      esbuild({ ...common, entryPoints: ['./helper/cli/main.ts'], outfile: 'dist/cli/dm-remap.cjs', format: 'cjs' }),
  },
  {
    name: 'lab agent',
    sources: ['app', 'lab'],
    outputs: ['dist/lab/agent.mjs'],
    make: () =>
      esbuild({ ...common, entryPoints: ['./lab/guest/agent.ts'], outfile: 'dist/lab/agent.mjs', format: 'esm' }),
  },
  {
    name: 'browser host',
    sources: ['app', 'lab', 'main'],
    outputs: ['dist/web/host.mjs'],
    make: () =>
      esbuild({
        ...common,
        entryPoints: ['./main/web/cli.ts'],
        outfile: 'dist/web/host.mjs',
        format: 'esm',
        packages: 'external',
      }),
  },
  {
    name: 'desktop host',
    sources: ['app', 'lab', 'main'],
    outputs: ['dist/electron/main.mjs', 'dist/electron/preload.cjs'],
    make: () =>
      Promise.all([
        esbuild({
          ...common,
          entryPoints: ['./main/electron/main.ts'],
          outfile: 'dist/electron/main.mjs',
          format: 'esm',
          packages: 'external',
        }),
        esbuild({
          ...common,
          entryPoints: ['./main/electron/preload.ts'],
          outfile: 'dist/electron/preload.cjs',
          format: 'cjs',
          external: ['electron'],
        }),
      ]),
  },
  {
    name: 'renderer',
    sources: ['app', 'renderer'],
    outputs: ['dist/renderer/index.html'],
    make: makeRenderer,
  },
];

/** Vite makes production the mode of this whole process; what the caller starts afterwards has its own. */
async function makeRenderer(): Promise<void> {
  const { NODE_ENV: before } = process.env;
  try {
    await vite({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}

/** Builds the parts whose sources changed since they were last built; returns the names of those. */
export async function build(): Promise<string[]> {
  const stampFile = join(root, 'dist/stamps.json');
  const stamps = readStamps(stampFile);
  const stale: { part: Part; digest: string }[] = [];
  for (const part of parts) {
    const digest = await digestOf(part.sources);
    const made = part.outputs.every((output) => existsSync(join(root, output)));
    if (!made || stamps.get(part.name) !== digest) stale.push({ part, digest });
  }
  await Promise.all(stale.map(({ part }) => part.make()));
  for (const { part, digest } of stale) stamps.set(part.name, digest);
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeFile(stampFile, JSON.stringify(Object.fromEntries(stamps)));
  return stale.map(({ part }) => part.name);
}

function readStamps(file: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const entries = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
  return new Map(entries.flatMap(([name, digest]) => (typeof digest === 'string' ? [[name, digest] as const] : [])));
}

/** Digest of every file under `folders`, of the lock file (a package is a source too) and of this script. */
async function digestOf(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const files = ['package-lock.json', 'vite.config.ts', 'scripts/build.ts'];
  for (const folder of folders) {
    for await (const entry of glob(`${folder}/**/*`, { cwd: root, withFileTypes: true })) {
      if (entry.isFile()) files.push(join(entry.parentPath, entry.name).slice(root.length + 1));
    }
  }
  for (const file of files.sort())
    hash
      .update(file)
      .update('\0')
      .update(await readFile(join(root, file)));
  return hash.digest('hex');
}

if (import.meta.main) {
  const made = await build();
  console.error(made.length === 0 ? 'Nothing changed.' : `Built: ${made.join(', ')}.`);
}
