import { MAX_FAULTS_SHOWN, type LabFault, type LabState } from '../../../app/bridge/lab.ts';
import type { FaultId, LabDisk, Operation } from '../../../lab/index.ts';
import { PatternSource, type Pattern, type Random, type Run } from './patterns.ts';

/** How often a growing pattern makes more sectors fail, in milliseconds. */
const GROW_EVERY_MS = 2_000;

type Fails = LabFault['fails'];
interface Kind {
  readonly fails: Fails;
  readonly healOnWrite: boolean;
}

const operations: Readonly<Record<Fails, readonly Operation[]>> = {
  reads: ['read'],
  writes: ['write'],
  both: ['read', 'write'],
};

/** The faults that were put on one disk of the lab. Sectors that fail in the same way share one fault of the lab's. */
export class DiskFaults {
  readonly #disk: LabDisk;
  /** Each kind's fault, as long as the disk has it: writing may have healed it away. */
  readonly #kinds = new Map<string, { id: FaultId; kind: Kind }>();
  readonly #growing = new Set<NodeJS.Timeout>();

  constructor(disk: LabDisk) {
    this.#disk = disk;
  }

  get sectors(): number {
    return this.#disk.bytes / 512;
  }

  /** Throws a `LabError` when a run is not on the disk; nothing was added then. */
  add(runs: readonly Run[], kind: Kind): void {
    if (runs.length === 0) return;
    const healOnWrite = kind.healOnWrite && kind.fails === 'reads';
    const name = `${kind.fails} ${healOnWrite}`;
    const known = this.#kinds.get(name);
    const before = this.#disk.faults.list().find(({ id }) => id === known?.id)?.ranges ?? [];
    const id = this.#disk.faults.add({
      kind: 'medium',
      operations: operations[kind.fails],
      ranges: [...before, ...runs],
      healOnWrite,
    });
    if (known !== undefined) this.#disk.faults.remove(known.id);
    this.#kinds.set(name, { id, kind: { fails: kind.fails, healOnWrite } });
  }

  addPattern(pattern: Pattern, kind: Kind, random: Random): void {
    const source = new PatternSource(pattern, this.sectors, random);
    this.add(source.begin(), kind);
    if (!source.grows) return;
    const timer = setInterval(() => this.add(source.grow(), kind), GROW_EVERY_MS);
    timer.unref();
    this.#growing.add(timer);
  }

  remove(run: Run): void {
    this.#disk.faults.heal(run);
  }

  /** Makes every sector good and ends what grows. */
  clear(): void {
    this.stop();
    this.#disk.faults.clear();
    this.#kinds.clear();
  }

  /** Ends what grows. */
  stop(): void {
    for (const timer of this.#growing) clearInterval(timer);
    this.#growing.clear();
  }

  /** The faults as a view shows them: merged, ascending, the first {@link MAX_FAULTS_SHOWN}. */
  shown(): Pick<LabState['disks'][number], 'faults' | 'faultySectors'> {
    const active = this.#disk.faults.list();
    const faults: LabFault[] = [];
    for (const { id, kind } of this.#kinds.values()) {
      const ranges = active.find((one) => one.id === id)?.ranges ?? [];
      for (const { first, count } of merged(ranges)) {
        faults.push({ firstSector: first, sectorCount: count, ...kind });
      }
    }
    faults.sort((a, b) => a.firstSector - b.firstSector);
    const all = merged(faults.map(({ firstSector, sectorCount }) => ({ first: firstSector, count: sectorCount })));
    const faultySectors = all.reduce((sum, { count }) => sum + count, 0);
    return { faults: faults.slice(0, MAX_FAULTS_SHOWN), faultySectors };
  }
}

/** The same sectors in as few runs as can be. `runs` are ascending and may touch or overlap. */
function merged(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    const last = result.at(-1);
    if (last === undefined || last.first + last.count < run.first) result.push(run);
    else {
      const end = Math.max(last.first + last.count, run.first + run.count);
      result[result.length - 1] = { first: last.first, count: end - last.first };
    }
  }
  return result;
}
