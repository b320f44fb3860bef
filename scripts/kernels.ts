import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheFolder, DEBIAN_RELEASES, type KernelFiles, obtainKernel, obtainReleaseKernel } from '../lab/index.ts';
import { obtainModule } from '../lab/cache/module.ts';
import { readVitest } from './test/results.ts';

const USAGE = `Builds the module for the kernels of several Debian releases and runs the kernel tests on each.

  node scripts/kernels.ts [--build-only] [RELEASE ...] [-- VITEST ARGUMENT ...]

Releases: bookworm, ${DEBIAN_RELEASES.join(', ')}; all of them unless some are named. Needs root and debootstrap. After
"--" come arguments for vitest, such as the files to run; all of tests/kernel otherwise.`;

const root = join(import.meta.dirname, '..');
const results = join(root, 'test-results/kernels');
const cache = cacheFolder();

interface Row {
  readonly release: string;
  readonly kernel: string;
  readonly build: string;
  readonly tests: string;
  readonly good: boolean;
}

async function obtain(release: string): Promise<KernelFiles> {
  const known = DEBIAN_RELEASES.find((name) => name === release);
  return known === undefined ? obtainKernel('default', { cache }) : obtainReleaseKernel(known, { cache });
}

async function runTests(release: string, kernel: KernelFiles, args: readonly string[]): Promise<[string, boolean]> {
  const description = join(results, `${release}.json`);
  const report = join(results, `${release}.vitest.json`);
  await writeFile(description, JSON.stringify(kernel));
  await rm(report, { force: true });
  const words = ['run', '--project', 'vm', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(join(root, 'node_modules/.bin/vitest'), [...words, ...args], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, REMAP_TEST_KERNEL: description },
    });
    child.on('error', reject);
    child.on('exit', (exit) => resolve(exit ?? 1));
  });
  const written = await readFile(report, 'utf8').catch(() => null);
  if (written === null) return ['vitest ended without a report', false];
  const { passed, failed, skipped } = readVitest(written);
  const text = `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`;
  return [text, code === 0];
}

async function runOne(release: string, buildOnly: boolean, args: readonly string[]): Promise<Row> {
  console.log(`\n── ${release}`);
  let kernel: KernelFiles;
  try {
    kernel = await obtain(release);
  } catch (error) {
    return { release, kernel: '-', build: reason(error), tests: '-', good: false };
  }
  const named = `${kernel.release} (${kernel.version})`;
  try {
    const warnings = ['W=1', 'KCFLAGS=-Werror'];
    await obtainModule({ cache, source: join(root, 'kernel'), name: 'dm-remap', kernel, makeArgs: warnings });
  } catch (error) {
    return { release, kernel: named, build: reason(error), tests: '-', good: false };
  }
  if (buildOnly) return { release, kernel: named, build: 'without warnings', tests: '-', good: true };
  const [tests, good] = await runTests(release, kernel, args);
  return { release, kernel: named, build: 'without warnings', tests, good };
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const detail = 'detail' in error && typeof error.detail === 'string' ? `\n${error.detail}` : '';
  return `${error.message}${detail}`;
}

const words = process.argv.slice(2);
const split = words.indexOf('--');
const own = split < 0 ? words : words.slice(0, split);
const rest = split < 0 ? [] : words.slice(split + 1);
const all: readonly string[] = ['bookworm', ...DEBIAN_RELEASES];
const buildOnly = own.includes('--build-only');
const named = own.filter((word) => word !== '--build-only');
if (named.some((name) => !all.includes(name))) {
  console.error(USAGE);
  process.exit(2);
}

await mkdir(results, { recursive: true });
const rows: Row[] = [];
for (const release of named.length > 0 ? named : all) {
  rows.push(await runOne(release, buildOnly, rest.length > 0 ? rest : ['tests/kernel']));
}
console.log('\n| release | kernel | build | kernel tests |\n| --- | --- | --- | --- |');
for (const row of rows) console.log(`| ${row.release} | ${row.kernel} | ${row.build} | ${row.tests} |`);
process.exitCode = rows.every(({ good }) => good) ? 0 : 1;
