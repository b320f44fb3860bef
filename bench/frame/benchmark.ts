import * as z from 'zod';

import type { Figure } from './figures.ts';

const runsSchema = z.coerce.number().int().min(1).max(100);
const remapsSchema = z
  .string()
  .regex(/^\d+(,\d+)*$/)
  .transform((text) => text.split(',').map(Number))
  .refine((counts) => counts.every((count, at) => at === 0 || count > (counts[at - 1] ?? count)));

/** What the command line can change of a benchmark. */
export interface BenchmarkOptions {
  /** Runs of which a median is taken; null: the benchmark's own number. */
  readonly runs: number | null;
  /** Numbers of remaps to measure with, ascending; null: the benchmark's own. */
  readonly remaps: readonly number[] | null;
}

export interface BenchmarkContext {
  readonly options: BenchmarkOptions;
  /** Tells what is being done, for a person who waits. */
  readonly say: (text: string) => void;
}

export interface Benchmark {
  /** As it is called on the command line and in the file of its results. */
  readonly name: string;
  /** The peer or limit, in words. */
  readonly against: string;
  readonly run: (context: BenchmarkContext) => Promise<readonly Figure[]>;
}

/** Reads the options' words; throws a sentence that says what is wrong with them. */
export function readOptions({ runs, remaps }: { runs?: string; remaps?: string }): BenchmarkOptions {
  const parsedRuns = runs === undefined ? null : runsSchema.safeParse(runs);
  if (parsedRuns?.success === false) throw new RangeError(`--runs takes a number from 1 to 100, not "${runs ?? ''}".`);
  const parsedRemaps = remaps === undefined ? null : remapsSchema.safeParse(remaps);
  if (parsedRemaps?.success === false) {
    throw new RangeError(`--remaps takes ascending numbers such as 0,1000,100000, not "${remaps ?? ''}".`);
  }
  return { runs: parsedRuns?.data ?? null, remaps: parsedRemaps?.data ?? null };
}
