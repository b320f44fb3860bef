import type { AppError, ErrorData } from '../../app/errors.ts';
import type { Log } from '../ports.ts';
import { asAppError } from './opening.ts';

/**
 * How often the list of protected devices is asked for although nothing was told, in milliseconds: what raises no
 * device-mapper event (a mount, a latency) is seen by then, and a helper that hangs is noticed.
 */
export const LOOK_AGAIN_MS = 10_000;
/** So many looks in a row that hear nothing of the protected devices end the connection. */
export const MOST_FAILED_LOOKS = 3;

export interface LookPorts {
  look(): Promise<void>;
  /** Shows why what is shown may be old, null when it is not. */
  show(trouble: ErrorData | null): void;
  giveUp(error: AppError): void;
  readonly log: Log;
}

/**
 * Looks at one helper's machine again and again. A helper that does not answer is given up at once; one that answers with an
 * error is asked again, since a tool may fail for a moment, and is given up when it goes on.
 */
export class RepeatedLook {
  readonly #ports: LookPorts;
  #timer: NodeJS.Timeout | null = null;
  #failed = 0;
  #troubled = false;
  #stopped = false;

  constructor(ports: LookPorts) {
    this.#ports = ports;
    this.#later();
  }

  /** The protected devices were listed, by this or for another reason. */
  heard(): void {
    this.#failed = 0;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#look(), LOOK_AGAIN_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const error = await this.#ports.look().then(
      () => null,
      (thrown: unknown) => asAppError(thrown),
    );
    if (this.#stopped) return;
    if (error !== null) {
      this.#failed += 1;
      this.#ports.log.warn({ ...error.data, failed: this.#failed }, 'not looked at the machine again');
      if (error.code === 'timeout' || this.#failed >= MOST_FAILED_LOOKS) {
        this.#ports.giveUp(error);
        return;
      }
    }
    if (error !== null || this.#troubled) this.#ports.show(error?.data ?? null);
    this.#troubled = error !== null;
    this.#later();
  }
}
