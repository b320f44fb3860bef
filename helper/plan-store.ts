import { randomBytes } from 'node:crypto';

import type { Plan } from '../app/domain/plan.ts';
import { appError } from '../app/errors.ts';

const LIFETIME_MS = 10 * 60 * 1000;
const MAX_PLANS = 32;

/** A plan with what it was bound to. */
export interface StoredPlan {
  readonly plan: Plan;
  /** Digest of everything that was seen when it was made. */
  readonly digest: string;
  /** UUID of the pair that the plan makes or uses. */
  readonly uuid: string;
}

/** The plans of one client that may still be applied. */
export class PlanStore {
  readonly #plans = new Map<string, StoredPlan & { readonly expires: number }>();
  readonly #now: () => number;

  /** `now` gives milliseconds of a clock that is never set back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(plan: Omit<Plan, 'token'>, digest: string, uuid: string): Plan {
    const [oldest] = this.#plans.keys();
    if (this.#plans.size >= MAX_PLANS && oldest !== undefined) this.#plans.delete(oldest);
    const whole = { ...plan, token: randomBytes(16).toString('hex') };
    this.#plans.set(whole.token, { plan: whole, digest, uuid, expires: this.#now() + LIFETIME_MS });
    return whole;
  }

  /** Looks at a plan without using it up. Throws `plan-unknown`. */
  get(token: string): StoredPlan {
    const stored = this.#plans.get(token);
    if (stored !== undefined && stored.expires > this.#now()) return stored;
    this.#plans.delete(token);
    throw appError(
      'plan-unknown',
      'This plan is not known: it was used already, or it is older than ten minutes.',
      'Look at what would happen once more, then confirm.',
    );
  }

  /** Uses a plan up: its token is good for nothing after this, however it ends. */
  use(token: string): void {
    this.#plans.delete(token);
  }
}
