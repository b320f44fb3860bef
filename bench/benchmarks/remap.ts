import type { LabDisk } from '../../lab/index.ts';
import { write } from '../../tests/kernel/harness/io-steps.ts';
import { KernelLab } from '../../tests/kernel/harness/kernel-lab.ts';
import { makePair, type Pair } from '../../tests/kernel/harness/pair.ts';
import { failWrites } from '../../tests/kernel/harness/pairs.ts';
import { Target } from '../../tests/kernel/harness/target.ts';
import type { Benchmark, BenchmarkContext } from '../frame/benchmark.ts';
import { besideLimit, besidePeer, type Figure } from '../frame/figures.ts';
import { median } from '../frame/statistics.ts';
import { CountingMachine } from '../guest/machine.ts';

const MIB = 1024 * 1024;
const DEFAULT_RUNS = 3;
/** Blocks that are remapped to count the writes of each. */
const BLOCKS = 64;
/** The data, and the table unit in two copies. */
const WRITES_PER_REMAP = 3;
/** Blocks that are remapped at once to measure what one costs. */
const BATCH = 500;
/** Makes the spare hold some 86,000 blocks, as many as the first part of the table tells of. */
const ROOM = 70_000;
const FILLED = [0.5, 0.9];
/** Taking a block must cost the same however full the spare is; interrupts make up the rest. */
const AT_LEAST = 0.98;

function writesSince(disk: LabDisk, mark: number): number {
  return disk.log.entries(mark).filter(({ operation }) => operation === 'write').length;
}

/** Device writes for each write that fails on main and is moved to the spare. */
async function countWrites(): Promise<Figure[]> {
  const disks = (['main', 'spare'] as const).map((name) => ({
    name,
    bytes: 32 * MIB,
    bus: 'virtio-blk' as const,
    serial: `BENCH-${name.toUpperCase()}`,
  }));
  const kernelLab = await KernelLab.start({ disks });
  const remapAll = async (pair: Pair, first: number, together: boolean): Promise<number> => {
    failWrites(pair, first, BLOCKS);
    const writes = Array.from({ length: BLOCKS }, (_, n) => write(pair.target, (first + n) * 8, 8, n + 2));
    const mark = pair.spare.log.mark();
    const outcomes = await (together ? kernelLab.io.together(writes) : kernelLab.io.each(writes));
    if (outcomes.some(({ error }) => error !== null)) throw new Error('A write that should have been moved failed.');
    return writesSince(pair.spare, mark) / BLOCKS;
  };
  try {
    const pair = await makePair(kernelLab, new Target(kernelLab, 'bench'), { core: { storm_limit: 0, retries: 0 } });
    const alone = await remapAll(pair, 100, false);
    const together = await remapAll(pair, 1000, true);
    return [
      besideLimit({ name: 'one write after the other', unit: 'writes to the spare', value: alone }, WRITES_PER_REMAP),
      besideLimit({ name: `${BLOCKS} at once`, unit: 'writes to the spare', value: together }, WRITES_PER_REMAP),
    ];
  } finally {
    await kernelLab.stop();
  }
}

/** Instructions of a remap by message, with a spare that is more or less full. */
async function costWhenFull({ options, say }: BenchmarkContext): Promise<Figure[]> {
  const machine = await CountingMachine.start({ remaps: ROOM, say });
  try {
    await machine.fillSpare();
    await machine.createPair();
    const { used, total } = await machine.spare();
    let next = used;
    const cost = async (): Promise<number> => {
      const costs: number[] = [];
      for (let run = 0; run < (options.runs ?? DEFAULT_RUNS); run += 1) {
        costs.push(await machine.remapCost(next, BATCH));
        next += BATCH;
      }
      return median(costs);
    };
    const empty = await cost();
    const figures: Figure[] = [];
    for (const part of FILLED) {
      const name = `a remap, spare ${String(part * 100)} % full`;
      say(name);
      const more = Math.floor(total * part) - next;
      await machine.remapCost(next, more);
      next += more;
      figures.push(besidePeer({ name, unit: 'instructions', value: await cost() }, empty, AT_LEAST));
    }
    return figures;
  } finally {
    await machine.stop();
  }
}

export const remap: Benchmark = {
  name: 'remap',
  against: 'three writes to the spare for each; the cost of one with an empty spare',
  run: async (context) => [...(await countWrites()), ...(await costWhenFull(context))],
};
