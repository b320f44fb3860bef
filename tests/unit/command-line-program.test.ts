import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { dumpOutputSchema } from '../../app/cli/spare.ts';
import { PIECE } from '../../helper/raw-device.ts';
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

  it('says so when a repaired image did not fit, and leaves no part of it', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root may mount a small file system');
    const maker = new SpareMaker();
    // Full in the middle of the last piece that is written; what is to be mended lies before it.
    maker.bytes.fill(0x77, maker.bytes.length - PIECE);
    const offsets = Array.from({ length: maker.bytes.length / PIECE }, (_, piece) => piece * PIECE);
    const pieces = offsets.filter((offset) => maker.bytes.subarray(offset, offset + PIECE).some((byte) => byte !== 0));
    const room = (pieces.length * PIECE - PIECE / 2) / 1024;
    maker.rot(maker.superAt(0));
    const damaged = join(folder, 'damaged.img');
    await writeFile(damaged, maker.bytes);
    const small = join(folder, 'small');
    await mkdir(small);
    const script =
      'mount -t tmpfs -o "size=$5k" none "$4" && "$1" "$2" repair "$3" --output "$4/out"; echo "$?" $(ls "$4")';
    const words = ['--mount', 'bash', '-c', script, 'bash', process.execPath, program(), damaged, small, String(room)];
    const { stdout, stderr } = await run('unshare', words);
    expect(stdout.split('\n').at(-2)).toBe('2');
    expect(stderr).toMatch(/small\/out cannot be written: ENOSPC/);
  });

  it('gives its exit status to the shell', async () => {
    await expect(run(process.execPath, [program(), 'check', '/nowhere'])).rejects.toMatchObject({
      code: 2,
      stderr: 'dm-remap check: There is no /nowhere. Name the spare, or an image of it.\n',
    });
  });
});
