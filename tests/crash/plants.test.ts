import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PLANTS, withPlant } from './plants.ts';

const KERNEL = join(import.meta.dirname, '../../kernel');

it.each([...PLANTS])('%s can be planted in the present module', async (_name, plant) => {
  const files = plant.edits.map(({ file }) => file);
  const texts = (folder: string): Promise<string[]> =>
    Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const planted = await withPlant(plant, texts);
  const present = await texts(KERNEL);
  planted.forEach((text, n) => expect(text).not.toBe(present[n]));
});
