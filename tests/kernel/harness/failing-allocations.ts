import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../lab/process.ts';
import type { KernelLab } from './kernel-lab.ts';

export interface UnderFault<T> {
  readonly result: T;
  /** How many allocations were made to fail. */
  readonly failed: number;
}

/** Only the Nth allocation of a request fails, or it and all after it. */
type Shortage = 'one' | 'rest';

/** Words of a command of `guest/short-memory.c`; a first word `SHORT` stands for the shortage. */
export type Command = readonly string[];
export const SHORT = 'short';

/** What a command came to. */
export interface Answer {
  readonly errno: number;
  readonly text: string;
}

/** The commands were run with the Nth allocation failing of the one that `SHORT` stands before. */
export interface Attempt {
  /** Shortage and N, to be shown. */
  readonly what: string;
  /** Whether so many allocations were made. */
  readonly failed: boolean;
  /** Place of the command that `SHORT` stands before. */
  readonly request: number;
  /** Of the commands, in their order; of one that was left out, 0 and no text. */
  readonly answers: readonly Answer[];
}

/** Stands for "all"; the kernel counts down from it, so that what has failed can be told. */
const ALL = 1_000_000_000;
/** An allocation that no request comes to. */
const NEVER = 1_000_000;
/** Allocations of a request that fail in turn, at most: `$REMAP_ALLOCATIONS`, else 24. */
const MOST = Number(process.env['REMAP_ALLOCATIONS'] ?? 24);
const TOOL = '/tmp/short-memory';

/**
 * Sets up both kinds of fault. `$1` to `$5`: task-filter, stacktrace-depth, first and last address of a caller, percent.
 * They fail `ALL` times at most.
 */
const SET = `for f in failslab fail_page_alloc; do
    cd /sys/kernel/debug/$f || exit 1
    echo 0 > probability; echo 0 > verbose; echo 0 > space; echo 1 > interval; echo N > ignore-gfp-wait
    [ ! -e min-order ] || echo 0 > min-order
    [ ! -e ignore-gfp-highmem ] || echo N > ignore-gfp-highmem
    echo $1 > task-filter; echo $2 > stacktrace-depth; echo 0x$3 > require-start; echo 0x$4 > require-end
    echo ${String(ALL)} > times; echo $5 > probability
  done`;

const CLEAR = `cd /sys/kernel/debug
  echo 0 > failslab/probability; echo 0 > fail_page_alloc/probability
  cat failslab/times fail_page_alloc/times`;

/** Every caller, without a look at the stack. */
const ANYWHERE = ['0', '0', 'ffffffffffffffff'];

/**
 * The kernel's fault injection into slab and page allocations. Allocations that promise not to fail are left alone by
 * the kernel, as are those that find what they need in a pool.
 */
export class FailingAllocations {
  readonly #kernelLab: KernelLab;
  /** Hexadecimal addresses between which the module's code lies. */
  readonly #code: readonly [start: string, end: string];

  private constructor(kernelLab: KernelLab, code: readonly [string, string]) {
    this.#kernelLab = kernelLab;
    this.#code = code;
  }

  /** Undefined on a kernel that cannot make allocations fail. */
  static async find(kernelLab: KernelLab): Promise<FailingAllocations | undefined> {
    const able = '[ -e /sys/kernel/debug/failslab/require-start ] && grep "\\[dm_remap\\]" /proc/kallsyms';
    const { code, stdout } = await kernelLab.lab.exec('/usr/bin/sh', ['-c', able]);
    if (code !== 0) return undefined;
    const addresses = stdout
      .split('\n')
      .flatMap((line) => /^([0-9a-f]{16}) t /i.exec(line)?.[1] ?? [])
      .sort();
    const [start, end] = [addresses[0], addresses.at(-1)];
    if (start === undefined || end === undefined) throw new Error('the kernel names no function of the module');
    await install(kernelLab);
    return new FailingAllocations(kernelLab, [start, end]);
  }

