import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { obtainDebugKernel } from '../lab/cache/debug-kernel.ts';
import { obtainModule } from '../lab/cache/module.ts';
import { cacheFolder, type KernelFiles } from '../lab/index.ts';
import { isComplaint } from '../tests/kernel/harness/complaints.ts';
import { reasonOf, runKernelTests } from './test/kernel-tests.ts';

const USAGE = `Runs the kernel tests on a kernel that checks itself: memory errors (KASAN), locking (lockdep), RCU, sleeping
in atomic sections, lost memory (kmemleak); and can make allocations fail. Whatever its log complains of fails the run.

  node scripts/debug-kernel.ts [--build-only] [-- VITEST ARGUMENT ...]

The kernel is built from Debian's source at first use, which takes a quarter of an hour or more, and kept in the cache.
After "--" come arguments for vitest, such as the files to run; all of tests/kernel otherwise.`;

/** Lines of the log to show from a complaint on. */
const SHOWN_LINES = 60;

const root = join(import.meta.dirname, '..');
const results = join(root, 'test-results/debug-kernel');
const logs = join(results, 'logs');
const cache = cacheFolder();

interface Complaint {
  readonly file: string;
  readonly lines: readonly string[];
}

/** The complaints in what the machines of a run said; one that is both in a kernel's log and on its console counts once. */
async function complaintsIn(folder: string): Promise<Complaint[]> {
  const found: Complaint[] = [];
  const files = (await readdir(folder).catch(() => [])).sort();
  // The log before the console: it has every message, the console also what came when no program ran any more.
  for (const file of files.toSorted((a, b) => Number(a.includes('.console.')) - Number(b.includes('.console.')))) {
    const lines = (await readFile(join(folder, file), 'utf8')).split('\n');
    const texts = lines.map((line) => line.replace(/^\[ *\d+\.\d+\](?:\[[^\]]*\])? /, ''));
    const test = file.split('.')[0] ?? file;
    const known = new Set(found.filter((one) => one.file.startsWith(`${test}.`)).flatMap((one) => one.lines));
    let shownTo = -1;
    texts.forEach((text, index) => {
      if (!isComplaint(texts, index) || known.has(text) || index < shownTo) return;
      shownTo = index + SHOWN_LINES;
      found.push({ file, lines: texts.slice(index, shownTo) });
    });
  }
  return found;
}

async function obtain(): Promise<KernelFiles> {
  const builds: number[] = [];
  const onBuild = (): void => {
    builds.push(performance.now());
    console.log('Building the debug kernel: a quarter of an hour or more on two processors, once.');
  };
  const kernel = await obtainDebugKernel({ cache, onBuild });
  for (const start of builds) console.log(`Built in ${((performance.now() - start) / 60_000).toFixed(1)} min.`);
  await obtainModule({ cache, source: join(root, 'kernel'), name: 'dm-remap', kernel });
  console.log(`Debug kernel ${kernel.release} (${kernel.version}), and the module for it, are ready.`);
  return kernel;
}

async function test(kernel: KernelFiles, args: readonly string[]): Promise<boolean> {
  await rm(logs, { recursive: true, force: true });
  const environment = { REMAP_TEST_PATIENCE: '6', REMAP_TEST_MEMORY_MIB: '2048', REMAP_TEST_LOGS: logs };
  const { text, good } = await runKernelTests({ name: 'debug', results, kernel, args, environment });
  const complaints = await complaintsIn(logs);
  for (const { file, lines } of complaints) console.error(`\n── ${file}\n${lines.join('\n')}`);
  const machines = new Set((await readdir(logs).catch(() => [])).map((file) => file.split('.')[0])).size;
  console.log(
    `\nDebug kernel: ${text}; ${String(complaints.length)} complaints in the logs of ${String(machines)} files.`,
  );
  // Without a log nothing was looked at.
  return good && complaints.length === 0 && machines > 0;
}

const words = process.argv.slice(2);
const split = words.indexOf('--');
const own = split < 0 ? words : words.slice(0, split);
const rest = split < 0 ? [] : words.slice(split + 1);
if (own.some((word) => word !== '--build-only')) {
  console.error(USAGE);
  process.exit(2);
}
try {
  const kernel = await obtain();
  if (!own.includes('--build-only') && !(await test(kernel, rest))) process.exitCode = 1;
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
}
