import { appendFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';

function positive(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`${name} is not a number above 0: ${text}`);
}

/** How many times longer than on an ordinary kernel everything may take: `$REMAP_TEST_PATIENCE`, else 1. */
export const PATIENCE = positive('REMAP_TEST_PATIENCE') ?? 1;

/** Memory of a machine whose test does not choose it, in MiB: `$REMAP_TEST_MEMORY_MIB`, else the lab's own choice. */
export const MEMORY_MIB = positive('REMAP_TEST_MEMORY_MIB');

/**
 * Keeps what a machine says in the folder `$REMAP_TEST_LOGS`, in a file named after the test's; nowhere without it. Kept
 * for someone who reads the logs of a whole run, whatever the tests made of them.
 */
export function keepLine(kind: 'kernel' | 'console', line: string): void {
  const folder = process.env['REMAP_TEST_LOGS'];
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  const test = basename(expect.getState().testPath ?? 'unknown').replace(/(?:\.vm)?\.test\.ts$/, '');
  appendFileSync(join(folder, `${test}.${kind}.log`), `${line}\n`);
}
