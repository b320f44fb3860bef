import type { Connection } from '../../app/bridge/snapshot.ts';
import type { StepProgress } from '../../app/domain/plan.ts';
import { appError } from '../../app/errors.ts';

/** The plan that is being applied, one at a time, and its steps as the snapshot shows them. */
export class Applying {
  readonly #change: (recipe: (connection: Connection) => void) => void;
  #token: string | null = null;

  constructor(change: (recipe: (connection: Connection) => void) => void) {
    this.#change = change;
  }

  get isUnderWay(): boolean {
    return this.#token !== null;
  }

  /** Throws `busy` while another one is under way. */
  begin(token: string): void {
    if (this.#token !== null) {
      throw appError('busy', 'Another change is being made on this machine.', 'Wait until it is finished.');
    }
    this.#token = token;
    this.#change((connection) => {
      connection.applying = [];
    });
  }

  /** Takes in a step; one of another plan is not shown. */
  heard(progress: StepProgress): void {
    if (progress.token !== this.#token) return;
    this.#change(({ applying }) => {
      if (applying === null) return;
      const at = applying.findIndex((one) => one.step === progress.step);
      if (at === -1) applying.push(progress);
      else applying[at] = progress;
    });
  }

  /** @param tell - tells the last step by itself before the list is cleared, or no view would ever see it */
  end(tell: () => void): void {
    this.#token = null;
    tell();
    this.#change((connection) => {
      connection.applying = null;
    });
  }
}
