import type { Benchmark, BenchmarkContext } from '../frame/benchmark.ts';
import { besidePeer, type Figure } from '../frame/figures.ts';
import { median, spread } from '../frame/statistics.ts';
import { CountingMachine, type Cost, type Workload } from '../guest/machine.ts';

const DEFAULT_REMAPS = [0, 1000, 100_000];
const DEFAULT_RUNS = 5;
const REQUESTS = 5000;

const WORKLOADS: readonly (Workload & { readonly name: string })[] = [
  { name: '4k random read', operation: 'read', bytes: 4096, order: 'random', requests: REQUESTS },
  { name: '4k random write', operation: 'write', bytes: 4096, order: 'random', requests: REQUESTS },
  { name: '128k sequential read', operation: 'read', bytes: 131_072, order: 'sequential', requests: REQUESTS },
  { name: '128k sequential write', operation: 'write', bytes: 131_072, order: 'sequential', requests: REQUESTS },
];

/** Smallest part of dm-linear's instructions to those of the target that is good enough. */
function aimOf(remaps: number): number {
  return remaps === 0 ? 0.98 : 0.97;
}

async function compare(
  machine: CountingMachine,
  workload: Workload,
  runs: number,
): Promise<Record<'linear' | 'remap', Cost[]>> {
  const costs = { linear: new Array<Cost>(), remap: new Array<Cost>() };
  for (let run = 0; run < runs; run += 1) {
    // In turn, so that what changes in the machine with time changes both.
    for (const device of ['linear', 'remap'] as const) costs[device].push(await machine.measure(device, workload));
  }
  return costs;
}

function figureOf(name: string, { linear, remap }: Record<'linear' | 'remap', Cost[]>, remaps: number): Figure {
  const mean = (costs: readonly Cost[]): number[] => costs.map((cost) => cost.mean);
  const middle = (costs: readonly Cost[]): number => median(costs.map((cost) => cost.median));
  const more = middle(remap) - middle(linear);
  const widest = Math.max(spread(mean(linear)), spread(mean(remap)));
  return besidePeer(
    {
      name: `${name}, ${remaps.toLocaleString('en')} remaps`,
      unit: 'instructions',
      value: median(mean(remap)),
      note: `${more < 0 ? '' : '+'}${String(more)} in the median request; runs differ by ${(widest * 100).toFixed(2)} %`,
    },
    median(mean(linear)),
    aimOf(remaps),
  );
}

async function run({ options, say }: BenchmarkContext): Promise<Figure[]> {
  const stages = options.remaps ?? DEFAULT_REMAPS;
  const figures: Figure[] = [];
  const machine = await CountingMachine.start(stages.at(-1) ?? 0, say);
  try {
    await machine.createLinear();
    await machine.createPair();
    for (const remaps of stages) {
      say(`with ${String(remaps)} remaps`);
      await machine.remapUntil(remaps);
      for (const workload of WORKLOADS) {
        const costs = await compare(machine, workload, options.runs ?? DEFAULT_RUNS);
        figures.push(figureOf(workload.name, costs, remaps));
      }
    }
  } finally {
    await machine.stop();
  }
  return figures;
}

export const dataPath: Benchmark = {
  name: 'data-path',
  against: 'dm-linear over the same disk, in instructions of a request to blocks that are not remapped',
  run,
};
