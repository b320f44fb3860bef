import type { Lab } from '../../../lab/index.ts';
import { isComplaint } from './complaints.ts';
import type { GuestIo } from './guest-io.ts';
import { keepLine } from './surroundings.ts';

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
        keepLine('kernel', line);
        if (this.#waiting !== undefined && line.includes(this.#waiting.marker)) this.#waiting.resolve();
      }),
      lab.onConsoleLine((line) => {
        this.#console.push(line);
        keepLine('console', line);
      }),
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
    const found = [this.#lines.slice(this.#checked), this.#console.slice(this.#checkedConsole)];
    this.#checked = this.#lines.length;
    this.#checkedConsole = this.#console.length;
    const ends = this.#ends;
    this.#ends = [];
    return [...found.flatMap((lines) => lines.filter((_, index) => isComplaint(lines, index))), ...ends];
  }
}
