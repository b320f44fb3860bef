import { seededRandom } from '../../lab/disk/random.ts';
import type { ExecOutcome, LabDisk, LabOptions, Snapshot } from '../../lab/index.ts';
import { KernelLab } from '../kernel/harness/kernel-lab.ts';
import { tableLine, Target } from '../kernel/harness/target.ts';

const MIB = 1024 * 1024;
/** mkfs.xfs refuses less than 300 MiB. */
const MAIN_BYTES = 512 * MIB;
const SPARE_BYTES = 96 * MIB;
export const BLOCK_SECTORS = 8;
/** No program of a suite takes so long, even on a slow machine. */
const LONGEST_MS = 1_800_000;
const MOUNT_POINT = '/tmp/suite';

/** One block in so many of main is bad from the start: it can be neither read nor written. */
const BAD_FROM_THE_START = 400;
/** One write in so many finds its block bad for writes from then on. */
const BAD_AS_WRITTEN = 50;

/** A mapped device of which ever more blocks fail, and what a suite needs to work on it. */
export class SuiteDevice {
  readonly kernelLab: KernelLab;
  readonly mountPoint = MOUNT_POINT;
  readonly #seed: number;
  readonly #blank: ReadonlyMap<LabDisk, Snapshot>;
  #target: Target | undefined;
  #names = 0;
  #stopFailing: (() => void) | undefined;

  private constructor(kernelLab: KernelLab, seed: number) {
    this.kernelLab = kernelLab;
    this.#seed = seed;
    this.#blank = new Map([...kernelLab.lab.disks.values()].map((disk) => [disk, disk.snapshot()]));
  }

  static async start(seed: number, options: Pick<LabOptions, 'threads'> = {}): Promise<SuiteDevice> {
    const kernelLab = await KernelLab.start({
      ...options,
      tools: 'suites',
      disks: [
        { name: 'main', bytes: MAIN_BYTES, bus: 'nvme', serial: 'SUITE-MAIN' },
        { name: 'spare', bytes: SPARE_BYTES, bus: 'virtio-scsi', serial: 'SUITE-SPARE' },
      ],
    });
    return new SuiteDevice(kernelLab, seed);
  }

  get target(): Target {
    if (this.#target === undefined) throw new Error('the device was not made yet');
    return this.#target;
  }

  get path(): string {
    return this.target.path;
  }

  get #main(): LabDisk {
    return this.kernelLab.lab.disk('main');
  }

  /** A new pair over blank disks, whose main fails here and there from now on. */
  async format(): Promise<void> {
    await this.deactivate();
    this.#stopFailing?.();
    this.#main.faults.clear();
    for (const [disk, blank] of this.#blank) disk.restore(blank);
    const random = seededRandom(this.#seed);
    const blocks = MAIN_BYTES / 512 / BLOCK_SECTORS;
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

  async deactivate(): Promise<void> {
    if (this.#target !== undefined) await this.#target.remove();
    this.#target = undefined;
  }

  /** Makes the mapping from what the spare holds. */
  async activate(): Promise<void> {
    await this.#create([]);
  }

  /** Takes the mapping down and makes it again. */
  async reopen(): Promise<void> {
    await this.deactivate();
    await this.activate();
  }

  async stop(): Promise<void> {
    this.#stopFailing?.();
    await this.kernelLab.stop();
  }

  /** Runs a program of the guest; how it ends is for the caller to judge. */
  async exec(file: string, args: readonly string[]): Promise<ExecOutcome> {
    return this.kernelLab.lab.exec(file, args, { timeoutMs: LONGEST_MS });
  }

  /** Runs a program of the guest; throws with its last words when it fails. */
  async run(file: string, args: readonly string[]): Promise<string> {
    const { code, signal, stdout, stderr } = await this.exec(file, args);
    if (code === 0) return stdout;
    const words = `${stdout}\n${stderr}`.trim().split('\n').slice(-6).join('; ');
    throw new Error(`${file} ended with ${code === null ? `signal ${String(signal)}` : String(code)}: ${words}`);
  }

  async shell(script: string): Promise<string> {
    return this.run('/usr/bin/sh', ['-ec', script]);
  }

  async #create(features: readonly string[]): Promise<void> {
    this.#target = new Target(this.kernelLab, `suite${String(++this.#names)}`);
    await this.#target.create(
      tableLine({
        length: MAIN_BYTES / 512,
        main: this.kernelLab.device('main'),
        spare: this.kernelLab.device('spare'),
        blockSectors: BLOCK_SECTORS,
        features,
        // Blocks fail much faster here than on any disk whose path is still to be trusted.
        core: { retries: 0, storm_limit: 0 },
      }),
    );
  }
}
