import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run } from '../../lab/process.ts';

/** Where the program of {@link compileRequests} is in the guest. */
export const REQUESTS_PATH = '/usr/bin/requests';

/** Compiles `requests.c`, without shared libraries, for the guest. Throws the compiler's lines when that fails. */
export async function compileRequests(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'dmr-bench-'));
  try {
    const program = join(folder, 'requests');
    const source = join(import.meta.dirname, 'requests.c');
    const { code, stderr } = await run('gcc', ['-O2', '-Wall', '-static', '-o', program, source]);
    if (code !== 0) throw new Error(`requests.c was not compiled; gcc and libc6-dev are needed.\n${stderr}`);
    return await readFile(program);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
