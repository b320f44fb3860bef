import { join } from 'node:path';

import { cacheFolder, DEBIAN_RELEASES, type KernelFiles, obtainKernel, obtainReleaseKernel } from '../lab/index.ts';
import { obtainModule } from '../lab/cache/module.ts';
import { reasonOf, runKernelTests } from './test/kernel-tests.ts';

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

async function runOne(release: string, buildOnly: boolean, args: readonly string[]): Promise<Row> {
  console.log(`\n── ${release}`);
  let kernel: KernelFiles;
  try {
    kernel = await obtain(release);
  } catch (error) {
    return { release, kernel: '-', build: reasonOf(error), tests: '-', good: false };
  }
  const named = `${kernel.release} (${kernel.version})`;
  try {
    const warnings = ['W=1', 'KCFLAGS=-Werror'];
    await obtainModule({ cache, source: join(root, 'kernel'), name: 'dm-remap', kernel, makeArgs: warnings });
  } catch (error) {
    return { release, kernel: named, build: reasonOf(error), tests: '-', good: false };
  }
  if (buildOnly) return { release, kernel: named, build: 'without warnings', tests: '-', good: true };
  const { text, good } = await runKernelTests({ name: release, results, kernel, args });
  return { release, kernel: named, build: 'without warnings', tests: text, good };
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

const rows: Row[] = [];
for (const release of named.length > 0 ? named : all) {
  rows.push(await runOne(release, buildOnly, rest));
}
console.log('\n| release | kernel | build | kernel tests |\n| --- | --- | --- | --- |');
for (const row of rows) console.log(`| ${row.release} | ${row.kernel} | ${row.build} | ${row.tests} |`);
process.exitCode = rows.every(({ good }) => good) ? 0 : 1;
