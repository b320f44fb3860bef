import { Lab } from '../../lab/index.ts';
import { compileRequests, REQUESTS_PATH } from './program.ts';

/** 512-byte sectors of a block of the pair. */
export const BLOCK_SECTORS = 8;
/**
 * The main disk is seen as stripes. The first half of each is for remaps, the second for requests that meet none; so
 * the two lie side by side all over the disk, and there is room for a million remaps.
 */
export const STRIPES = 1000;
export const STRIPE_BLOCKS = 2048;
/** Blocks of a stripe that may be remapped. */
export const STRIPE_ROOM = STRIPE_BLOCKS / 2;

const KIB_PER_BLOCK = (BLOCK_SECTORS * 512) / 1024;
const MAIN_GIB = 8;
const MAIN_SECTORS = (MAIN_GIB * 1024 ** 3) / 512;
/** What the guest needs besides the spare, in MiB. */
const GUEST_MIB = 640;

export type Device = 'main' | 'linear' | 'remap';
const PATHS: Readonly<Record<Device, string>> = {
  main: '/dev/nullb0',
  linear: '/dev/mapper/linear',
  remap: '/dev/mapper/remap',
};

export interface Workload {
  readonly operation: 'read' | 'write';
  readonly bytes: number;
  readonly order: 'random' | 'sequential';
  readonly requests: number;
}

/** Instructions that requests took, from the system call to its return. */
export interface Cost {
  /** Of a request on average, with what interrupts took. */
  readonly mean: number;
  readonly median: number;
}

/**
 * A machine with one emulated processor whose clock is its instruction count, and in it a main disk that answers at
 * once and stores nothing (null_blk), a spare in memory (brd), the pair, and dm-linear over the same main disk. What a
 * request costs there is the same in every run, and no disk's time hides what the target costs.
 */
export class CountingMachine {
  readonly #lab: Lab;
  #remapsPerStripe = 0;
  #spare = '/dev/ram0';

  private constructor(lab: Lab) {
    this.#lab = lab;
  }

