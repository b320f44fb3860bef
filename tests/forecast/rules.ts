import { scrutinyBuckets, type BucketAttribute } from './scrutiny-buckets.ts';
import type { Counts } from './replay.ts';

/** CrystalDiskInfo's caution: any of 5, 197 and 198 above zero. */
export function inUseByCrystalDiskInfo({ reallocated, pending, offline }: Counts): boolean {
  return reallocated > 0 || pending > 0 || offline > 0;
}

/** Yearly failure rates from which on Scrutiny calls a drive failed, by whether it holds the attribute for critical. */
const CRITICAL_FROM = 0.1;
const OTHERS_FROM = 0.2;

/** Scrutiny's "failed": some attribute lies in a range with a high rate. What lies in no range only warns. */
export function inUseByScrutiny(counts: Counts): boolean {
  return (
    rateOf(5, counts.reallocated) >= CRITICAL_FROM ||
    rateOf(187, counts.uncorrectable) >= CRITICAL_FROM ||
    rateOf(197, counts.pending) >= CRITICAL_FROM ||
    rateOf(198, counts.offline) >= CRITICAL_FROM ||
    rateOf(199, counts.link) >= OTHERS_FROM
  );
}

function rateOf(attribute: BucketAttribute, value: number): number {
  const found = scrutinyBuckets[attribute].find(({ low, high }) =>
    low === high ? value === low : low < value && value <= high,
  );
  return found?.rate ?? 0;
}
