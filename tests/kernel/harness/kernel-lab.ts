import { readFile } from 'node:fs/promises';
import {
  KernelFiles,
  Lab,
  type DiskOptions,
  type ExecOptions,
  type ExecOutcome,
  type LabOptions,
} from '../../../lab/index.ts';
import { GuestIo, withGuestProgram } from './guest-io.ts';
import { KernelLog } from './kernel-log.ts';
import { MEMORY_MIB, PATIENCE } from './surroundings.ts';

const MIB = 1024 * 1024;

/** An nvme main, which reports medium errors, and a spare with a volatile write cache. */
export const MAIN_AND_SPARE: readonly DiskOptions[] = [
  { name: 'main', bytes: 32 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
  { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
];

export type KernelLabOptions = Omit<LabOptions, 'helperBundle' | 'disks'> & {
  readonly disks?: readonly DiskOptions[];
};

/** Of programs and of the machine's start, on an ordinary kernel. */
const EXEC_TIMEOUT_MS = 60_000;
const BOOT_TIMEOUT_MS = 120_000;

function patiently(options: ExecOptions = {}): ExecOptions {
  return { ...options, timeoutMs: PATIENCE * (options.timeoutMs ?? EXEC_TIMEOUT_MS) };
}

async function otherKernel(): Promise<KernelFiles | undefined> {
  const file = process.env['REMAP_TEST_KERNEL'];
  return file === undefined ? undefined : KernelFiles.parse(JSON.parse(await readFile(file, 'utf8')));
}

/**
 * A lab machine with the module loaded and the tests' own program in the helper's place. There is no udev in it, so
 * that no request reaches a disk that the test did not cause.
 */
export class KernelLab {
  readonly lab: Lab;
  readonly log: KernelLog;
  #io: GuestIo | undefined;
  #devices = new Map<string, string>();

  private constructor(lab: Lab) {
    this.lab = lab;
    this.log = new KernelLog(lab);
  }

  /**
   * Starts a machine; its disks are `MAIN_AND_SPARE` unless told otherwise. `$REMAP_TEST_MODULE` names the folder of
   * another module to test than the project's, such as one that was broken on purpose; `$REMAP_TEST_KERNEL` a file that
   * describes another kernel (`KernelFiles` as JSON). See `surroundings.ts` for what a slow kernel needs.
   */
  static async start(options: KernelLabOptions = {}): Promise<KernelLab> {
    const source = process.env['REMAP_TEST_MODULE'];
    const kernel = await otherKernel();
    const lab = await withGuestProgram((helperBundle) =>
      Lab.start({
        udev: false,
        ...(source === undefined ? {} : { module: { source } }),
        ...(kernel === undefined ? {} : { kernel }),
        ...(MEMORY_MIB === undefined ? {} : { memoryMiB: MEMORY_MIB }),
        ...(PATIENCE === 1 ? {} : { bootTimeoutMs: PATIENCE * BOOT_TIMEOUT_MS }),
        ...options,
        disks: options.disks ?? MAIN_AND_SPARE,
        helperBundle,
        // The log is where refusals are told: nothing of it may be dropped.
        kernelArguments: ['printk.devkmsg=on', 'log_buf_len=4M', ...(options.kernelArguments ?? [])],
      }),
    );
    const kernelLab = new KernelLab(lab);
    try {
      await kernelLab.#greet();
      return kernelLab;
    } catch (error) {
      await kernelLab.stop();
      throw error;
    }
  }

  get io(): GuestIo {
    if (this.#io === undefined) throw new Error('the machine is off');
    return this.#io;
  }

  /** Cuts the power and starts the machine again. No mapping is left; the module is loaded. */
  async powerCycle(lose: Parameters<Lab['powerCut']>[0]): Promise<void> {
    await this.lab.powerCut(lose);
    await this.restart();
  }

  /** Starts the machine again after a power cut or a crash. */
  async restart(): Promise<void> {
    this.#io?.close();
    this.#io = undefined;
    await this.lab.restart();
    await this.#greet();
  }

  async stop(): Promise<void> {
    this.#io?.close();
    this.log.close();
    await this.lab.stop();
  }

  /** The path of a disk of the lab in the guest. */
  device(disk: string): string {
    const path = this.#devices.get(disk);
    if (path === undefined) throw new Error(`the guest has no disk "${disk}"`);
    return path;
  }

  /** Whether the guest has a disk of the lab at this time, as `findDevices` last saw it. */
  hasDevice(disk: string): boolean {
    return this.#devices.has(disk);
  }

  /** Looks up the paths of the disks again; they change when a disk is pulled and plugged. */
  async findDevices(): Promise<void> {
    const { stdout } = await this.run('/usr/bin/sh', [
      '-c',
      `for b in /sys/block/nvme* /sys/block/sd* /sys/block/vd*; do
         [ -e "$b" ] || continue
         n=\${b##*/}
         for f in "$b/serial" "$b/device/serial" "$b/device/vpd_pg80"; do
           if [ -e "$f" ]; then echo "$n $(tr -cd '!-~' < "$f")"; fi
         done
       done`,
    ]);
    const serials = stdout.split('\n').map((line) => line.split(' '));
    this.#devices = new Map();
    for (const [name, { settings }] of this.lab.disks) {
      const found = serials.find(([, serial]) => serial?.endsWith(settings.serial) === true);
      if (found?.[0] !== undefined) this.#devices.set(name, `/dev/${found[0]}`);
    }
  }

  /** Runs a program of the guest; throws when it fails. Its time limit is that of an ordinary kernel. */
  async run(file: string, args: readonly string[], options?: ExecOptions): Promise<ExecOutcome> {
    const outcome = await this.lab.exec(file, args, patiently(options));
    if (outcome.code !== 0) {
      throw new Error(`${file} ${args.join(' ')} ended with ${String(outcome.code)}: ${outcome.stderr}`);
    }
    return outcome;
  }

  /** Runs dmsetup; its failure is an answer like any other. */
  async dmsetup(args: readonly string[], options?: ExecOptions): Promise<ExecOutcome> {
    // Without udev nobody else makes the device's node.
    return this.lab.exec('/usr/sbin/dmsetup', args, { ...patiently(options), environment: { DM_DISABLE_UDEV: '1' } });
  }

  /** What the kernel logged while `act` ran. */
  async logged(act: () => Promise<unknown>): Promise<string[]> {
    const position = await this.log.mark(this.io);
    await act();
    await this.log.mark(this.io);
    return this.log.since(position);
  }

  async #greet(): Promise<void> {
    this.#io = new GuestIo(await this.lab.helper());
    await this.run('/usr/sbin/modprobe', ['dm-remap']);
    await this.findDevices();
    for (const name of this.lab.disks.keys()) this.device(name);
  }
}
