import { LabError, type ExecOutcome } from '../../../lab/index.ts';
import { KernelLab } from '../../kernel/harness/kernel-lab.ts';
import { FailingPair } from '../failing-pair.ts';
import { wrongWithSpare } from '../spare.ts';
import type { FileSystem } from '../suites.ts';
import { XFSTESTS } from './system.ts';

const MIB = 1024 * 1024;
const MAIN_BYTES = 2048 * MIB;
const SPARE_BYTES = 512 * MIB;
const MEMORY_MIB = 2048;
const SYSTEM_SERIAL = 'SUITE-SYSTEM';
const ROOT = '/tmp/system';

/** What xfstests is given to work on: the target, or healthy disks without it, to tell whose a failure is. */
export type Under = 'target' | 'disks';

/** Each part makes two mapped devices, or is two disks: one that stays, one that tests make file systems on. */
const PARTS = ['test', 'scratch'] as const;
type Part = (typeof PARTS)[number];

const MAKE: Readonly<Record<FileSystem, string>> = {
  ext4: 'mkfs.ext4 -q -F',
  xfs: 'mkfs.xfs -q -f -K',
  btrfs: 'mkfs.btrfs -q -f -K',
};

/** Mounts the image under a layer in memory, and what a system needs besides. */
const SET_UP = `set -e
for disk in /sys/block/vd*; do
  if grep -q ${SYSTEM_SERIAL} $disk/serial; then system=/dev/\${disk##*/}; fi
done
modprobe -a ext4 xfs btrfs overlay loop dm-flakey dm-log-writes dm-snapshot
mkdir -p /tmp/lower /tmp/layer ${ROOT}
mount -t ext4 -o ro $system /tmp/lower
mount -t tmpfs layer /tmp/layer
mkdir /tmp/layer/upper /tmp/layer/work
mount -t overlay -o lowerdir=/tmp/lower,upperdir=/tmp/layer/upper,workdir=/tmp/layer/work system ${ROOT}
for place in dev proc sys; do mount --rbind /$place ${ROOT}/$place; done
mkdir -p ${ROOT}/lib/modules ${ROOT}/mnt/test ${ROOT}/mnt/scratch
mount --bind /usr/lib/modules ${ROOT}/lib/modules
mount -t tmpfs tmp ${ROOT}/tmp
ln -sf /proc/self/mounts ${ROOT}/etc/mtab
echo core > /proc/sys/kernel/core_pattern`;

/** A lab machine with a Debian that has xfstests, two pairs whose main fails, and two healthy disks of their size. */
export class XfstestsMachine {
  readonly kernelLab: KernelLab;
  readonly #pairs: Readonly<Record<Part, FailingPair>>;

  private constructor(kernelLab: KernelLab, seed: number) {
    this.kernelLab = kernelLab;
    const pair = (part: Part): FailingPair =>
      new FailingPair(kernelLab, { main: `main-${part}`, spare: `spare-${part}`, name: part, seed });
    this.#pairs = { test: pair('test'), scratch: pair('scratch') };
  }

  static async start(image: string, seed: number): Promise<XfstestsMachine> {
    const disk = (name: string, bytes: number, bus: 'nvme' | 'virtio-scsi') =>
      ({ name, bytes, bus, serial: name.toUpperCase() }) as const;
    const kernelLab = await KernelLab.start({
      tools: 'suites',
      threads: 'multi',
      memoryMiB: MEMORY_MIB,
      disks: [
        ...PARTS.flatMap((part) => [
          disk(`main-${part}`, MAIN_BYTES, 'nvme'),
          disk(`spare-${part}`, SPARE_BYTES, 'virtio-scsi'),
          disk(`healthy-${part}`, MAIN_BYTES, 'nvme'),
        ]),
        disk('log', MAIN_BYTES, 'virtio-scsi'),
      ],
      qemuArguments: [
        ...['-blockdev', JSON.stringify({ driver: 'file', filename: image, 'node-name': 'system', 'read-only': true })],
        ...['-device', JSON.stringify({ driver: 'virtio-blk-pci', drive: 'system', serial: SYSTEM_SERIAL })],
      ],
    });
    try {
      await kernelLab.run('/usr/bin/sh', ['-c', SET_UP]);
      return new XfstestsMachine(kernelLab, seed);
    } catch (error) {
      await kernelLab.stop();
      throw error;
    }
  }

