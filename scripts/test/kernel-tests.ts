import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { KernelFiles } from '../../lab/index.ts';
import { readVitest, reporters } from './results.ts';

export interface KernelTestRun {
  /** Names the files that the run leaves in `results`. */
  readonly name: string;
  /** Folder for the kernel's description and vitest's report. */
  readonly results: string;
  readonly kernel: KernelFiles;
  /** Arguments for vitest, such as the files to run; none for all of `tests/kernel`. */
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface KernelTestOutcome {
  /** The counts, in words. */
  readonly text: string;
  readonly good: boolean;
}

const root = join(import.meta.dirname, '../..');

/** Runs tests of the module on a kernel of choice, with vitest writing to this process's output. */
export async function runKernelTests(run: KernelTestRun): Promise<KernelTestOutcome> {
  const { name, results, kernel } = run;
  await mkdir(results, { recursive: true });
  const description = join(results, `${name}.json`);
  const report = join(results, `${name}.vitest.json`);
  await writeFile(description, JSON.stringify(kernel));
  await rm(report, { force: true });
  const words = ['run', '--project', 'vm', ...reporters(report)];
  const args = run.args.length > 0 ? run.args : ['tests/kernel'];
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(join(root, 'node_modules/.bin/vitest'), [...words, ...args], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...run.environment, REMAP_TEST_KERNEL: description },
    });
    child.on('error', reject);
    child.on('exit', (exit) => resolve(exit ?? 1));
  });
  const written = await readFile(report, 'utf8').catch(() => null);
  if (written === null) return { text: 'vitest ended without a report', good: false };
  const { passed, failed, skipped } = readVitest(written);
  return { text: `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`, good: code === 0 };
}

/** What to tell of an error: its message, and the compiler's lines where it has some. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const detail = 'detail' in error && typeof error.detail === 'string' ? `\n${error.detail}` : '';
  return `${error.message}${detail}`;
}
