import type { Benchmark, BenchmarkContext } from '../frame/benchmark.ts';
import { besideLimit, told, type Figure } from '../frame/figures.ts';
import { median } from '../frame/statistics.ts';
import { CountingMachine } from '../guest/machine.ts';

const DEFAULT_RUNS = 3;
const DEFAULT_REMAPS = 1_000_000;
/** MB/s of the spare: a hard disk reads so much, and one that reads slower makes the target look better. */
const SPARE_MBPS = 150;
/** KiB of both copies of the table for so many blocks: units of 4 KiB with 84 entries, see docs/on-disk-format.md. */
const tableKib = (blocks: number): number => 2 * 4 * Math.ceil(blocks / 84);
/** What reading the bytes takes, and as much again. */
const AT_MOST = 2;

async function run({ options, say }: BenchmarkContext): Promise<Figure[]> {
  const remaps = options.remaps?.at(-1) ?? DEFAULT_REMAPS;
  const machine = await CountingMachine.start({ remaps, say });
  try {
    await machine.limitSpare(SPARE_MBPS);
    await machine.createPair();
    const fewest = await repeated(options.runs ?? DEFAULT_RUNS, () => machine.activationCost());
    say(`making ${String(remaps)} remaps`);
    await machine.remapCost(0, remaps);
    const reading = await repeated(options.runs ?? DEFAULT_RUNS, () => machine.readingCost(tableKib(remaps)));
    const activation = await repeated(options.runs ?? DEFAULT_RUNS, () => machine.activationCost());
    const name = `activation, ${remaps.toLocaleString('en')} remaps`;
    return [
      besideLimit({ name, unit: 'ns', value: activation }, AT_MOST * reading),
      told({ name: 'activation, no remaps', unit: 'ns', value: fewest }),
    ];
  } finally {
    await machine.stop();
  }
}

async function repeated(runs: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let n = 0; n < runs; n += 1) values.push(await measure());
  return median(values);
}

export const activation: Benchmark = {
  name: 'activation',
  against: `twice the time of reading the table's bytes from a spare of ${String(SPARE_MBPS)} MB/s, by a processor of 10^9 instructions a second`,
  run,
};
