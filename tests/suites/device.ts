import type { ExecOutcome } from '../../lab/index.ts';
import { KernelLab } from '../kernel/harness/kernel-lab.ts';
import type { Target } from '../kernel/harness/target.ts';
import { FailingPair } from './failing-pair.ts';

const MIB = 1024 * 1024;
/** mkfs.xfs refuses less than 300 MiB. */
const MAIN_BYTES = 512 * MIB;
const SPARE_BYTES = 96 * MIB;
/** No program of a suite takes so long, even on a slow machine. */
const LONGEST_MS = 1_800_000;
const MOUNT_POINT = '/tmp/suite';

/** A mapped device of which ever more blocks fail, and what a suite needs to work on it. */
export class SuiteDevice {
  readonly kernelLab: KernelLab;
  readonly mountPoint = MOUNT_POINT;
  readonly #pair: FailingPair;

  private constructor(kernelLab: KernelLab, seed: number) {
    this.kernelLab = kernelLab;
    this.#pair = new FailingPair(kernelLab, { main: 'main', spare: 'spare', name: 'suite', seed });
  }

  static async start(seed: number, threads: 'single' | 'multi' = 'multi'): Promise<SuiteDevice> {
    const kernelLab = await KernelLab.start({
      threads,
      tools: 'suites',
      disks: [
        { name: 'main', bytes: MAIN_BYTES, bus: 'nvme', serial: 'SUITE-MAIN' },
        { name: 'spare', bytes: SPARE_BYTES, bus: 'virtio-scsi', serial: 'SUITE-SPARE' },
      ],
    });
    return new SuiteDevice(kernelLab, seed);
  }

  get target(): Target {
    return this.#pair.target;
  }

  get path(): string {
    return this.target.path;
  }

  /** A new pair over blank disks, whose main fails here and there from now on. */
  async format(): Promise<void> {
    await this.#pair.format();
  }

  async deactivate(): Promise<void> {
    await this.#pair.deactivate();
  }

  /** Makes the mapping from what the spare holds. */
  async activate(): Promise<void> {
    await this.#pair.activate();
  }

  /** Takes the mapping down and makes it again. */
  async reopen(): Promise<void> {
    await this.deactivate();
    await this.activate();
  }

  async stop(): Promise<void> {
    this.#pair.heal();
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
}
