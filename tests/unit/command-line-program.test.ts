import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { dumpOutputSchema } from '../../app/cli/spare.ts';
import { SpareMaker } from '../cli/spare-maker.ts';

const run = promisify(execFile);
const BLOCKS = 3000;
let folder = '';
const program = (): string => join(folder, 'dm-remap.cjs');
const image = (): string => join(folder, 'spare.img');

/** The program as a process: what it is to a shell. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'program-'));
  const bundle = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' } as const;
  await build({ ...bundle, entryPoints: ['helper/cli/main.ts'], outfile: program() });
  const maker = new SpareMaker({ spareSectors: 16_384, blockSectors: 1, tableReady: Infinity });
  let spareBlock = 0;
  for (let block = 0; block < BLOCKS; block += 1) {
    spareBlock = maker.usableFrom(spareBlock + 1);
    maker.enter(spareBlock, { block, mask: 1n });
  }
  await writeFile(image(), maker.bytes);
});
afterAll(() => rm(folder, { recursive: true }));

describe('the program', () => {
  it('prints all of a long answer into a pipe before it ends', async () => {
    // Read in small pieces, the pipe is full for most of the time.
    const script = '"$1" "$2" dump --json "$3" | dd bs=64 status=none';
    const { stdout } = await run('bash', ['-c', script, 'bash', process.execPath, program(), image()], {
      maxBuffer: 1 << 24,
    });
    expect(stdout.length).toBeGreaterThan(3 * 65_536);
    expect(dumpOutputSchema.parse(JSON.parse(stdout)).entries).toHaveLength(BLOCKS);
  });

  it('ends quietly when its reader has enough', async () => {
    const script = '"$1" "$2" dump "$3" | head -n 1; echo "${PIPESTATUS[0]}"';
    const { stdout, stderr } = await run('bash', ['-c', script, 'bash', process.execPath, program(), image()]);
    expect([stdout, stderr]).toEqual(['uuid 00112233-4455-6677-8899-aabbccddeeff\n0\n', '']);
  });

  it('gives its exit status to the shell', async () => {
    await expect(run(process.execPath, [program(), 'check', '/nowhere'])).rejects.toMatchObject({
      code: 2,
      stderr: 'dm-remap check: There is no /nowhere. Name the spare, or an image of it.\n',
    });
  });
});
