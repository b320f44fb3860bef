import { appError, type AppError } from '../../app/errors.ts';
import { start, type RunOptions, type RunResult, type ToolName } from '../run.ts';

/** How long one question may take in all. Milliseconds. */
export const QUESTION_LIMIT = 600_000;
/** What a tool may say at most. Bytes. */
const MOST_OUTPUT = 8 * 1024 * 1024;

/** Runs tools for one question. */
export type RunTool = (
  tool: ToolName,
  args: readonly string[],
  options?: Pick<RunOptions, 'timeoutMs' | 'maxBytes' | 'allowCodes'>,
) => Promise<RunResult>;

/** One question at a time: its tools run until they are done, its time is up, or it is stopped. */
export class Questions {
  #stop: ((reason: AppError) => void) | null = null;

  /**
   * Answers by `work`, whose tools are killed when the question ends before them. Rejects with `busy` while another
   * question is being answered, with `cancelled` after {@link stop} and with `timeout` after `limitMs`.
   */
  async ask<T>(work: (run: RunTool) => Promise<T>, limitMs = QUESTION_LIMIT): Promise<T> {
    if (this.#stop !== null) {
      throw appError(
        'busy',
        'It is being found out already which file lies on a block.',
        'Wait until that is done, or stop it, then ask again.',
      );
    }
    const ended = Promise.withResolvers<never>();
    // The race below may be over when it is rejected.
    ended.promise.catch(() => undefined);
    let over: AppError | null = null;
    let kill: () => void = () => undefined;
    const end = (reason: AppError): void => {
      over ??= reason;
      kill();
      ended.reject(over);
    };
    this.#stop = end;
    const timer = setTimeout(() => end(tookTooLong(limitMs)), limitMs);
    const run: RunTool = async (tool, args, options = {}) => {
      if (over !== null) throw over;
      const running = start(tool, args, { timeoutMs: limitMs, maxBytes: MOST_OUTPUT, ...options });
      kill = () => running.stop();
      return running.done;
    };
    try {
      // Raced: a tool that waits for a disk in the kernel cannot be killed.
      return await Promise.race([work(run), ended.promise]);
    } finally {
      clearTimeout(timer);
      this.#stop = null;
      over ??= stopped();
      kill();
    }
  }

  /** Ends the question that is being answered, if there is one. */
  stop(): void {
    this.#stop?.(stopped());
  }
}

function stopped(): AppError {
  return appError('cancelled', 'Finding out which file lies there was stopped.', 'Ask again when you want to know.');
}

function tookTooLong(limitMs: number): AppError {
  return appError(
    'timeout',
    `It was not found out in ${limitMs / 60_000} minutes which file lies there.`,
    'The file system is large, or the disk answers slowly. Copy the data off first; ask again for fewer blocks.',
  );
}
