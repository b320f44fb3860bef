import { parseArgs } from 'node:util';
import { tableLines } from '../../../bench/frame/table.ts';
import { seededRandom } from '../../../lab/disk/random.ts';
import { cacheFolder } from '../../../lab/index.ts';
import { countArgument } from '../arguments.ts';
import type { FileSystem } from '../suites.ts';
import { XfstestsMachine } from './machine.ts';
import { readCheck, type TestEnd } from './output.ts';
import { obtainSystem } from './system.ts';

const USAGE = `Runs tests of xfstests on file systems over the target, while main fails under them.

  node tests/suites/xfstests/run.ts --source <folder> [--on ext4|xfs|btrfs] [--minutes n] [--seed n] [-- WORD ...]

The folder is a git repository of xfstests, which Debian has no package of. After "--" come the words for its "check" that
choose tests; "-g quick" otherwise. They run in an order that the seed decides, until --minutes (30) are over. A test
that fails runs again on healthy disks without the target; what fails there too is not the target's.`;

/** Twice what the longest quick test that ended was seen to take here. */
const LONGEST_MS = 900_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    source: { type: 'string' },
    on: { type: 'string', default: 'ext4' },
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
  },
});
const kinds: readonly FileSystem[] = ['ext4', 'xfs', 'btrfs'];
const kind = kinds.find((name) => name === values.on);
if (values.source === undefined || kind === undefined) {
  console.error(USAGE);
  process.exit(2);
}

interface Row {
  readonly test: string;
  readonly end: TestEnd;
  readonly seconds: number;
  readonly moved: number;
}

/** Tests in an order of chance, so that a run that is over too soon saw some of everything. */
function inSomeOrder(tests: readonly string[], seed: number): string[] {
  const random = seededRandom(seed);
  return tests
    .map((test) => ({ test, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ test }) => test);
}

const seed = countArgument('seed', values.seed);
const minutes = countArgument('minutes', values.minutes);
const system = await obtainSystem({
  cache: cacheFolder(),
  source: values.source,
  onBuild: () => {
    console.log('Making a system of Debian 12 with xfstests in it, once.');
  },
});
let machine = await XfstestsMachine.start(system.image, seed);
const rows: Row[] = [];
const wrong: string[] = [];

/** A machine in which a test does not end is of no more use. */
async function startAnew(on: FileSystem): Promise<void> {
  await machine.stop();
  machine = await XfstestsMachine.start(system.image, seed);
  await machine.prepare(on);
}

async function failsWithout(on: FileSystem, test: string): Promise<boolean> {
  const printed = await machine.check(on, 'disks', test, LONGEST_MS);
  if (printed === null) {
    await startAnew(on);
    return true;
  }
  // What the kernel said meanwhile is not the next test's.
  await machine.wrong();
  return readCheck(test, printed).result === 'failed';
}

async function runOne(on: FileSystem, test: string): Promise<Row> {
  const began = Date.now();
  const before = await machine.moved();
  const printed = await machine.check(on, 'target', test, LONGEST_MS);
  const moved = (await machine.moved()) - before;
  const complaints = await machine.wrong();
  const seconds = (Date.now() - began) / 1000;
  const row = (end: TestEnd): Row => ({ test, end, seconds, moved });
  if (printed === null) {
    for (const line of await machine.blocked()) console.error(line);
    await startAnew(on);
  }
  // What the kernel or the target says of itself counts whatever the test made of it.
  if (complaints.length > 0) return row({ result: 'failed', note: complaints.join('; ') });
  const late: TestEnd = { result: 'failed', note: `not over after ${String(LONGEST_MS / 1000)} s` };
  const end = printed === null ? late : readCheck(test, printed);
  if (end.result !== 'failed' || !(await failsWithout(on, test))) return row(end);
  return row({ result: 'not run', note: `fails on healthy disks without the target too: ${end.note}` });
}

let tests: readonly string[] = [];
try {
  await machine.prepare(kind);
  const words = positionals.length === 0 ? '-g quick' : positionals.join(' ');
  const listed = (await machine.check(kind, 'target', `-n ${words}`, LONGEST_MS)) ?? '';
  tests = inSomeOrder([...new Set(listed.match(/^[a-z0-9]+\/\d{3}\b/gm))], seed);
  if (tests.length === 0) throw new Error(`check chose no test for "${words}": ${listed.trim()}`);
  const until = Date.now() + minutes * 60_000;
  for (const test of tests) {
    if (Date.now() > until) break;
    process.stdout.write(`${test}: `);
    const row = await runOne(kind, test);
    rows.push(row);
    console.log(`${row.end.result} (${row.seconds.toFixed(0)} s) ${row.end.note}`);
  }
  wrong.push(...(await machine.judgeSpares()));
} finally {
  await machine.stop();
}

const of = (result: TestEnd['result']): readonly Row[] => rows.filter(({ end }) => end.result === result);
const body = [...of('failed'), ...of('not run')].map(({ test, end }) => [test, end.result, end.note]);
if (body.length > 0) console.log(['', ...tableLines(['test', 'result', 'note'], body, new Set()), ''].join('\n'));
for (const sentence of wrong) console.error(sentence);
const moved = rows.reduce((sum, row) => sum + row.moved, 0);
console.log(
  `xfstests ${system.commit.slice(0, 12)} on ${kind}: ${String(of('passed').length)} passed, ${String(of('failed').length)} failed, ` +
    `${String(of('not run').length)} not run, ${String(tests.length - rows.length)} not begun; ${String(moved)} blocks moved.`,
);
process.exitCode = of('failed').length === 0 && of('passed').length > 0 && wrong.length === 0 ? 0 : 1;
