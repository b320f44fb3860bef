import type { Lab } from '../../../lab/index.ts';
import type { GuestIo } from './guest-io.ts';

/** What the kernel says when something is wrong with the kernel itself. */
const COMPLAINT = new RegExp(
  [
    'BUG[: ]',
    'WARNING: ',
    'Oops',
    'general protection fault',
    'Call Trace',
    'Kernel panic',
    'blocked for more than',
    'soft lockup',
    'possible (?:recursive|circular|irq) lock',
    'inconsistent lock state',
    'suspicious RCU usage',
    'held lock',
    'sleeping function called',
    'scheduling while atomic',
    'refcount_t',
    'corruption',
    'KASAN|KCSAN|KFENCE|UBSAN|kmemleak',
    'Bad page',
    'double free',
    'Trying to (?:vfree|free)',
    'bio too big',
    // A limit of 0 is a disk that was pulled.
    'beyond end of device(?!.*limit=0)',
  ].join('|'),
);

/** The guest's kernel log, as it comes. */
export class KernelLog {
  readonly #lines: string[] = [];
  readonly #console: string[] = [];
  readonly #unsubscribe: (() => void)[];
  #markers = 0;
  #checked = 0;
  #checkedConsole = 0;
  #ends: string[] = [];
  #waiting: { readonly marker: string; readonly resolve: () => void } | undefined;

  constructor(lab: Lab) {
    this.#unsubscribe = [
      lab.onKernelMessage((line) => {
        this.#lines.push(line);
        if (this.#waiting !== undefined && line.includes(this.#waiting.marker)) this.#waiting.resolve();
      }),
      lab.onConsoleLine((line) => this.#console.push(line)),
      // Nobody asked it to end: whatever the reason, the last lines of its console tell the most.
      lab.onExit(({ reason, detail }) => this.#ends.push(`the machine ended by itself (${reason}): ${detail}`)),
    ];
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** Waits until everything the kernel has logged so far has come, and returns a position for `since`. */
  async mark(io: GuestIo): Promise<number> {
    const marker = `remap-test-marker-${String(++this.#markers)}.`;
    const seen = new Promise<void>((resolve) => {
      this.#waiting = { marker, resolve };
    });
    const { error } = await io.one({ op: 'kmsg', text: marker });
    if (error !== null) throw new Error(`the kernel log cannot be written to: ${error}`);
    await seen;
    this.#waiting = undefined;
    return this.#lines.length;
  }

  /** The lines after a position, without the harness's own. Call `mark` first to have them all. */
  since(position: number): string[] {
    return this.#lines.slice(position).filter((line) => !line.includes('remap-test-marker-'));
  }

  /** Complaints of the kernel about itself that have come since the last call. */
  takeComplaints(): string[] {
    const found = [...this.#lines.slice(this.#checked), ...this.#console.slice(this.#checkedConsole)];
    this.#checked = this.#lines.length;
    this.#checkedConsole = this.#console.length;
    const ends = this.#ends;
    this.#ends = [];
    return [...found.filter((line) => COMPLAINT.test(line)), ...ends];
  }
}
