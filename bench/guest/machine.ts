import { Lab } from '../../lab/index.ts';
import { MAIN_GIB, nullBlk, type MainDisk } from './main-disk.ts';
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
const MAIN_SECTORS = (MAIN_GIB * 1024 ** 3) / 512;
/**
 * What the guest needs besides the spare, in MiB: with room for all that a workload reads by the page cache, so that
 * nothing has to be taken from there while it runs.
 */
const GUEST_MIB = 1536;

/**
 * Where there are several processors QEMU spins when one waits for a change of memory, and its clock stands nearly still;
 * so they halt. Only the first is started with the kernel, see `#startProcessors`.
 */
const PARALLEL_ARGUMENTS = ['idle=halt', 'maxcpus=1'];

export type Device = 'linear' | 'remap';

export interface CountingOptions {
  /** Most blocks that will be remapped; up to `STRIPES` × `STRIPE_ROOM`. */
  readonly remaps: number;
  /** Default: null_blk with a queue for each processor. */
  readonly main?: MainDisk;
  /** Emulated processors, which take turns; default 1. */
  readonly processors?: number;
  readonly say: (text: string) => void;
}

export interface Workload {
  /** `cached-read` goes through the page cache, which reads ahead; the others are direct. */
  readonly operation: 'read' | 'write' | 'cached-read';
  readonly bytes: number;
  readonly order: 'random' | 'sequential';
  readonly requests: number;
  /** `far` from remapped blocks is the second half of a stripe; `near` is right behind them, see {@link NEAR_BLOCKS}. */
  readonly place: 'far' | 'near';
}

/** Blocks that share a word of the target's filter, and a bit of it; see kernel/dm-remap-hash.c. */
const NEAR_BLOCKS = 512;
const BIT_BLOCKS = 8;

/**
 * Blocks at the end of a stripe that no workload through the page cache reads, twice of what Linux reads ahead: it would
 * go on into the remapped blocks of the next stripe.
 */
const READ_AHEAD_BLOCKS = 64;

/** Instructions that requests took. */
export interface Cost {
  /**
   * Of a request on average: from the system call to its return, with what interrupts took. On a disk whose requests
   * sleep: all that the processor did while it was not idle.
   */
  readonly mean: number;
  /** Null where requests sleep. */
  readonly median: number | null;
}

/**
 * A machine whose clock is the count of its instructions, and in it a main disk that answers at once and stores nothing,
 * a spare in memory (brd), the pair, and dm-linear over the same main disk. What a request costs there is the same in
 * every run, and no disk's time hides what the target costs.
 */
export class CountingMachine {
  readonly #lab: Lab;
  readonly #main: MainDisk;
  readonly #processors: number;
  #remapsPerStripe = 0;
  #spare = '/dev/ram0';

  private constructor(lab: Lab, main: MainDisk, processors: number) {
    this.#lab = lab;
    this.#main = main;
    this.#processors = processors;
  }

