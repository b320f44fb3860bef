import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { build } from '../scripts/build.ts';
import { benchmarks } from './benchmarks/index.ts';
import { readOptions, type Benchmark, type BenchmarkOptions } from './frame/benchmark.ts';
import { outcomeOf } from './frame/figures.ts';
import { markdownTable } from './frame/table.ts';

const USAGE = `usage: npm run bench -- [options] [benchmark ...]
  --runs <n>      runs of which a median is taken
  --remaps <n,…>  numbers of remaps to measure with, ascending, such as 0,1000,1000000
  --help          show this

benchmarks, all unless some are named:
${benchmarks.map(({ name, against }) => `  ${name.padEnd(14)}  ${against}`).join('\n')}`;

const RESULTS = join(import.meta.dirname, 'results');

interface Wanted {
  readonly options: BenchmarkOptions;
  readonly chosen: readonly Benchmark[];
}

/** What the command line asks for; null for help. Throws what is wrong with it. */
function readCommandLine(): Wanted | null {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string' }, remaps: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help === true) return null;
  const unknown = positionals.filter((name) => benchmarks.every((benchmark) => benchmark.name !== name));
  if (unknown.length > 0) throw new RangeError(`There is no benchmark "${unknown.join('", "')}".`);
  const chosen = positionals.length === 0 ? benchmarks : benchmarks.filter(({ name }) => positionals.includes(name));
  return { options: readOptions(values), chosen };
}

/** The host's load average of the last minute; times of the wall clock mean little where others work too. */
function loadBefore(say: (text: string) => void): number {
  const [load = 0] = loadavg();
  if (load > availableParallelism() / 2)
    say(`other programs are busy here (load ${load.toFixed(1)}): times will be too long`);
  return load;
}

/** Runs one benchmark, prints its table and keeps its figures. Whether every aim was met. */
async function measure(benchmark: Benchmark, options: BenchmarkOptions): Promise<boolean> {
  const { name, against } = benchmark;
  const say = (text: string): void => console.error(`${name}: ${text}`);
  const load = loadBefore(say);
  const figures = await benchmark.run({ options, say });
  const outcomes = figures.map((figure) => ({ ...figure, outcome: outcomeOf(figure) }));
  await mkdir(RESULTS, { recursive: true });
  const kept = { name, against, date: new Date().toISOString(), load, options, figures: outcomes };
  await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
  console.log(`\n${name}, against ${against}\n\n${markdownTable(figures).join('\n')}\n`);
  return outcomes.every(({ outcome }) => outcome !== 'missed');
}

function fail(sentence: string): never {
  console.error(`${sentence}\n\n${USAGE}`);
  process.exit(2);
}

let wanted: Wanted | null = null;
try {
  wanted = readCommandLine();
} catch (thrown) {
  fail(thrown instanceof Error ? thrown.message : String(thrown));
}
if (wanted === null) {
  console.log(USAGE);
} else {
  await build();
  for (const benchmark of wanted.chosen) {
    if (!(await measure(benchmark, wanted.options))) process.exitCode = 1;
  }
}
