import type { Benchmark, BenchmarkContext } from '../frame/benchmark.ts';
import { besidePeer, type Figure } from '../frame/figures.ts';
import { median } from '../frame/statistics.ts';
import { CountingMachine, type Workload } from '../guest/machine.ts';

const DEFAULT_REMAPS = [0, 1000];
const DEFAULT_RUNS = 5;
const PROCESSORS = 2;
const AT_LEAST = 0.99;

const WORKLOADS: readonly (Workload & { readonly name: string })[] = [
  { name: '4k random read', operation: 'read', bytes: 4096, order: 'random', requests: 5000, place: 'far' },
  { name: '4k random write', operation: 'write', bytes: 4096, order: 'random', requests: 5000, place: 'far' },
];

interface Growth {
  /** Instructions of a request when one processor sends. */
  readonly alone: number;
  /** The same when all send, each to its own part of the disk. */
  readonly together: number;
}

async function growth(machine: CountingMachine, workload: Workload, runs: number): Promise<[Growth, Growth]> {
  const costs = { linear: new Array<Growth>(), remap: new Array<Growth>() };
  for (let run = 0; run < runs; run += 1) {
    for (const device of ['linear', 'remap'] as const) {
      const alone = await machine.measureParallel(device, workload, 1);
      costs[device].push({ alone, together: await machine.measureParallel(device, workload, PROCESSORS) });
    }
  }
  const middle = (of: readonly Growth[]): Growth => ({
    alone: median(of.map(({ alone }) => alone)),
    together: median(of.map(({ together }) => together)),
  });
  return [middle(costs.linear), middle(costs.remap)];
}

const tell = ({ alone, together }: Growth): string => `${String(Math.round(alone))} → ${String(Math.round(together))}`;

function figureOf(name: string, linear: Growth, remap: Growth): Figure {
  const times = ({ alone, together }: Growth): number => together / alone;
  const note = `${tell(remap)} instructions, dm-linear ${tell(linear)}`;
  return besidePeer({ name, unit: '×', value: times(remap), note }, times(linear), AT_LEAST);
}

async function run({ options, say }: BenchmarkContext): Promise<Figure[]> {
  const stages = options.remaps ?? DEFAULT_REMAPS;
  const figures: Figure[] = [];
  const machine = await CountingMachine.start({ remaps: stages.at(-1) ?? 0, processors: PROCESSORS, say });
  try {
    await machine.createLinear();
    await machine.createPair();
    for (const remaps of stages) {
      say(`with ${String(remaps)} remaps`);
      await machine.remapUntil(remaps);
      for (const workload of WORKLOADS) {
        const [linear, remap] = await growth(machine, workload, options.runs ?? DEFAULT_RUNS);
        figures.push(figureOf(`${workload.name}, ${remaps.toLocaleString('en')} remaps`, linear, remap));
      }
    }
  } finally {
    await machine.stop();
  }
  return figures;
}

export const scaling: Benchmark = {
  name: 'scaling',
  against: "dm-linear's growth of a request's instructions from one sending processor to two",
  run,
};
