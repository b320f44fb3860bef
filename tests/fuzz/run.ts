import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { cacheFolder } from '../../lab/cache/paths.ts';
import { buildFuzzer, buildTool, isInstalled } from './build.ts';
import { compare, filesIn, makeSeeds, mutants, noComparison, sanitizerOptions, type Comparison } from './tool.ts';

const usage = `node tests/fuzz/run.ts [--runs N] [--seconds N] [--compare N]
Fuzzes the module's reading of spares under sanitizers, and compares what it accepts with the reader of helper/spare/.
  --runs N      images to try in the fuzzer; default 1000000
  --seconds N   end the fuzzer after so long; default 0, no limit
  --compare N   changed images to compare, besides those that the fuzzer kept; default 100000`;

/** Longest compact image that the fuzzer makes, in bytes. */
const LONGEST = 16_384;
/** Mutants that are made at a time. */
const BATCH = 10_000;
/** Images that are open at once, and most that others are made from, whose names go on a command line. */
const OPEN = 500;
const MOST_PARENTS = 2000;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '0' },
    compare: { type: 'string', default: '100000' },
    help: { type: 'boolean', default: false },
  },
});
const [runs, seconds, wanted] = [Number(values.runs), Number(values.seconds), Number(values.compare)];

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Runs the fuzzer and gives its last lines; null when it found something, which it then told on this terminal. */
async function fuzz(fuzzer: string, corpus: string, seeds: string, findings: string): Promise<string | null> {
  const args = [
    `-runs=${runs}`,
    `-max_total_time=${seconds}`,
    `-max_len=${LONGEST}`,
    // Every run frees what it took; telling that from the outside costs more than the run.
    '-detect_leaks=0',
    '-print_final_stats=1',
    `-artifact_prefix=${findings}/`,
    corpus,
    seeds,
  ];
  const child = spawn(fuzzer, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...sanitizerOptions },
  });
  let tail = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-20_000);
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code === 0) return tail;
  say(tail);
  return null;
}

function tellFuzzer(tail: string): void {
  const stat = (name: string): string => new RegExp(`stat::${name}:\\s*(\\d+)`).exec(tail)?.[1] ?? '?';
  const done = /DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)/.exec(tail);
  say(
    `fuzzer: ${stat('number_of_executed_units')} images, ${stat('average_exec_per_sec')} a second, ` +
      `${done?.[1] ?? '?'} edges and ${done?.[2] ?? '?'} features covered, ${done?.[3] ?? '?'} images kept, no crash`,
  );
}

async function tellComparison(compared: Comparison, findings: string): Promise<void> {
  say(
    `comparison: ${compared.images} images, ${compared.both} accepted by both with the same mapping, ` +
      `${compared.neither} refused by both`,
  );
  for (const [reason, count] of compared.known) say(`  ${count} accepted by one only: ${reason}`);
  let number = 0;
  for (const [reason, { image, count }] of compared.differences) {
    const path = join(findings, `difference-${(number += 1)}`);
    await writeFile(path, image);
    say(`  ${count} DIFFERENT: ${reason} (the first one: ${path})`);
  }
  if (compared.differences.size === 0) say('  no difference');
}

async function main(): Promise<number> {
  if (values.help || ![runs, seconds, wanted].every(Number.isSafeInteger)) {
    say(usage);
    return values.help ? 0 : 2;
  }
  if (!(await isInstalled('clang'))) {
    say('The fuzzer is built with clang; run: apt-get install clang libclang-rt-14-dev');
    return 2;
  }
  const folder = join(cacheFolder(), 'fuzz');
  const findings = join(folder, 'findings');
  const corpus = join(folder, 'corpus');
  for (const path of [findings, corpus]) await mkdir(path, { recursive: true });
  const tool = await buildTool('clang', folder);
  const seeds = await makeSeeds(tool, join(folder, 'seeds'));
  if (runs > 0) {
    const tail = await fuzz(await buildFuzzer(folder), corpus, join(folder, 'seeds'), findings);
    if (tail === null) return 1;
    tellFuzzer(tail);
  }
  const files = [...seeds, ...(await filesIn(corpus))];
  const compared = noComparison();
  for (let first = 0; first < files.length; first += OPEN) {
    const images = files.slice(first, first + OPEN).map((path) => readFile(path));
    await compare(tool, await Promise.all(images), compared);
  }
  const parents = files.filter((_, index) => index % Math.ceil(files.length / MOST_PARENTS) === 0);
  for (let done = 0; done < wanted; done += BATCH) {
    await compare(tool, await mutants(tool, Math.min(BATCH, wanted - done), done, parents), compared);
  }
  await tellComparison(compared, findings);
  return compared.differences.size === 0 ? 0 : 1;
}

process.exitCode = await main();
