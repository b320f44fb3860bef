import { parseArgs } from 'node:util';
import { tableLines } from '../../bench/frame/table.ts';
import { findLeaks } from '../kernel/harness/leaks.ts';
import { countArgument } from '../suites/arguments.ts';
import { SuiteDevice } from '../suites/device.ts';
import { wrongWithSpare } from '../suites/spare.ts';
import { parseCount, REFUSALS, STORMS, stormScript, type Storm, type StormCount } from './storms.ts';

/**
 * Overlapping I/O against everything that can be asked of the target at once, while main fails under it:
 * `node tests/races/run.ts [--minutes n] [--seed n] [--threads single|multi]`. Goes in rounds of a minute; after each the
 * data must be whole, the kernel silent and the spare clean, and at the end no memory lost, where the kernel can tell.
 * `$REMAP_TEST_KERNEL` names another kernel, such as one with lock checking.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: 'multi' },
  },
});
const minutes = countArgument('minutes', values.minutes);
if (values.threads !== 'single' && values.threads !== 'multi') {
  console.error(`--threads takes single or multi, not "${values.threads}".`);
  process.exit(2);
}
const { threads } = values;
const ROUND_SECONDS = 60;
const MIB = 1024 * 1024;
/** Storms and I/O meet in the first blocks of the device: half for fio, half for data at rest. */
const AREA_MIB = 64;
const AREA_BLOCKS = (AREA_MIB * MIB) / 4096;
const REST_MIB = AREA_MIB / 2;

const FIO = [
  ...['--direct=1', '--ioengine=libaio', '--iodepth=8', '--rw=randwrite', '--time_based', '--group_reporting'],
  ...['--verify=crc32c', '--verify_backlog=64', '--verify_fatal=1', '--verify_dump=0'],
];
/** Areas in MiB. The block sizes overlap the target's blocks in every way. */
const JOBS = [
  { name: 'blocks', at: 0, size: 12, sizes: '4k' },
  { name: 'parts', at: 12, size: 8, sizes: '512/50:2k/50' },
  { name: 'across', at: 20, size: 12, sizes: '12k/30:20k/40:128k/30' },
];

async function io(device: SuiteDevice): Promise<void> {
  const jobs = JOBS.flatMap(({ name, at, size, sizes }) => [
    ...[`--name=${name}`, `--filename=${device.path}`, `--offset=${String(at)}m`, `--size=${String(size)}m`],
    ...[sizes.includes('/') ? `--bssplit=${sizes}` : `--bs=${sizes}`, `--runtime=${String(ROUND_SECONDS)}`],
  ]);
  await device.run('/usr/bin/fio', [...FIO, ...jobs]);
}

function checksumAtRest(device: SuiteDevice): Promise<string> {
  const range = `bs=1M skip=${String(REST_MIB)} count=${String(REST_MIB)}`;
  return device.shell(`dd if=${device.path} iflag=direct ${range} 2>/dev/null | sha256sum`);
}

async function storm(device: SuiteDevice, table: string, one: Storm): Promise<StormCount> {
  const args = [device.target.name, String(ROUND_SECONDS), String(AREA_BLOCKS), table];
  return parseCount(await device.run('/usr/bin/sh', ['-c', stormScript(one), 'storm', ...args]));
}

/** What dmsetup said of refusals, with how often, and forgets it. Storms write at once, so one line may end in another. */
async function takeRefusals(device: SuiteDevice): Promise<Map<string, number>> {
  const said = await device.shell(`cat ${REFUSALS}; rm ${REFUSALS}`);
  const reasons = new Map<string, number>();
  for (const [, verb, reason] of said.matchAll(/: (\w+) ioctl on \S+ +failed: (.*?)(?=device-mapper|Command|$)/gm)) {
    const key = `${verb ?? ''}: ${reason ?? ''}`;
    reasons.set(key, (reasons.get(key) ?? 0) + 1);
  }
  return reasons;
}

interface Round {
  readonly counts: readonly StormCount[];
  readonly refusals: ReadonlyMap<string, number>;
  /** Blocks that are moved since a write to them failed, at the end of the round. */
  readonly moved: number;
  readonly failures: readonly string[];
}

async function round(device: SuiteDevice): Promise<Round> {
  const failures: string[] = [];
  await device.shell(
    `dd if=/dev/urandom of=${device.path} oflag=direct bs=1M seek=${String(REST_MIB)} count=${String(REST_MIB)} 2>/dev/null`,
  );
  const before = await checksumAtRest(device);
  const table = await device.target.table();
  const running = STORMS.map((one) => storm(device, table, one));
  const written = io(device).catch((error: unknown) => failures.push(String(error)));
  const counts = await Promise.all(running);
  await written;
  const refusals = await takeRefusals(device);
  const after = await checksumAtRest(device).catch(String);
  if (after !== before) failures.push('data at rest changed');
  const { mode, auto } = await device.target.status();
  if (mode !== 'rw') failures.push(`the target's mode is ${mode}`);
  await device.deactivate();
  failures.push(...(await wrongWithSpare(device.kernelLab.lab.disk('spare'))));
  await device.activate();
  if ((await checksumAtRest(device).catch(String)) !== before) failures.push('data at rest changed over an activation');
  failures.push(...device.kernelLab.log.takeComplaints());
  return { counts, refusals, moved: auto, failures };
}

const device = await SuiteDevice.start(countArgument('seed', values.seed), threads);
const rounds: Round[] = [];
let leaks: string[] = [];
try {
  await device.format();
  for (let n = 1; n <= minutes; n++) {
    const one = await round(device);
    rounds.push(one);
    console.log(`round ${String(n)}: ${one.failures.length === 0 ? 'clean' : one.failures.join('; ')}`);
  }
  await device.deactivate();
  leaks = await findLeaks(device.kernelLab);
} finally {
  await device.stop();
}
for (const leak of leaks) console.error(`lost memory: ${leak}`);
const body = STORMS.map(({ name }, index) => {
  const sum = (of: (count: StormCount) => number): number =>
    rounds.reduce((total, { counts }) => total + (counts[index] === undefined ? 0 : of(counts[index])), 0);
  return [name, String(sum(({ done }) => done)), String(sum(({ refused }) => refused))];
});
const reasons = new Map<string, number>();
for (const [reason, count] of rounds.flatMap(({ refusals }) => [...refusals])) {
  reasons.set(reason, (reasons.get(reason) ?? 0) + count);
}
const moved = rounds.at(-1)?.moved ?? 0;
const failed = rounds.filter(({ failures }) => failures.length > 0).length;
console.log(['', ...tableLines(['beside the I/O', 'done', 'refused'], body, new Set([1, 2]))].join('\n'));
console.log(`Refused: ${[...reasons].map(([reason, count]) => `${reason} (${String(count)})`).join(', ')}.`);
console.log(
  `${String(rounds.length)} rounds, ${String(failed)} failed; ${String(moved)} blocks moved by failing writes at the end.`,
);
process.exitCode = failed === 0 && leaks.length === 0 && rounds.length > 0 ? 0 : 1;