  /** Does `act` while so many of 100 allocations fail, by chance, that the module causes, directly or further down. */
  async during<T>(percent: number, act: () => Promise<T>): Promise<UnderFault<T>> {
    await this.#set('N', ['32', ...this.#code], percent);
    let result: T;
    let left: number[] = [];
    try {
      result = await act();
    } finally {
      const { stdout } = await this.#kernelLab.run('/usr/bin/sh', ['-c', CLEAR]);
      left = stdout.trim().split('\n').map(Number);
    }
    return { result, failed: left.reduce((failed, rest) => failed + ALL - rest, 0) };
  }

  /**
   * Makes allocations of a request fail in turn, whoever makes them on the request's way through the kernel: runs the
   * commands once for each, after once without a failure. Where the request did without that one, again with all that
   * come after it failing as well. Of more than `MOST` allocations only so many fail: half of them are the first, where
   * a request allocates what it works with, the others are spread evenly. Returns all attempts.
   */
  async each(commands: (n: number) => readonly Command[]): Promise<Attempt[]> {
    await this.#set('Y', ANYWHERE, 100);
    try {
      const [whole] = await this.#attempt('one', commands, [NEVER]);
      if (whole === undefined) throw new Error('nothing was attempted');
      const numbers = chosen(NEVER - whole.missing, MOST);
      const ones = await this.#attempt('one', commands, numbers);
      const survived = numbers.filter((_, index) => ones[index]?.answers[ones[index].request]?.errno === 0);
      return [whole, ...ones, ...(await this.#attempt('rest', commands, survived))];
    } finally {
      await this.#kernelLab.run('/usr/bin/sh', ['-c', CLEAR]);
    }
  }

  async #attempt(
    shortage: Shortage,
    commands: (n: number) => readonly Command[],
    numbers: readonly number[],
  ): Promise<(Attempt & { readonly missing: number })[]> {
    const lists = numbers.map((n) =>
      commands(n).map(([when, ...words]) => [when === SHORT ? `${shortage}:${String(n)}` : when, ...words]),
    );
    const input = lists.flatMap((list) => list.map((words) => `${words.join('\t')}\n`)).join('');
    const { stdout } = await this.#kernelLab.run(TOOL, [], { input, timeoutMs: 170_000 });
    const answers = stdout.split('\u001e').slice(0, -1);
    return lists.map((list, index) => {
      const read = answers.splice(0, list.length).map((answer) => {
        const [, text, errno, missing] = /^([^]*)\t(\d+) (\d+)$/.exec(answer) ?? [];
        if (text === undefined) throw new Error(`not an answer: ${answer}`);
        return { text, errno: Number(errno), missing: Number(missing) };
      });
      const request = list.findIndex(([when]) => when?.includes(':'));
      const short = read[request];
      if (short === undefined) throw new Error('no request was made');
      const what = `${shortage} ${String(numbers[index])}`;
      return { what, failed: short.missing === 0, missing: short.missing, request, answers: read };
    });
  }

  async #set(taskFilter: 'Y' | 'N', callers: readonly string[], percent: number): Promise<void> {
    await this.#kernelLab.run('/usr/bin/sh', ['-c', SET, 'sh', taskFilter, ...callers, String(percent)]);
  }
}

/** Of the numbers from 1 to `count`. */
function chosen(count: number, most: number): number[] {
  const first = Math.min(count, Math.ceil(most / 2));
  const others = Math.min(count, most) - first;
  const spread = Array.from(
    { length: others },
    (_, index) => first + Math.floor(((index + 1) * (count - first)) / others),
  );
  return [...Array.from({ length: first }, (_, index) => index + 1), ...spread];
}

/** Builds the program that makes requests, and puts it into the guest. */
async function install(kernelLab: KernelLab): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dmr-tool-'));
  try {
    const program = join(folder, 'short-memory');
    const source = join(import.meta.dirname, 'guest/short-memory.c');
    const { code, stderr } = await run('gcc', ['-O1', '-Wall', '-Werror', '-static', '-s', '-o', program, source]);
    if (code !== 0) throw new Error(`gcc failed:\n${stderr}`);
    const script = `cat > ${TOOL} && chmod 755 ${TOOL}`;
    await kernelLab.run('/usr/bin/sh', ['-c', script], { input: await readFile(program) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
