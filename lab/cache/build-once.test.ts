import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildOnce } from './build-once.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmr-build-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('builds once for many at the same time, and never again', async () => {
  let builds = 0;
  const build = async (path: string): Promise<void> => {
    builds += 1;
    await writeFile(path, 'whole');
  };
  const target = join(folder, 'deep/target');
  await Promise.all(Array.from({ length: 5 }, () => buildOnce(target, build)));
  await buildOnce(target, build);
  expect(builds).toBe(1);
  expect(await readFile(target, 'utf8')).toBe('whole');
});

test('a build that fails leaves nothing, and the next one may succeed', async () => {
  const target = join(folder, 'target');
  const failing = buildOnce(target, async (path) => {
    await writeFile(path, 'half');
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  expect(await readdir(folder)).toEqual([]);
  await buildOnce(target, (path) => writeFile(path, 'whole'));
  expect(await readFile(target, 'utf8')).toBe('whole');
});

test('waits for a builder of another process, and takes over from one that is gone', async () => {
  const target = join(folder, 'target');
  await writeFile(`${target}.lock`, String(process.ppid));
  let done = false;
  const building = buildOnce(target, (path) => writeFile(path, 'whole')).then(() => {
    done = true;
  });
  // A lock taken for stale would be gone after some turns of the loop.
  for (let turn = 0; turn < 50; turn++) await readdir(folder);
  expect(await readdir(folder)).toEqual(['target.lock']);
  expect(done).toBe(false);
  // No process has this number: Linux stops at 2^22.
  await writeFile(`${target}.lock`, String(2 ** 22 + 1));
  await building;
  expect(await readdir(folder)).toEqual(['target']);
});
