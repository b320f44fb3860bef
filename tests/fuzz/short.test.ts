import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildTool, isInstalled } from './build.ts';
import { streamOf } from './compact.ts';
import { readerSays } from './mapping.ts';
import { compare, makeSeeds, mutants, noComparison, output } from './tool.ts';

const MUTANTS = 2000;
/** Compiling with sanitizers beside other tests, on a slow machine. */
const PATIENCE_MS = 240_000;
const gcc = await isInstalled('gcc');

describe.skipIf(!gcc)('the module, reading spares under sanitizers (needs gcc)', { timeout: PATIENCE_MS }, () => {
  let folder: string;
  let tool: string;
  let images: Buffer[];
  /** Seeds with units of the table that stand elsewhere. */
  let moved: Buffer[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dm-remap-fuzz-'));
    tool = await buildTool('gcc', folder);
    const seeds = await makeSeeds(tool, join(folder, 'seeds'));
    const seedImages = await Promise.all(seeds.map((path) => readFile(path)));
    moved = seedImages.filter((_, index) => seeds[index]?.includes('-away-'));
    images = [...seedImages, ...(await mutants(tool, MUTANTS, 1, seeds))];
  }, PATIENCE_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('breaks no rule with any image, nor when it activates what it has mended', async () => {
    expect((await output(tool, ['trial'], streamOf(images))).length).toBe(0);
  });

  it('stands by every unit of the table that it has moved, as the independent reader does', async () => {
    const compared = noComparison();
    await compare(tool, moved, compared);
    expect(compared).toMatchObject({ images: moved.length, both: moved.length });
    const lists = await Promise.all(moved.map(async (image) => (await readerSays(image)).moved));
    expect(lists.filter((list) => list === '')).toEqual([]);
    for (const list of [/^0:\d+:\d+ 1:/, /^1:\d+:\d+$/]) expect(lists).toContainEqual(expect.stringMatching(list));
  });

  it('maps what it accepts as the independent reader does', async () => {
    const compared = noComparison();
    await compare(tool, images, compared);
    expect([...compared.differences.keys()]).toEqual([]);
    expect(compared.images).toBe(images.length);
    // Most changes are made to both copies and sealed: many must come past every check.
    expect(compared.both).toBeGreaterThan(MUTANTS / 4);
    expect(compared.neither).toBeGreaterThan(MUTANTS / 10);
  });
});
