import { parseArgs } from 'node:util';
import { tableLines } from '../../bench/frame/table.ts';
import { countArgument } from './arguments.ts';
import { SuiteDevice } from './device.ts';
import { SUITES, type Suite } from './suites.ts';

/**
 * Runs programs that others wrote to find faults of block devices and file systems over the target, in the lab, while
 * main fails under them: `node tests/suites/run.ts [--only device|ext4|xfs|btrfs] [--seed n]`. Prints a table and ends
 * with 1 when anything failed.
 */
const { values } = parseArgs({ options: { only: { type: 'string' }, seed: { type: 'string', default: '1' } } });
const wanted = SUITES.filter(({ on }) => values.only === undefined || on === values.only);
if (wanted.length === 0)
  throw new Error(`Nothing runs on "${String(values.only)}"; choose device, ext4, xfs or btrfs.`);

interface Row {
  readonly suite: Suite;
  readonly result: 'passed' | 'failed' | 'not run';
  readonly seconds: number;
  /** Blocks that were moved while it ran. */
  readonly moved: number;
  readonly note: string;
}

async function runOne(device: SuiteDevice, suite: Suite): Promise<Row> {
  const began = Date.now();
  const before = (await device.target.status()).auto;
  let failure: string | undefined;
  let note = '';
  try {
    note = await suite.run(device);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const status = await device.target.status();
  const moved = status.auto - before;
  if (failure === undefined && status.mode !== 'rw') failure = `the target's mode is ${status.mode}`;
  const complaints = device.kernelLab.log.takeComplaints();
  if (failure === undefined && complaints.length > 0) failure = `the kernel complained: ${complaints.join('; ')}`;
  const seconds = (Date.now() - began) / 1000;
  return { suite, result: failure === undefined ? 'passed' : 'failed', seconds, moved, note: failure ?? note };
}

const device = await SuiteDevice.start(countArgument('seed', values.seed));
const rows: Row[] = [];
try {
  let over: Suite['on'] | undefined;
  let broken = false;
  for (const suite of wanted) {
    if (suite.on !== over) {
      await device.format();
      broken = false;
    }
    over = suite.on;
    // What follows on the same file system would only tell the same fault again.
    const row: Row = broken
      ? { suite, result: 'not run', seconds: 0, moved: 0, note: 'a step before it failed' }
      : await runOne(device, suite);
    rows.push(row);
    broken ||= row.result === 'failed' && suite.on !== 'device';
    console.log(`${suite.on}: ${suite.name}: ${row.result} (${row.seconds.toFixed(0)} s) ${row.note}`);
  }
} finally {
  await device.stop();
}
const body = rows.map(({ suite, result, moved, seconds, note }) => [
  suite.on,
  suite.name,
  result,
  String(moved),
  seconds.toFixed(0),
  note,
]);
const head = ['on', 'suite', 'result', 'blocks moved', 'seconds', 'note'];
console.log(['', ...tableLines(head, body, new Set([3, 4]))].join('\n'));
process.exitCode = rows.every(({ result }) => result === 'passed') ? 0 : 1;
