import type { KernelLab } from './kernel-lab.ts';

/** A function of the module, as the kernel's symbols have it; addresses in hexadecimal. */
export interface CodeRange {
  readonly name: string;
  readonly start: string;
  /** Where the next function begins. */
  readonly end: string;
}

export interface AllocationFault {
  /** Only allocations with a caller in one of these functions fail; they must be neighbours in memory. */
  readonly functions: readonly CodeRange[];
  /** Of 100 such allocations, how many fail, by chance; default all. */
  readonly percent?: number;
  /** How many slab allocations, and how many page allocations, fail at most; default all. */
  readonly times?: number;
}

export interface UnderFault<T> {
  readonly result: T;
  /** How many allocations were made to fail. */
  readonly failed: number;
}

/** Stands for "all"; the kernel counts down from it, so that what has failed can be told. */
const ALL = 1_000_000_000;

const SET = `for f in failslab fail_page_alloc; do
    cd /sys/kernel/debug/$f || exit 1
    echo 0 > probability; echo 0 > verbose; echo N > task-filter; echo 0 > space; echo 1 > interval
    echo N > ignore-gfp-wait; echo 32 > stacktrace-depth
    [ ! -e min-order ] || echo 0 > min-order
    [ ! -e ignore-gfp-highmem ] || echo N > ignore-gfp-highmem
    echo 0x$1 > require-start; echo 0x$2 > require-end; echo $4 > times; echo $3 > probability
  done`;

const CLEAR = `cd /sys/kernel/debug
  echo 0 > failslab/probability; echo 0 > fail_page_alloc/probability
  cat failslab/times fail_page_alloc/times`;

/**
 * The kernel's fault injection into slab and page allocations, limited to those that the module's own functions cause,
 * directly or further down. Allocations that promise not to fail are left alone by the kernel, as are those that find
 * what they need in a pool.
 */
export class FailingAllocations {
  /** Every function of the module, in the order in which they lie in memory. */
  readonly functions: readonly CodeRange[];
  readonly #kernelLab: KernelLab;

  private constructor(kernelLab: KernelLab, functions: readonly CodeRange[]) {
    this.#kernelLab = kernelLab;
    this.functions = functions;
  }

  /** Undefined on a kernel that cannot make allocations fail. */
  static async find(kernelLab: KernelLab): Promise<FailingAllocations | undefined> {
    const able = '[ -e /sys/kernel/debug/failslab/require-start ] && grep "\\[dm_remap\\]" /proc/kallsyms';
    const { code, stdout } = await kernelLab.lab.exec('/usr/bin/sh', ['-c', able]);
    if (code !== 0) return undefined;
    const symbols = stdout
      .split('\n')
      .flatMap((line) => {
        const [, start, name] = /^([0-9a-f]{16}) t (\S+)\t/i.exec(line) ?? [];
        return start === undefined || name === undefined ? [] : [{ start, name }];
      })
      .sort((a, b) => (a.start < b.start ? -1 : 1));
    const functions = symbols.flatMap(({ start, name }, index) => {
      const next = symbols[index + 1];
      return next === undefined || next.start === start ? [] : [{ name, start, end: next.start }];
    });
    if (functions.length === 0) throw new Error('the kernel names no function of the module');
    return new FailingAllocations(kernelLab, functions);
  }

  /** Does `act` with failing allocations. */
  async during<T>(fault: AllocationFault, act: () => Promise<T>): Promise<UnderFault<T>> {
    const { functions, percent = 100, times = ALL } = fault;
    const [start, end] = [functions[0]?.start, functions.at(-1)?.end];
    if (start === undefined || end === undefined) throw new Error('no function is named');
    await this.#kernelLab.run('/usr/bin/sh', ['-c', SET, 'sh', start, end, String(percent), String(times)]);
    let result: T;
    let left: number[] = [];
    try {
      result = await act();
    } finally {
      const { stdout } = await this.#kernelLab.run('/usr/bin/sh', ['-c', CLEAR]);
      left = stdout.trim().split('\n').map(Number);
    }
    return { result, failed: left.reduce((failed, rest) => failed + times - rest, 0) };
  }

  /**
   * Finds every function in which `attempt` meets an allocation: halves the module's functions again and again and goes
   * on with the halves in which one failed. `attempt` does its work under the fault and gives the number that failed;
   * each call is a test of its own. One failure per kind of allocation, and at single functions also all of them.
   */
  async everywhere(attempt: (fault: AllocationFault) => Promise<number>): Promise<readonly CodeRange[]> {
    const explore = async (functions: readonly CodeRange[]): Promise<readonly CodeRange[]> => {
      if ((await attempt({ functions, times: 1 })) === 0) return [];
      if (functions.length === 1) {
        await attempt({ functions });
        return functions;
      }
      const middle = Math.ceil(functions.length / 2);
      return [...(await explore(functions.slice(0, middle))), ...(await explore(functions.slice(middle)))];
    };
    return explore(this.functions);
  }
}
