import type { Plan, StepProgress } from '../../app/domain/plan.ts';

/** Tells how far a plan is. */
export class Steps {
  readonly #token: string;
  readonly #known: ReadonlySet<string>;
  readonly #tell: (progress: StepProgress) => void;

  constructor(token: string, steps: Plan['steps'], tell: (progress: StepProgress) => void) {
    this.#token = token;
    this.#known = new Set(steps.map(({ id }) => id));
    this.#tell = tell;
  }

  /** Does one step of the plan, telling when it runs, is done or failed. */
  async run<T>(step: string, work: () => Promise<T>): Promise<T> {
    this.#say(step, 'running');
    try {
      const result = await work();
      this.#say(step, 'done');
      return result;
    } catch (thrown) {
      this.#say(step, 'failed');
      throw thrown;
    }
  }

  /** Tells that what a step did has been taken back. */
  undone(step: string): void {
    this.#say(step, 'undone');
  }

  #say(step: string, state: StepProgress['state']): void {
    if (!this.#known.has(step)) throw new RangeError(`the plan has no step "${step}"`);
    this.#tell({ token: this.#token, step, state });
  }
}
