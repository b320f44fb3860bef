import type { ChildProcessWithoutNullStreams } from 'node:child_process';

import { appError, type AppError } from '../../../app/errors.ts';
import { exitError, noHelper, noPkexec } from './exit.ts';

/** How long a process that never answered may go on after its input has ended, before it is told to end. Milliseconds. */
export const UNANSWERED_ENDS_WITHIN_MS = 5_000;
const STDERR_KEPT_CHARS = 8_000;

/** A helper's process (or that of pkexec, which becomes it) from its start to its exit. */
export class HelperProcess {
  /** Resolves, never rejects, when the process is gone or could not be started, with what to tell about it. */
  readonly closed: Promise<AppError>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #gone = Promise.withResolvers<true>();
  #isGone = false;
  #stderr = '';
  #answered = false;

  constructor(child: ChildProcessWithoutNullStreams, elevated: boolean) {
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT_CHARS);
    });
    child.stdout.once('data', () => {
      this.#answered = true;
    });
    // `error` also tells of a signal that could not be sent, which ends nothing.
    const notStarted = new Promise<Error>((resolve) => {
      child.on('error', (error) => {
        if (child.pid === undefined) resolve(error);
      });
    });
    this.closed = new Promise((resolve) => {
      void notStarted.then(({ message }) => resolve(elevated ? noPkexec(message) : noHelper(message)));
      child.on('close', (code, signal) =>
        resolve(exitError({ code, signal, stderr: this.#stderr, answered: this.#answered, elevated })),
      );
    });
    const gone = (): void => {
      this.#isGone = true;
      this.#gone.resolve(true);
    };
    void notStarted.then(gone);
    child.once('exit', gone);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Resolves when the process runs; rejects with the reason when it cannot be started. */
  started(): Promise<void> {
    const spawned = new Promise<void>((resolve) => this.#child.once('spawn', resolve));
    return Promise.race([spawned, this.closed.then((reason) => Promise.reject(reason))]);
  }

  /**
   * Ends its input, which ends the helper once it is not in the middle of a change. A signal is sent only while it has not
   * answered anything and so was asked for nothing: it takes away the dialog of pkexec. Resolves with whether it is gone
   * after at most `limitMs`; one that is not goes on to its end by itself.
   */
  async end(limitMs: number): Promise<boolean> {
    this.#child.stdin.end();
    if (await this.goneWithin(UNANSWERED_ENDS_WITHIN_MS)) return true;
    if (!this.#answered) this.#child.kill('SIGTERM');
    return this.goneWithin(limitMs - UNANSWERED_ENDS_WITHIN_MS);
  }

  /** Waits until the process is gone, at most `limitMs` or until `signal`; resolves with whether it is. */
  async goneWithin(limitMs: number, signal?: AbortSignal): Promise<boolean> {
    const limit = Promise.withResolvers<false>();
    const giveUp = (): void => limit.resolve(false);
    const timer = setTimeout(giveUp, limitMs);
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted === true) giveUp();
    try {
      return await Promise.race([this.#gone.promise, limit.promise]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }
}

/** The helper goes on although its stream has ended. */
export function stillWorks(): AppError {
  return appError(
    'busy',
    'The privileged helper has not ended yet: it finishes the change that it is making, or waits for a disk that does not answer.',
    'Leave the disks connected and wait some minutes, then open the connection again. If it never ends, restart the computer.',
  );
}
