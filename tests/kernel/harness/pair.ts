import type { LabDisk } from '../../../lab/index.ts';
import { SECTOR_BYTES } from './content.ts';
import { resetToBlank, resetToContents } from './disk-truth.ts';
import type { KernelLab } from './kernel-lab.ts';
import { tableLine, type TableOptions, type Target } from './target.ts';

export interface PairOptions {
  /** Names of disks of the lab. */
  readonly main?: string;
  readonly spare?: string;
  readonly blockSectors?: number;
  /** 512-byte sectors; default all of main. */
  readonly length?: number;
  readonly features?: readonly string[];
  readonly core?: Readonly<Record<string, string | number>>;
}

/** A mapped device with its disks. */
export interface Pair {
  readonly target: Target;
  readonly main: LabDisk;
  readonly spare: LabDisk;
  readonly blockSectors: number;
  /** The table it was made with. Add `format` to its features, or not. */
  readonly table: TableOptions;
}

/**
 * A pair in its first state: main holds `MAIN_TAG` everywhere, the spare was blank and is formatted, no disk has a
 * fault. Remaps as fast as a test wants: retries wait the shortest time. `target` must not exist yet.
 */
export async function makePair(kernelLab: KernelLab, target: Target, options: PairOptions = {}): Promise<Pair> {
  const { lab } = kernelLab;
  const main = lab.disk(options.main ?? 'main');
  const spare = lab.disk(options.spare ?? 'spare');
  resetToContents(main);
  resetToBlank(spare);
  await lab.faultsSettled();
  const blockSectors = options.blockSectors ?? 8;
  const table: TableOptions = {
    length: options.length ?? main.bytes / SECTOR_BYTES,
    main: kernelLab.device(main.name),
    spare: kernelLab.device(spare.name),
    blockSectors,
    features: ['no_scan', ...(options.features ?? [])],
    core: { retries: 1, retry_delay_ms: 1, soft_threshold: 0, ...options.core },
  };
  await target.create(tableLine({ ...table, features: ['format', ...(table.features ?? [])] }));
  return { target, main, spare, blockSectors, table };
}