  /** Makes the pairs anew and a file system on what stays, of either kind of devices. */
  async prepare(kind: FileSystem): Promise<void> {
    for (const part of PARTS) await this.#pairs[part].format();
    for (const under of ['target', 'disks'] as const) {
      const made = await this.#bash(`${MAKE[kind]} ${this.#path(under, 'test')}`, 600_000);
      if (made.code !== 0) throw new Error(`no ${kind} could be made: ${made.stderr}`);
    }
  }

  /** Runs `check` of xfstests with some words and returns what it printed; null when it took longer than it may. */
  async check(kind: FileSystem, under: Under, words: string, longestMs: number): Promise<string | null> {
    const variables = {
      FSTYP: kind,
      TEST_DEV: this.#path(under, 'test'),
      TEST_DIR: '/mnt/test',
      SCRATCH_DEV: this.#path(under, 'scratch'),
      SCRATCH_MNT: '/mnt/scratch',
      LOGWRITES_DEV: this.kernelLab.device('log'),
      RESULT_BASE: '/tmp/results',
    };
    const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${value}`);
    try {
      const script = [...exports, `cd ${XFSTESTS}`, `./check ${words}`].join('; ');
      const { stdout, stderr } = await this.#bash(script, longestMs);
      return `${stdout}\n${stderr}`;
    } catch (error) {
      if (error instanceof LabError && error.code === 'timeout') return null;
      throw error;
    }
  }

  /** What is wrong with the targets or the kernel since it was last asked, in sentences. */
  async wrong(): Promise<string[]> {
    const wrong = this.kernelLab.log.takeComplaints().map((line) => `the kernel complained: ${line}`);
    for (const part of PARTS) {
      const { mode } = await this.#pairs[part].target.status();
      if (mode !== 'rw') wrong.push(`the mode of ${part} is ${mode}`);
    }
    return wrong;
  }

  /** What every task that sleeps without being wakeable is waiting for, as the kernel tells it. */
  async blocked(): Promise<string[]> {
    return this.kernelLab.logged(() => this.kernelLab.run('/usr/bin/sh', ['-c', 'echo w > /proc/sysrq-trigger']));
  }

  /** Blocks of both devices that were moved since writes to them failed. */
  async moved(): Promise<number> {
    let sum = 0;
    for (const part of PARTS) sum += (await this.#pairs[part].target.status()).auto;
    return sum;
  }

  /** Takes the mapped devices down and reads their spares with the offline reader. */
  async judgeSpares(): Promise<string[]> {
    const wrong: string[] = [];
    await this.#bash('umount /mnt/test /mnt/scratch', 60_000);
    for (const part of PARTS) {
      await this.#pairs[part].deactivate();
      wrong.push(...(await wrongWithSpare(this.kernelLab.lab.disk(`spare-${part}`))));
    }
    return wrong;
  }

  async stop(): Promise<void> {
    for (const part of PARTS) this.#pairs[part].heal();
    await this.kernelLab.stop();
  }

  #path(under: Under, part: Part): string {
    return under === 'target' ? this.#pairs[part].target.path : this.kernelLab.device(`healthy-${part}`);
  }

  async #bash(script: string, timeoutMs: number): Promise<ExecOutcome> {
    const environment = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      LC_ALL: 'C',
      // Nobody else makes nodes here.
      DM_DISABLE_UDEV: '1',
    };
    const inside = ['chroot', ROOT, '/bin/bash', '-c', script];
    return this.kernelLab.lab.exec('/usr/bin/busybox', inside, { timeoutMs, environment });
  }
}
