import type { DeviceKind } from '../../app/forecast/input.ts';

/** A kind of disk, in figures. What no study prints says so. */
export interface DiskKind {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly blocks: number;
  /** Failures per drive-year at an age in years. */
  readonly hazard: (years: number) => number;
  /** Part of the failing disks that show signs before. */
  readonly signsBeforeFailure: number;
  /** Part of all disks that meet an error within 32 months. */
  readonly errorsIn32Months: number;
  /** Part of disks with an error that meet exactly one. */
  readonly exactlyOne: number;
  /** Part of disks with two errors or more that meet fifty or more. */
  readonly fiftyOfMany: number;
  /** Median days from the first sign to the failure, and the spread of its logarithm. Assumed. */
  readonly leadDays: { readonly median: number; readonly sigma: number };
  /** Errors that a failing disk meets in all: median and spread of the logarithm. */
  readonly failingErrors: { readonly median: number; readonly sigma: number };
}

/** Blocks of 4 KiB in a terabyte. */
const TERABYTE = 244_140_625;

/** Between the first-year and the third-year rate of the Google study, in a straight line. */
function risingWithAge(first: number, third: number): (years: number) => number {
  return (years) => first + (third - first) * Math.min(1, Math.max(0, (years - 1) / 2));
}

export const diskKinds: readonly DiskKind[] = [
  {
    // Pinheiro et al., FAST 2007: rates by age; 56 % of the failed had none of the four signs; 9 % had reallocations.
    name: 'consumer disk',
    kind: 'hdd',
    blocks: TERABYTE,
    hazard: risingWithAge(0.017, 0.086),
    signsBeforeFailure: 0.44,
    errorsIn32Months: 0.09,
    exactlyOne: 0.38,
    fiftyOfMany: 0.32,
    leadDays: { median: 30, sigma: 1.3 },
    failingErrors: { median: 60, sigma: 1.8 },
  },
  {
    // Backblaze: 76.7 % of the failed had one of five signs. Bairavasundaram et al.: 8.5 % in 32 months. Lu et al.: rate.
    name: 'nearline disk',
    kind: 'hdd',
    blocks: 4 * TERABYTE,
    hazard: () => 0.0136,
    signsBeforeFailure: 0.767,
    errorsIn32Months: 0.085,
    exactlyOne: 0.38,
    fiftyOfMany: 0.32,
    leadDays: { median: 30, sigma: 1.3 },
    failingErrors: { median: 60, sigma: 1.8 },
  },
  {
    // Bairavasundaram et al.: 1.9 % in 32 months. The part with signs is the Google study's, for want of one.
    name: 'enterprise disk',
    kind: 'hdd',
    blocks: TERABYTE,
    hazard: () => 0.0136,
    signsBeforeFailure: 0.44,
    errorsIn32Months: 0.019,
    exactlyOne: 0.38,
    fiftyOfMany: 0.32,
    leadDays: { median: 30, sigma: 1.3 },
    failingErrors: { median: 60, sigma: 1.8 },
  },
  {
    // Schroeder et al., FAST 2016: 20 to 63 % meet an error in about four years. Narayanan et al., SYSTOR 2016: a model
    // found 71 % of the failing, mostly within a month; a fifth of the failed had more than 1000. Rate assumed.
    name: 'flash drive',
    kind: 'ssd',
    blocks: TERABYTE,
    hazard: () => 0.014,
    signsBeforeFailure: 0.71,
    errorsIn32Months: 0.2,
    exactlyOne: 0.38,
    fiftyOfMany: 0.32,
    leadDays: { median: 12, sigma: 1 },
    failingErrors: { median: 100, sigma: 2.7 },
  },
];