  /**
   * `$REMAP_TEST_MODULE` names the folder of another module to measure than the project's.
   *
   * @param remaps - most blocks that will be remapped; up to `STRIPES` × `STRIPE_ROOM`
   */
  static async start(remaps: number, say: (text: string) => void): Promise<CountingMachine> {
    const spareMiB = Math.ceil((remaps * KIB_PER_BLOCK * 1.02) / 1024) + 64;
    const source = process.env['REMAP_TEST_MODULE'];
    const lab = await Lab.start({
      ...(source === undefined ? {} : { module: { source } }),
      disks: [],
      udev: false,
      cpus: 1,
      memoryMiB: GUEST_MIB + spareMiB,
      accelerator: 'tcg',
      qemuArguments: ['-icount', 'shift=0,sleep=off'],
      guestFiles: [{ path: REQUESTS_PATH.slice(1), data: await compileRequests(), executable: true }],
      onProgress: ({ message }) => say(message),
    });
    const machine = new CountingMachine(lab);
    try {
      await machine.#prepare(spareMiB);
      return machine;
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#lab.stop();
  }

  /** Takes the memory of the spare itself, which otherwise is taken as blocks are written. It stays blank. */
  async fillSpare(): Promise<void> {
    // Ends with "no space left", which is where it should.
    await this.shell(`dd if=/dev/zero of=${this.#spare} bs=1M oflag=direct 2>/dev/null || true`);
  }

  /**
   * Takes another spare from then on: null_blk, in memory too, that carries so many MB in a second of the machine's
   * clock, which is a second of 10^9 instructions. Time that a processor needs between two reads is not lost to it, as a
   * disk reads ahead.
   */
  async limitSpare(mbps: number): Promise<void> {
    const bytes = await this.run('/usr/sbin/blockdev', ['--getsize64', this.#spare]);
    await this.shell(`
      test -d /sys/kernel/config/nullb || mount -t configfs none /sys/kernel/config
      cd /sys/kernel/config/nullb && mkdir spare && cd spare
      echo ${String(Number(bytes) / 1024 ** 2)} > size
      echo 512 > blocksize
      echo 1 > memory_backed
      echo 0 > irqmode
      echo ${String(mbps)} > mbps
      echo 1 > power
      echo none > /sys/block/spare/queue/scheduler`);
    this.#spare = '/dev/spare';
  }

  /** Makes the pair, newly formatted. */
  async createPair(): Promise<void> {
    const table = `0 ${String(MAIN_SECTORS)} remap ${PATHS.main} ${this.#spare} ${String(BLOCK_SECTORS)} 2 format no_scan`;
    await this.run('/usr/sbin/dmsetup', ['create', 'remap', '--table', table]);
  }

  /** Makes a linear mapping over the same main disk. */
  async createLinear(): Promise<void> {
    await this.run('/usr/sbin/dmsetup', [
      'create',
      'linear',
      '--table',
      `0 ${String(MAIN_SECTORS)} linear ${PATHS.main} 0`,
    ]);
  }

  /** Remaps further blocks until there are `remaps`, in one range at the beginning of each stripe. */
  async remapUntil(remaps: number): Promise<void> {
    const perStripe = remaps / STRIPES;
    if (!Number.isInteger(perStripe) || perStripe > STRIPE_ROOM) {
      throw new RangeError(`Remaps must be a multiple of ${String(STRIPES)} up to ${String(STRIPES * STRIPE_ROOM)}.`);
    }
    const more = perStripe - this.#remapsPerStripe;
    if (more > 0) {
      const places = [this.#remapsPerStripe, more, STRIPES, STRIPE_BLOCKS].map(String);
      await this.run(REQUESTS_PATH, ['remap', 'remap', ...places]);
      this.#remapsPerStripe = perStripe;
    }
    const status = await this.run('/usr/sbin/dmsetup', ['status', '--noflush', 'remap']);
    const [, , , mode, , used] = status.split(' ');
    if (mode !== 'rw' || Number(used) !== remaps)
      throw new Error(`There should be ${String(remaps)} remaps: ${status}`);
  }

  /** Blocks of the spare in use, and in all. */
  async spare(): Promise<{ readonly used: number; readonly total: number }> {
    const status = (await this.run('/usr/sbin/dmsetup', ['status', '--noflush', 'remap'])).split(' ');
    const [used, total] = [Number(status[5]), Number(status[6])];
    if (!(total > 0)) throw new Error(`No size of the spare in "${status.join(' ')}".`);
    return { used, total };
  }

  /** Remaps a range of blocks by one message; gives the instructions for each, with the message's share. */
  async remapCost(first: number, count: number): Promise<number> {
    const total = await this.#instructions(`dmsetup message remap 0 remap ${String(first)} ${String(count)}`);
    return total / count;
  }

  /** Takes the pair down; gives the instructions of its next activation. */
  async activationCost(): Promise<number> {
    await this.run('/usr/sbin/dmsetup', ['remove', 'remap']);
    const table = `0 ${String(MAIN_SECTORS)} remap ${PATHS.main} ${this.#spare} ${String(BLOCK_SECTORS)} 1 no_scan`;
    return this.#instructions(`dmsetup create remap --table '${table}'`);
  }

  /** Instructions of reading so many KiB of the spare in pieces of 64. */
  async readingCost(kib: number): Promise<number> {
    return this.#instructions(
      `dd if=${this.#spare} of=/dev/null bs=64k count=${String(Math.ceil(kib / 64))} iflag=direct 2>/dev/null`,
    );
  }

  /** Instructions from before a command to after it, as the guest's clock counts them. */
  async #instructions(command: string): Promise<number> {
    const output = await this.shell(`
      now() { sed -n 's/^now at \\([0-9]*\\) nsecs$/\\1/p' /proc/timer_list; }
      before=$(now)
      ${command}
      echo $(($(now) - before))`);
    const count = Number(output);
    if (!(count > 0)) throw new Error(`No instructions in "${output}".`);
    return count;
  }

  /** Runs a workload over the second halves of all stripes. */
  async measure(device: Device, { operation, bytes, order, requests }: Workload): Promise<Cost> {
    const half = (STRIPE_BLOCKS / 2) * BLOCK_SECTORS;
    const places = [STRIPES, 2 * half, half, half];
    const words = ['io', PATHS[device], operation, bytes, order, requests, ...places].map(String);
    const output = await this.run(REQUESTS_PATH, words);
    const [total, median] = output.split(' ').map(Number);
    if (total === undefined || median === undefined || !(total > 0)) throw new Error(`No instructions in "${output}".`);
    return { mean: total / requests, median };
  }

  /** Runs a program of the guest; gives its output, throws when it fails. */
  async run(file: string, args: readonly string[]): Promise<string> {
    const options = { timeoutMs: 3_600_000, environment: { DM_DISABLE_UDEV: '1', PATH: '/usr/sbin:/usr/bin' } };
    const { code, stdout, stderr } = await this.#lab.exec(file, args, options);
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} in the machine ended with ${String(code)}: ${stderr}`);
    return stdout.trim();
  }

  async shell(script: string): Promise<string> {
    return this.run('/usr/bin/sh', ['-ec', script]);
  }

  async #prepare(spareMiB: number): Promise<void> {
    await this.shell(`
      modprobe dm-remap
      # Answers in the submitter's context: nothing sleeps, so the counter counts nothing but instructions.
      modprobe null_blk nr_devices=1 gb=${String(MAIN_GIB)} bs=512 queue_mode=2 irqmode=0 submit_queues=1
      echo none > /sys/block/nullb0/queue/scheduler
      modprobe brd rd_nr=1 rd_size=${String(spareMiB * 1024)} max_part=0
      echo 1 > /proc/sys/vm/nr_hugepages
      # The workload may have the whole processor.
      echo -1 > /proc/sys/kernel/sched_rt_runtime_us`);
  }
}
