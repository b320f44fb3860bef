import { seeded } from '../doubles/rows.ts';

/** Draws from the distributions that traces are made of; the same seed gives the same draws. */
export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seeded(seed);
  }

  /** In [0, 1). */
  uniform(): number {
    return this.#next();
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.#next();
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.#next());
  }

  /** At least `least`; the smaller `shape`, the heavier the tail. */
  pareto(least: number, shape: number): number {
    return least / (1 - this.#next()) ** (1 / shape);
  }

  /** `sigma` is that of the natural logarithm. */
  logNormal(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#next()));
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.#next()));
  }
}
