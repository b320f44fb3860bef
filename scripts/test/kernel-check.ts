import { execFile } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Apt } from '../../lab/cache/apt.ts';
import { buildOnce } from '../../lab/cache/build-once.ts';
import { obtainKernel } from '../../lab/cache/kernel.ts';
import { obtainModule } from '../../lab/cache/module.ts';
import { cacheFolder } from '../../lab/cache/paths.ts';

/** What the kernel's own tools say about kernel/: warnings of W=1, sparse and checkpatch --strict are failures. */

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const source = join(root, 'kernel');
const cache = cacheFolder();
const kernel = await obtainKernel('default', { cache });

async function compile(name: string, makeArgs: readonly string[]): Promise<string> {
  await obtainModule({ cache, source, name: 'dm-remap', kernel, makeArgs });
  return `${name}: no warnings`;
}

/** checkpatch comes only with the kernel's source package; the three files it needs are kept. */
async function checkpatch(): Promise<string> {
  const series = /^\d+\.\d+/.exec(kernel.release)?.[0] ?? '';
  const folder = join(cache, 'tools', `checkpatch-${series}`);
  await buildOnce(folder, async (temporary) => {
    await new Apt().unpack([`linux-source-${series}`], temporary);
    const scripts = ['checkpatch.pl', 'spelling.txt', 'const_structs.checkpatch'].map(
      (file) => `linux-source-${series}/scripts/${file}`,
    );
    const archive = join(temporary, 'usr/src', `linux-source-${series}.tar.xz`);
    await run('tar', ['-C', temporary, '--strip-components=2', '-xJf', archive, ...scripts]);
    await rm(join(temporary, 'usr'), { recursive: true });
    await rm(`${temporary}.debs`, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
  });
  const files = (await readdir(source)).filter((name) => /\.[ch]$/.test(name)).map((name) => join(source, name));
  // A list of maintainers and a tree to look into belong to a patch, not to a module of its own.
  const args = ['--no-tree', '--strict', '--terse', '--show-types', '--file', '--ignore', 'FILE_PATH_CHANGES'];
  await run('perl', [join(folder, 'checkpatch.pl'), ...args, ...files]);
  return `checkpatch --strict: ${files.length} files clean`;
}

const checks: readonly (() => Promise<string>)[] = [
  () => compile('gcc W=1', ['W=1', 'KCFLAGS=-Werror']),
  () => compile('sparse', ['C=2', 'CF=-D__CHECK_ENDIAN__ -Wsparse-error']),
  checkpatch,
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
