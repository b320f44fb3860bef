import { spawn } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { judge } from './compare.ts';
import { imagesOf, streamOf } from './compact.ts';
import { parseSaid, readerSays } from './mapping.ts';

/** Images that are compared at a time. */
const BATCH = 5000;

/** Options of the sanitizers that make many small runs fast. */
export const sanitizerOptions = { ASAN_OPTIONS: 'quarantine_size_mb=2:malloc_context_size=1' };

/** Runs a program with an input to its end and gives what it wrote; a sanitizer's report becomes the error. */
export async function output(
  program: string,
  args: readonly string[],
  input: Buffer = Buffer.alloc(0),
): Promise<Buffer> {
  const child = spawn(program, args, { env: { ...process.env, ...sanitizerOptions } });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A program that dies closes its input; how it ended tells more than that.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = await new Promise<string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code === 0 ? null : (signal ?? `code ${code}`)));
  });
  if (ended !== null) throw new Error(`${args[0] ?? program} ended with ${ended}\n${Buffer.concat(err).toString()}`);
  return Buffer.concat(out);
}

/** Writes images that the module itself made into a folder that is made anew. Returns their paths. */
export async function makeSeeds(tool: string, folder: string): Promise<string[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await output(tool, ['seeds', folder]);
  return filesIn(folder);
}

export async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).sort().map((name) => join(folder, name));
}

/** Changed images, the same for the same seed and files. */
export async function mutants(tool: string, count: number, seed: number, files: readonly string[]): Promise<Buffer[]> {
  return imagesOf(await output(tool, ['mutants', String(count), String(seed), ...files]));
}

export interface Comparison {
  images: number;
  /** Accepted by both and mapped the same. */
  both: number;
  neither: number;
  /** Accepted by one of them only, with how often. */
  readonly known: Map<string, number>;
  /** Findings: the first image of each, and how often. */
  readonly differences: Map<string, { readonly image: Buffer; count: number }>;
}

export function noComparison(): Comparison {
  return { images: 0, both: 0, neither: 0, known: new Map(), differences: new Map() };
}

/** Adds what module and reader say of some images to a comparison. */
export async function compare(tool: string, images: readonly Buffer[], to: Comparison): Promise<void> {
  for (let from = 0; from < images.length; from += BATCH) {
    const batch = images.slice(from, from + BATCH);
    const lines = (await output(tool, ['mappings'], streamOf(batch))).toString('latin1').trimEnd().split('\n');
    if (lines.length !== batch.length) throw new Error(`${batch.length} images, but ${lines.length} lines`);
    for (const [index, image] of batch.entries()) {
      const judgement = judge(parseSaid(lines[index] ?? ''), await readerSays(image));
      to.images += 1;
      if (judgement.kind === 'known') {
        to.known.set(judgement.reason, (to.known.get(judgement.reason) ?? 0) + 1);
      } else if (judgement.kind === 'difference') {
        const found = to.differences.get(judgement.reason) ?? { image, count: 0 };
        found.count += 1;
        to.differences.set(judgement.reason, found);
      } else to[judgement.kind] += 1;
    }
  }
}
