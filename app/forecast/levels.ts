import type { Spread } from './hazard.ts';

/** Drives whose counter stood in a range of values. */
export interface Level {
  /** Last value of the range. */
  readonly atMost: number;
  /** Failures per drive-year with its 95 % interval. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  /** Failures that the rate was counted from. */
  readonly failures: number;
}

export type LevelTable = readonly [Level, ...Level[]];

/** A rate from fewer failures than this is called weak. */
export const WEAK_BELOW = 10;

/**
 * Failure rates by raw value, of Backblaze's drives of 2014 as Scrutiny prints them, pooled where a higher value had a
 * lower rate (pool adjacent violators, each range weighted with its failures; intervals are those of a Poisson count).
 * tests/forecast/pool.ts makes this table from the printed one.
 */
export const levelTables = {
  5: [
    { atMost: 0, failures: 402, rate: 0.0252, low: 0.0228, high: 0.0278 },
    { atMost: 4, failures: 6, rate: 0.0274, low: 0.0101, high: 0.0597 },
    { atMost: 16, failures: 13, rate: 0.075, low: 0.0399, high: 0.128 },
    { atMost: 70, failures: 35, rate: 0.236, low: 0.164, high: 0.328 },
    { atMost: 260, failures: 42, rate: 0.362, low: 0.261, high: 0.489 },
    { atMost: 1100, failures: 84, rate: 0.568, low: 0.453, high: 0.703 },
    { atMost: 4500, failures: 145, rate: 1.5, low: 1.27, high: 1.77 },
    { atMost: Number.POSITIVE_INFINITY, failures: 142, rate: 1.97, low: 1.66, high: 2.32 },
  ],
  187: [
    { atMost: 0, failures: 214, rate: 0.0281, low: 0.0245, high: 0.0322 },
    { atMost: 3, failures: 46, rate: 0.29, low: 0.212, high: 0.387 },
    { atMost: 11, failures: 95, rate: 0.4, low: 0.324, high: 0.49 },
    { atMost: 20, failures: 58, rate: 0.535, low: 0.406, high: 0.691 },
    { atMost: 35, failures: 65, rate: 0.843, low: 0.65, high: 1.07 },
    { atMost: 65, failures: 78, rate: 1.44, low: 1.14, high: 1.8 },
    { atMost: Number.POSITIVE_INFINITY, failures: 23, rate: 1.62, low: 1.03, high: 2.43 },
  ],
  196: [
    { atMost: 0, failures: 61, rate: 0.00739, low: 0.00565, high: 0.00949 },
    { atMost: 2, failures: 4, rate: 0.0261, low: 0.0071, high: 0.0668 },
    { atMost: 4, failures: 1, rate: 0.032, low: 0.00081, high: 0.178 },
    { atMost: 11, failures: 2, rate: 0.0379, low: 0.00459, high: 0.137 },
    { atMost: 27, failures: 4, rate: 0.116, low: 0.0315, high: 0.296 },
    { atMost: Number.POSITIVE_INFINITY, failures: 3, rate: 0.247, low: 0.0509, high: 0.722 },
  ],
  197: [
    { atMost: 0, failures: 422, rate: 0.0255, low: 0.0232, high: 0.0281 },
    { atMost: 2, failures: 28, rate: 0.342, low: 0.227, high: 0.494 },
    { atMost: 16, failures: 86, rate: 0.625, low: 0.5, high: 0.772 },
    { atMost: 40, failures: 91, rate: 0.956, low: 0.77, high: 1.17 },
    { atMost: 100, failures: 90, rate: 1.65, low: 1.33, high: 2.03 },
    { atMost: 250, failures: 75, rate: 2.51, low: 1.98, high: 3.15 },
    { atMost: Number.POSITIVE_INFINITY, failures: 76, rate: 3.3, low: 2.6, high: 4.14 },
  ],
  198: [
    { atMost: 0, failures: 477, rate: 0.0287, low: 0.0262, high: 0.0314 },
    { atMost: 10, failures: 84, rate: 0.679, low: 0.541, high: 0.84 },
    { atMost: Number.POSITIVE_INFINITY, failures: 40, rate: 0.875, low: 0.625, high: 1.19 },
  ],
} as const satisfies Readonly<Record<number, LevelTable>>;

export interface LevelRatio {
  readonly ratio: Spread;
  readonly failures: number;
}

/**
 * How many times as often drives at this value failed as drives at zero. Both ends of the band are held up by those of
 * lower values: a wide interval from few failures does not make a worse value look better.
 *
 * @param value - raw value, from 0
 */
export function levelRatio(table: LevelTable, value: number): LevelRatio {
  const zero = table[0].rate;
  let ratio: Spread = { low: 1, point: 1, high: 1 };
  let failures = table[0].failures;
  for (const [index, level] of table.entries()) {
    if (index > 0) {
      ratio = {
        low: Math.max(ratio.low, level.low / zero),
        point: Math.max(ratio.point, level.rate / zero),
        high: Math.max(ratio.high, level.high / zero),
      };
    }
    failures = level.failures;
    if (value <= level.atMost) break;
  }
  return { ratio, failures };
}
