import type { SourceBucket } from './scrutiny-buckets.ts';

/** Buckets pooled so that the rate never falls as the value rises. */
export interface PooledBucket {
  /** Last value of the bucket; Infinity for the last one. */
  readonly atMost: number;
  readonly failures: number;
  /** Failures per drive-year. */
  readonly rate: number;
  /** Exact 95 % interval of a Poisson count of `failures`, per drive-year. */
  readonly low: number;
  readonly high: number;
}

/** Pool-adjacent-violators over the source's buckets, each weighted with the failures that its interval implies. */
export function pool(source: readonly SourceBucket[]): PooledBucket[] {
  const pooled: { atMost: number; failures: number; years: number }[] = [];
  for (const bucket of source) {
    const failures = impliedFailures(bucket);
    let last = { atMost: bucket.high, failures, years: failures / bucket.rate };
    for (let before = pooled.at(-1); before !== undefined; before = pooled.at(-1)) {
      if (before.failures / before.years < last.failures / last.years) break;
      pooled.pop();
      last = {
        atMost: last.atMost,
        failures: before.failures + last.failures,
        years: before.years + last.years,
      };
    }
    pooled.push(last);
  }
  return pooled.map(({ atMost, failures, years }, index) => ({
    atMost: index === pooled.length - 1 ? Number.POSITIVE_INFINITY : atMost,
    failures,
    rate: failures / years,
    low: poissonLow(failures) / years,
    high: poissonHigh(failures) / years,
  }));
}

/** The smallest count whose exact Poisson interval is, in the ratio of its ends, no wider than the printed one. */
function impliedFailures({ interval: [low, high] }: SourceBucket): number {
  // Printed with six digits; a count gives a ratio that differs from its neighbour's by more than that.
  const wanted = (high / low) * 1.0001;
  let from = 0;
  let to = 1000;
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (poissonHigh(middle) / poissonLow(middle) > wanted) from = middle;
    else to = middle;
  }
  return to;
}

/** Mean at which a Poisson variable reaches `count` or more with 2.5 %. */
function poissonLow(count: number): number {
  return bisect((mean) => 1 - poissonBelow(count, mean) < 0.025, count);
}

/** Mean at which a Poisson variable stays at `count` or less with 2.5 %. */
function poissonHigh(count: number): number {
  return bisect((mean) => poissonBelow(count + 1, mean) > 0.025, count);
}

/** P(X < count) of a Poisson variable. */
function poissonBelow(count: number, mean: number): number {
  let sum = 0;
  let logTerm = -mean;
  for (let value = 0; value < count; value += 1) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(mean) - Math.log(value + 1);
  }
  return sum;
}

/** The mean up to which `below` holds. */
function bisect(below: (mean: number) => boolean, count: number): number {
  let from = 1e-9;
  let to = count * 4 + 20;
  for (let step = 0; step < 60; step += 1) {
    const middle = (from + to) / 2;
    if (below(middle)) from = middle;
    else to = middle;
  }
  return from;
}
