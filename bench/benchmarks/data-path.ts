import type { Benchmark, BenchmarkContext } from '../frame/benchmark.ts';
import { besidePeer, type Figure } from '../frame/figures.ts';
import { median, spread } from '../frame/statistics.ts';
import { CountingMachine, type Cost, type Workload } from '../guest/machine.ts';
import { nullBlk, virtioBlk, type MainDisk } from '../guest/main-disk.ts';

const DEFAULT_REMAPS = [0, 1000, 100_000];
const DEFAULT_RUNS = 5;
const REQUESTS = 5000;
/** More where the aim leaves few instructions: what timers and interrupts take differs by some from run to run. */
const DIRECT_SEQUENTIAL_REQUESTS = 20_000;

const WORKLOADS: readonly (Workload & { readonly name: string })[] = [
  { name: '4k random read', operation: 'read', bytes: 4096, order: 'random', requests: REQUESTS, place: 'far' },
  { name: '4k random write', operation: 'write', bytes: 4096, order: 'random', requests: REQUESTS, place: 'far' },
  {
    name: '128k sequential read',
    operation: 'read',
    bytes: 131_072,
    order: 'sequential',
    requests: DIRECT_SEQUENTIAL_REQUESTS,
    place: 'far',
  },
  {
    name: '128k sequential write',
    operation: 'write',
    bytes: 131_072,
    order: 'sequential',
    requests: DIRECT_SEQUENTIAL_REQUESTS,
    place: 'far',
  },
  {
    name: '128k sequential read by the page cache',
    operation: 'cached-read',
    bytes: 131_072,
    order: 'sequential',
    requests: REQUESTS,
    place: 'far',
  },
];
/** Beside remapped blocks the target looks closer. */
const NEAR = {
  name: '4k random read nearby',
  operation: 'read',
  bytes: 4096,
  order: 'random',
  requests: REQUESTS,
  place: 'near',
} as const;

/** Smallest part of dm-linear's instructions to those of the target that is good enough. */
function aimOf({ name }: MainDisk, { order }: Workload, remaps: number): number {
  if (name === 'null_blk') return remaps === 0 ? 0.98 : 0.97;
  if (order === 'sequential') return 0.998;
  return remaps === 0 ? 0.99 : 0.985;
}

type Costs = Readonly<Record<'linear' | 'remap', readonly Cost[]>>;

async function compare(machine: CountingMachine, workload: Workload, runs: number): Promise<Costs> {
  const costs = { linear: new Array<Cost>(), remap: new Array<Cost>() };
  for (let run = 0; run < runs; run += 1) {
    // In turn, so that what changes in the machine with time changes both.
    for (const device of ['linear', 'remap'] as const) costs[device].push(await machine.measure(device, workload));
  }
  return costs;
}

/** What the target's requests cost more, by the median requests where there are, which interrupts do not touch. */
function difference({ linear, remap }: Costs): string {
  const middle = (costs: readonly Cost[]): number => median(costs.map((cost) => cost.median ?? cost.mean));
  const more = Math.round(middle(remap) - middle(linear));
  const where = linear.some((cost) => cost.median === null) ? '' : ' in the median request';
  return `${more < 0 ? '' : '+'}${String(more)}${where}`;
}

function figureOf(name: string, costs: Costs, atLeast: number): Figure {
  const means = ({ linear, remap }: Costs) => [linear, remap].map((of) => of.map((cost) => cost.mean));
  const [linear = [], remap = []] = means(costs);
  const widest = Math.max(spread(linear), spread(remap));
  const note = `${difference(costs)}; runs differ by ${(widest * 100).toFixed(2)} %`;
  return besidePeer({ name, unit: 'instructions', value: median(remap), note }, median(linear), atLeast);
}

async function runOver(main: MainDisk, { options, say }: BenchmarkContext): Promise<Figure[]> {
  const stages = options.remaps ?? DEFAULT_REMAPS;
  const figures: Figure[] = [];
  const machine = await CountingMachine.start({ remaps: stages.at(-1) ?? 0, main, say });
  try {
    await machine.createLinear();
    await machine.createPair();
    for (const remaps of stages) {
      say(`over ${main.name}, with ${String(remaps)} remaps`);
      await machine.remapUntil(remaps);
      for (const workload of remaps === 0 ? WORKLOADS : [...WORKLOADS, NEAR]) {
        const costs = await compare(machine, workload, options.runs ?? DEFAULT_RUNS);
        const name = `${main.name}: ${workload.name}, ${remaps.toLocaleString('en')} remaps`;
        figures.push(figureOf(name, costs, aimOf(main, workload, remaps)));
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
  run: async (context) => [...(await runOver(virtioBlk, context)), ...(await runOver(nullBlk(1), context))],
};
