import { execFile } from 'node:child_process';
import { glob, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Apt } from '../../lab/cache/apt.ts';
import { buildOnce } from '../../lab/cache/build-once.ts';
import { obtainKernel } from '../../lab/cache/kernel.ts';
import { obtainModule } from '../../lab/cache/module.ts';
import { cacheFolder } from '../../lab/cache/paths.ts';

/** What the kernel's own tools say about kernel/: warnings of W=1, sparse, checkpatch --strict and coccicheck are failures. */

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const source = join(root, 'kernel');
const cache = cacheFolder();
const kernel = await obtainKernel('default', { cache });

async function compile(name: string, makeArgs: readonly string[]): Promise<string> {
  await obtainModule({ cache, source, name: 'dm-remap', kernel, makeArgs });
  return `${name}: no warnings`;
}

/** The kernel's own checking scripts, which come only with its source package. Returns their folder. */
async function kernelScripts(): Promise<string> {
  const series = /^\d+\.\d+/.exec(kernel.release)?.[0] ?? '';
  const folder = join(cache, 'tools', `kernel-scripts-${series}`);
  await buildOnce(folder, async (temporary) => {
    await new Apt().unpack([`linux-source-${series}`], temporary);
    const scripts = ['checkpatch.pl', 'spelling.txt', 'const_structs.checkpatch', 'coccinelle'].map(
      (file) => `linux-source-${series}/scripts/${file}`,
    );
    const archive = join(temporary, 'usr/src', `linux-source-${series}.tar.xz`);
    await run('tar', ['-C', temporary, '--strip-components=2', '-xJf', archive, ...scripts]);
    await rm(join(temporary, 'usr'), { recursive: true });
    await rm(`${temporary}.debs`, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
  });
  return folder;
}

async function sources(): Promise<string[]> {
  return (await readdir(source)).filter((name) => /\.[ch]$/.test(name)).map((name) => join(source, name));
}

async function checkpatch(): Promise<string> {
  const files = await sources();
  // A list of maintainers and a tree to look into belong to a patch, not to a module of its own.
  const args = ['--no-tree', '--strict', '--terse', '--show-types', '--file', '--ignore', 'FILE_PATH_CHANGES'];
  await run('perl', [join(await kernelScripts(), 'checkpatch.pl'), ...args, ...files]);
  return `checkpatch --strict: ${files.length} files clean`;
}

/** `make coccicheck MODE=report`, without the kernel tree that it wants: each semantic patch that has a report mode. */
async function coccicheck(): Promise<string> {
  const files = await sources();
  const findings: string[] = [];
  let patches = 0;
  for await (const patch of glob(join(await kernelScripts(), 'coccinelle/**/*.cocci'))) {
    const text = await readFile(patch, 'utf8');
    if (!text.includes('virtual report')) continue;
    patches += 1;
    const options = (/^\/\/+ Options: *(.*)$/m.exec(text)?.[1] ?? '').split(' ').filter((word) => word !== '');
    const args = ['-D', 'report', '--no-show-diff', '--very-quiet', ...options, '--cocci-file', patch, ...files];
    const { stdout } = await run('spatch', args);
    // The tool's remarks on the semantic patches themselves have no file of ours before them.
    findings.push(...stdout.split('\n').filter((line) => line.startsWith(source)));
  }
  if (findings.length > 0) throw new Error(`coccicheck found:\n${findings.join('\n')}`);
  return `coccicheck: nothing found by ${patches} semantic patches`;
}

const checks: readonly (() => Promise<string>)[] = [
  () => compile('gcc W=1', ['W=1', 'KCFLAGS=-Werror']),
  () => compile('sparse', ['C=2', 'CF=-D__CHECK_ENDIAN__ -Wsparse-error']),
  checkpatch,
  coccicheck,
];
for (const check of checks) {
  try {
    console.log(await check());
  } catch (thrown) {
    const output = thrown instanceof Error && 'stdout' in thrown ? String(thrown.stdout) : '';
    const detail = thrown instanceof Error && 'detail' in thrown ? String(thrown.detail) : '';
    console.error(thrown instanceof Error ? thrown.message : thrown, output, detail);
    process.exitCode = 1;
  }
}
