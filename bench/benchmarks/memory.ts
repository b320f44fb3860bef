import type { Benchmark, BenchmarkContext } from '../frame/benchmark.ts';
import { besideLimit, told, type Figure } from '../frame/figures.ts';
import { CountingMachine } from '../guest/machine.ts';
import { growth, parseKernelMemory, type KernelMemory } from '../guest/kernel-memory.ts';

const DEFAULT_REMAPS = [1000, 100_000];
const LIMIT_BYTES = 32;
/** Two looks at the kernel's memory that differ by no more agree. */
const TOLERANCE_BYTES = 4096;

/** Kernel memory of what is only waiting to be freed comes and goes; so often it is looked at until two looks agree. */
const MOST_LOOKS = 20;

/** What the kernel holds once everything that is only waiting to be freed has been. */
async function settledMemory(machine: CountingMachine): Promise<KernelMemory> {
  let before = await look(machine);
  for (let looks = 1; looks < MOST_LOOKS; looks += 1) {
    const now = await look(machine);
    if (Math.abs(growth(before, now).bytes) <= TOLERANCE_BYTES) return now;
    before = now;
  }
  throw new Error("The kernel's memory does not come to rest.");
}

async function look(machine: CountingMachine): Promise<KernelMemory> {
  // A second of the guest's idle time, in which grace periods end, costs the host almost none.
  await machine.shell(`
    sync
    echo 3 > /proc/sys/vm/drop_caches
    sleep 1
    for cache in /sys/kernel/slab/*/shrink; do echo 1 > "$cache"; done
    # Counters of /proc/meminfo otherwise lag behind.
    echo 1 > /proc/sys/vm/stat_refresh`);
  const read = async (file: string): Promise<string> => machine.run('/usr/bin/cat', [file]);
  return parseKernelMemory(await read('/proc/meminfo'), await read('/proc/slabinfo'));
}

function placesOf(before: KernelMemory, after: KernelMemory): string {
  const { places } = growth(before, after);
  return places.map(({ name, bytes }) => `${name} +${String(Math.round(bytes / 1024))} KiB`).join(', ');
}

async function run({ options, say }: BenchmarkContext): Promise<Figure[]> {
  const stages = (options.remaps ?? DEFAULT_REMAPS).filter((remaps) => remaps > 0);
  const machine = await CountingMachine.start({ remaps: stages.at(-1) ?? 0, say });
  try {
    await machine.fillSpare();
    const blank = await settledMemory(machine);
    await machine.createPair();
    const active = await settledMemory(machine);
    const figures = [
      told({
        name: 'activation, whole',
        unit: 'KiB',
        value: growth(blank, active).bytes / 1024,
        note: placesOf(blank, active),
      }),
    ];
    for (const remaps of stages) {
      say(`with ${String(remaps)} remaps`);
      await machine.remapUntil(remaps);
      const now = await settledMemory(machine);
      const name = `per remap, of ${remaps.toLocaleString('en')}`;
      const note = placesOf(active, now);
      figures.push(besideLimit({ name, unit: 'bytes', value: growth(active, now).bytes / remaps, note }, LIMIT_BYTES));
    }
    return figures;
  } finally {
    await machine.stop();
  }
}

export const memory: Benchmark = {
  name: 'memory',
  against: `${String(LIMIT_BYTES)} bytes of kernel memory for each remap`,
  run,
};
