import { seededRandom } from '../../lab/disk/random.ts';
import type { LabDisk, Snapshot } from '../../lab/index.ts';
import type { KernelLab } from '../kernel/harness/kernel-lab.ts';
import { tableLine, Target } from '../kernel/harness/target.ts';

export const BLOCK_SECTORS = 8;

/** One block in so many of main is bad from the start: it can be neither read nor written. */
const BAD_FROM_THE_START = 400;
/** One write in so many finds its block bad for writes from then on. */
const BAD_AS_WRITTEN = 50;

export interface FailingPairOptions {
  /** Names of disks of the lab. */
  readonly main: string;
  readonly spare: string;
  /** What the mapped device is called, with a number behind it that each activation raises. */
  readonly name: string;
  readonly seed: number;
}

/** A mapped device whose main fails in ever more blocks. */
export class FailingPair {
  readonly #kernelLab: KernelLab;
  readonly #options: FailingPairOptions;
  readonly #blank: ReadonlyMap<LabDisk, Snapshot>;
  #target: Target | undefined;
  #names = 0;
  #stopFailing: (() => void) | undefined;

  /** Takes the contents of both disks as what `format` begins with. */
  constructor(kernelLab: KernelLab, options: FailingPairOptions) {
    this.#kernelLab = kernelLab;
    this.#options = options;
    this.#blank = new Map([this.#main, kernelLab.lab.disk(options.spare)].map((disk) => [disk, disk.snapshot()]));
  }

  get target(): Target {
    if (this.#target === undefined) throw new Error('the device was not made yet');
    return this.#target;
  }

  get #main(): LabDisk {
    return this.#kernelLab.lab.disk(this.#options.main);
  }

  get #sectors(): number {
    return this.#main.settings.bytes / 512;
  }

  /** A new pair over disks as they were at first, whose main fails here and there from now on. */
  async format(): Promise<void> {
    await this.deactivate();
    this.heal();
    for (const [disk, blank] of this.#blank) disk.restore(blank);
    const random = seededRandom(this.#options.seed);
    const blocks = this.#sectors / BLOCK_SECTORS;
    const ranges = Array.from({ length: Math.floor(blocks / BAD_FROM_THE_START) }, () => ({
      first: Math.floor(random() * blocks) * BLOCK_SECTORS,
      count: BLOCK_SECTORS,
    }));
    this.#main.faults.add({ kind: 'medium', healOnWrite: false, ranges });
    let writes = 0;
    this.#stopFailing = this.#main.log.onRequest(({ operation, sector }) => {
      if (operation !== 'write') return;
      writes += 1;
      if (writes % BAD_AS_WRITTEN !== 0) return;
      const first = Math.floor(sector / BLOCK_SECTORS) * BLOCK_SECTORS;
      this.#main.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first, count: BLOCK_SECTORS }] });
    });
    await this.#create(['format']);
  }

  /** No block of main fails any more. */
  heal(): void {
    this.#stopFailing?.();
    this.#stopFailing = undefined;
    this.#main.faults.clear();
  }

  async deactivate(): Promise<void> {
    if (this.#target !== undefined) await this.#target.remove();
    this.#target = undefined;
  }

  /** Makes the mapping from what the spare holds. */
  async activate(): Promise<void> {
    await this.#create([]);
  }

  async #create(features: readonly string[]): Promise<void> {
    const { main, spare, name } = this.#options;
    const target = new Target(this.#kernelLab, `${name}${String(++this.#names)}`);
    await target.create(
      tableLine({
        length: this.#sectors,
        main: this.#kernelLab.device(main),
        spare: this.#kernelLab.device(spare),
        blockSectors: BLOCK_SECTORS,
        features,
        // Blocks fail much faster here than on any disk whose path is still to be trusted.
        core: { retries: 0, storm_limit: 0 },
      }),
    );
    this.#target = target;
  }
}
