import type { ForecastInput } from './input.ts';
import { HORIZON_DAYS } from './output.ts';

/** A number with the band it may lie in: `low` ≤ `point` ≤ `high`. */
export interface Spread {
  readonly low: number;
  readonly point: number;
  readonly high: number;
}

export const DAY_MS = 86_400_000;
const HOURS_PER_YEAR = 8766;

/** Failures per drive-year of a disk that shows nothing. Youngest: Lu et al., FAST 2020 (1.36 %). */
const YOUNGEST = 0.014;
/** Highest base; Google's first-year rate of 1.7 % lies between, its third-year rate counts drives with signs too. */
const OLDEST = 0.02;
/** From this age on, in years, the base rises no more. */
const OLD_YEARS = 3;

/** Failures per drive-year before any sign is counted. The band is the whole range, whatever the age. */
export function baseHazard(powerOnHours: ForecastInput['powerOnHours']): Spread {
  const part = powerOnHours === null ? 0.5 : Math.min(1, powerOnHours / HOURS_PER_YEAR / OLD_YEARS);
  return { low: YOUNGEST, point: YOUNGEST + (OLDEST - YOUNGEST) * part, high: OLDEST };
}

/**
 * Probability of failing within {@link HORIZON_DAYS} at a constant hazard.
 *
 * @param hazard - failures per drive-year, from 0
 */
export function probabilityOf(hazard: number): number {
  return 1 - Math.exp((-hazard * HORIZON_DAYS) / 365);
}

export function mapSpread(spread: Spread, change: (value: number) => number): Spread {
  return { low: change(spread.low), point: change(spread.point), high: change(spread.high) };
}

export function multiply(one: Spread, other: Spread): Spread {
  return { low: one.low * other.low, point: one.point * other.point, high: one.high * other.high };
}

/** The larger of both at each place. */
export function largest(one: Spread, other: Spread): Spread {
  return {
    low: Math.max(one.low, other.low),
    point: Math.max(one.point, other.point),
    high: Math.max(one.high, other.high),
  };
}

export const noRatio: Spread = { low: 1, point: 1, high: 1 };

/** Whole days from `then` to `now`; 0 for a time that lies ahead, as after a clock was set back. */
export function daysSince(then: number, now: number): number {
  return Math.max(0, Math.floor((now - then) / DAY_MS));
}
