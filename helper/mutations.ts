import { AppError, appError } from '../app/errors.ts';
import { audit } from './log.ts';

/** Changes of the machine: one at a time, by root only, each with a line in the log. */
export class Mutations {
  #running: Promise<void> | null = null;

  /**
   * Runs `work` if nothing else is being changed. Rejects with `permission-refused` when not root and with `busy` when
   * another change runs; nothing waits in a queue, since what it was asked for may not hold any more then.
   */
  async run<T>(verb: string, fields: Readonly<Record<string, unknown>>, work: () => Promise<T>): Promise<T> {
    if (process.getuid?.() !== 0) {
      throw appError(
        'permission-refused',
        'Changing disks needs administrator rights, and the helper runs without them.',
        'Open the connection again and allow it administrator rights when asked.',
      );
    }
    if (this.#running !== null) {
      throw appError('busy', 'Another change is being made at this moment.', 'Wait until it is done, then try again.');
    }
    const end = Promise.withResolvers<undefined>();
    this.#running = end.promise;
    const began = performance.now();
    try {
      const result = await work();
      audit(verb, { ...fields, outcome: 'done', milliseconds: Math.round(performance.now() - began) });
      return result;
    } catch (thrown) {
      const outcome = thrown instanceof AppError ? thrown.code : 'internal';
      audit(verb, { ...fields, outcome, detail: thrown instanceof AppError ? thrown.data.detail : String(thrown) });
      throw thrown;
    } finally {
      this.#running = null;
      end.resolve(undefined);
    }
  }

  /** Resolves when nothing is being changed. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }
}
