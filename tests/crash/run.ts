import { parseArgs } from 'node:util';

import { build } from '../../scripts/build.ts';
import { CRASH_KINDS } from '../kernel/harness/crash-plan.ts';
import { judgeRun, planFor, type CrashFailure, type CrashReport } from '../kernel/harness/crash-report.ts';
import type { CrashRun } from '../kernel/harness/crash-run.ts';
import { PLANTS, withPlant } from './plants.ts';
import { recordInLab } from './record.ts';

const USAGE = `usage: node tests/crash/run.ts [options]

Records a run in the lab, and judges on the host what a power cut at each of its instants may leave. Ends with 1 when
one of these states cannot be recovered from as promised.

  --states <n>   how many states to judge, of all runs together; default all that chance does not decide, and some more
  --seed <n>     seed of the first run; default 1
  --seeds <n>    how many runs, each with the next seed and in a machine of its own; default 1
  --plant <name> a bug that is put into the module first, which must be found:
${[...PLANTS].map(([name, { about }]) => `                   ${name.padEnd(16)} ${about}`).join('\n')}
  --help         show this`;

interface Wanted {
  readonly states: number | null;
  readonly seed: number;
  readonly seeds: number;
  readonly plant: string | null;
}

/** What the command line asks for; null for help. Throws what is wrong with it. */
function readCommandLine(): Wanted | null {
  const { values } = parseArgs({
    options: {
      states: { type: 'string' },
      seed: { type: 'string' },
      seeds: { type: 'string' },
      plant: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return null;
  const count = (name: 'states' | 'seed' | 'seeds'): number | null => {
    const text = values[name];
    if (text === undefined) return null;
    if (!/^[1-9]\d{0,8}$/.test(text)) throw new RangeError(`--${name} takes a number from 1 on, not "${text}".`);
    return Number(text);
  };
  const { plant = null } = values;
  if (plant !== null && !PLANTS.has(plant)) throw new RangeError(`There is no planted bug "${plant}".`);
  return { states: count('states'), seed: count('seed') ?? 1, seeds: count('seeds') ?? 1, plant };
}

function tell(run: CrashRun, report: CrashReport, seconds: number): void {
  const { requests, remaps, moves, unmaps, movedUnits, badSpareBlocks, owedByRemap } = run.counts;
  const rows: readonly (readonly [string, number])[] = [
    ['writes and flushes recorded', requests],
    ['blocks remapped after errors', remaps],
    ['blocks moved on request', moves],
    ['blocks given back to main', unmaps],
    ['units of the table moved', movedUnits],
    ['spare blocks that failed', badSpareBlocks],
    ['sectors owed because their write was remapped', owedByRemap],
    ...CRASH_KINDS.map((kind) => [`states: ${kind}`, report.byKind.get(kind) ?? 0] as const),
    ['states in all', report.total],
    ['most blocks mapped in one', report.mostMapped],
    ['failures', report.failures.length],
  ];
  console.log(`\nseed ${run.seed}, judged in ${seconds.toFixed(0)} s\n`);
  for (const [what, count] of rows) console.log(`${what.padEnd(48)}${String(count).padStart(8)}`);
}

/** All that is needed to look into a failure: what was cut when, what survived, and what the disks had just done. */
function tellFailure(run: CrashRun, { at, kind, main, spare, problems }: CrashFailure): void {
  console.log(`\nFirst failure: seed ${run.seed}, power cut after request ${at} (${kind})`);
  console.log(`main keeps ${JSON.stringify(main)}, the spare keeps ${JSON.stringify(spare)}`);
  for (const problem of problems.slice(0, 10)) console.log(`  ${problem}`);
  if (problems.length > 10) console.log(`  and ${problems.length - 10} more`);
  const { main: mainReplay, spare: spareReplay } = run.replay();
  const before = [...mainReplay.entries, ...spareReplay.entries]
    .filter(({ number, operation }) => number <= at && operation !== 'read')
    .sort((a, b) => a.number - b.number);
  console.log('The last requests before it:');
  for (const { number, disk, operation, sector, count, result, answered } of before.slice(-12)) {
    const place = operation === 'flush' ? '' : ` ${count} at ${sector}`;
    const answer = answered === 0 || answered > at ? 'not answered yet' : `${result} at ${answered}`;
    console.log(`  ${number}: ${disk} ${operation}${place}, ${answer}`);
  }
}

/** Whether every state of the run with this seed could be recovered from. */
async function check(wanted: Wanted, seed: number, module?: string): Promise<boolean> {
  console.error(`seed ${seed}: recording`);
  const run = await recordInLab(seed, module);
  const begin = performance.now();
  const options = wanted.states === null ? { random: 2 } : planFor(run, Math.ceil(wanted.states / wanted.seeds));
  const report = await judgeRun(run, options);
  tell(run, report, (performance.now() - begin) / 1000);
  const [first] = report.failures;
  if (first !== undefined) tellFailure(run, first);
  return first === undefined;
}

async function main(): Promise<number> {
  const wanted = readCommandLine();
  if (wanted === null) {
    console.log(USAGE);
    return 0;
  }
  await build();
  const all = async (module?: string): Promise<number> => {
    let failed = 0;
    for (let n = 0; n < wanted.seeds; n++) if (!(await check(wanted, wanted.seed + n, module))) failed += 1;
    return failed === 0 ? 0 : 1;
  };
  const plant = wanted.plant === null ? undefined : PLANTS.get(wanted.plant);
  return plant === undefined ? all() : withPlant(plant, all);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