  /** `$REMAP_TEST_MODULE` names the folder of another module to measure than the project's. */
  static async start({
    remaps,
    processors = 1,
    main = nullBlk(processors),
    say,
  }: CountingOptions): Promise<CountingMachine> {
    const spareMiB = Math.ceil((remaps * KIB_PER_BLOCK * 1.02) / 1024) + 64;
    const source = process.env['REMAP_TEST_MODULE'];
    const lab = await Lab.start({
      ...(source === undefined ? {} : { module: { source } }),
      disks: [],
      udev: false,
      cpus: processors,
      memoryMiB: GUEST_MIB + spareMiB,
      accelerator: 'tcg',
      kernelArguments: processors > 1 ? PARALLEL_ARGUMENTS : [],
      qemuArguments: main.qemuArguments,
      guestFiles: [{ path: REQUESTS_PATH.slice(1), data: await compileRequests(), executable: true }],
      onProgress: ({ message }) => say(message),
    });
    const machine = new CountingMachine(lab, main, processors);
    try {
      await machine.#startProcessors();
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
    const table = `0 ${String(MAIN_SECTORS)} remap ${this.#main.path} ${this.#spare} ${String(BLOCK_SECTORS)} 2 format no_scan`;
    await this.run('/usr/sbin/dmsetup', ['create', 'remap', '--table', table]);
  }

  /** Makes a linear mapping over the same main disk. */
  async createLinear(): Promise<void> {
    await this.run('/usr/sbin/dmsetup', [
      'create',
      'linear',
      '--table',
      `0 ${String(MAIN_SECTORS)} linear ${this.#main.path} 0`,
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
    const total = await this.timed(`dmsetup message remap 0 remap ${String(first)} ${String(count)}`);
    return total / count;
  }

  /** Takes the pair down; gives the instructions of its next activation. */
  async activationCost(): Promise<number> {
    await this.run('/usr/sbin/dmsetup', ['remove', 'remap']);
    const table = `0 ${String(MAIN_SECTORS)} remap ${this.#main.path} ${this.#spare} ${String(BLOCK_SECTORS)} 1 no_scan`;
    return this.timed(`dmsetup create remap --table '${table}'`);
  }

  /** Instructions of reading so many KiB of the spare in pieces of 64. */
  async readingCost(kib: number): Promise<number> {
    return this.timed(
      `dd if=${this.#spare} of=/dev/null bs=64k count=${String(Math.ceil(kib / 64))} iflag=direct 2>/dev/null`,
    );
  }

  /** Instructions from before a command of the shell to after it, and idle time, as the guest's clock counts them. */
  async timed(command: string): Promise<number> {
    const output = await this.shell(`
      now() { sed -n 's/^now at \\([0-9]*\\) nsecs$/\\1/p' /proc/timer_list; }
      before=$(now)
      ${command}
      echo $(($(now) - before))`);
    const count = Number(output);
    if (!(count > 0)) throw new Error(`No instructions in "${output}".`);
    return count;
  }

  /** Runs a workload in all stripes. */
  async measure(device: Device, workload: Workload): Promise<Cost> {
    const output = await this.run(REQUESTS_PATH, ['io', ...this.#words(device, workload)]);
    const [total = NaN, median = NaN, busy = NaN] = output.split(' ').map(Number);
    if (!(total > 0 && median > 0 && busy > 0)) throw new Error(`No instructions in "${output}".`);
    return this.#main.sleeps
      ? { mean: busy / workload.requests, median: null }
      : { mean: total / workload.requests, median };
  }

  /**
   * Runs a workload on each of so many processors, each in its own part of the stripes.
   *
   * @returns the instructions of a request on average, those of all processors together
   */
  async measureParallel(device: Device, workload: Workload, processors: number): Promise<number> {
    if (this.#main.sleeps || processors > this.#processors) throw new RangeError('Idle time would be counted.');
    const words = ['parallel', String(processors), ...this.#words(device, workload)];
    const output = await this.run(REQUESTS_PATH, words);
    const total = Number(output);
    if (!(total > 0)) throw new Error(`No instructions in "${output}".`);
    return total / (processors * workload.requests);
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

  /**
   * A processor that starts another looks again and again whether it is there, which takes all turns that QEMU has to
   * give until the next timer, and never ends. A program that gives turns away runs in between.
   */
  async #startProcessors(): Promise<void> {
    for (let n = 1; n < this.#processors; n += 1) {
      await this.shell(`
        ${REQUESTS_PATH} yield &
        echo 1 > /sys/devices/system/cpu/cpu${String(n)}/online
        kill $!`);
    }
  }

  async #prepare(spareMiB: number): Promise<void> {
    await this.shell(`
      modprobe dm-remap
      ${this.#main.prepare}
      modprobe brd rd_nr=1 rd_size=${String(spareMiB * 1024)} max_part=0
      echo ${String(this.#processors)} > /proc/sys/vm/nr_hugepages
      # The workload may have the whole processor.
      echo -1 > /proc/sys/kernel/sched_rt_runtime_us`);
  }

  /** The words for `requests.c` that say what to send, and where. */
  #words(device: Device, { operation, bytes, order, requests, place }: Workload): string[] {
    const near = Math.ceil(this.#remapsPerStripe / BIT_BLOCKS) * BIT_BLOCKS;
    const first = place === 'far' ? STRIPE_BLOCKS / 2 : near;
    const kept = operation === 'cached-read' ? READ_AHEAD_BLOCKS : 0;
    const count = place === 'far' ? STRIPE_BLOCKS / 2 - kept : NEAR_BLOCKS - (near % NEAR_BLOCKS);
    const places = [STRIPES, STRIPE_BLOCKS, first, count].map((n, at) => (at === 0 ? n : n * BLOCK_SECTORS));
    return [`/dev/mapper/${device}`, operation, bytes, order, requests, ...places].map(String);
  }
}
