import type { RemapsQuery } from '../../../app/bridge/schema.ts';
import type { RemapTable } from './table.ts';

const DIGIT_BITS = 16;
const BUCKETS = 1 << DIGIT_BITS;

const stateRank = { pending: 0, mapped: 1 } as const;
const causeRank = { auto: 0, manual: 1, proactive: 2 } as const;

/** The sort key of a row: a non-negative integer; rows that have no value for the column come last. */
function keyOf(table: RemapTable, sort: Exclude<RemapsQuery['sort'], 'block'>): (index: number) => number | null {
  switch (sort) {
    case 'spareBlock':
      return (index) => table.spareBlock(index);
    case 'state':
      return (index) => stateRank[table.isPending(index) ? 'pending' : 'mapped'];
    case 'cause':
      return (index) => {
        const cause = table.cause(index);
        return cause === null ? null : causeRank[cause];
      };
    case 'seconds':
      return (index) => table.seconds(index);
    case 'resident':
      return (index) => table.residentSectors(index);
  }
}

/** The digit of a non-negative integer below 2^53 that `unit`, a power of {@link BUCKETS}, stands for. */
function digit(value: number, unit: number): number {
  return Math.floor(value / unit) & (BUCKETS - 1);
}

/**
 * Row indices in ascending order of a column, rows of equal value by block. A least-significant-digit radix sort: it is
 * stable and its time grows with the number of rows only, where comparing a million rows would hold up the program.
 */
export function orderBy(table: RemapTable, sort: RemapsQuery['sort']): Uint32Array {
  const { length } = table;
  let order = new Uint32Array(length);
  for (let index = 0; index < length; index += 1) order[index] = index;
  if (sort === 'block') return order;
  const key = keyOf(table, sort);
  const keys = new Float64Array(length);
  let largest = 0;
  for (let index = 0; index < length; index += 1) {
    const value = key(index);
    keys[index] = value ?? Number.NaN;
    if (value !== null && value > largest) largest = value;
  }
  for (let index = 0; index < length; index += 1) if (Number.isNaN(keys[index])) keys[index] = largest + 1;
  let spare = new Uint32Array(length);
  for (let unit = 1; unit <= largest + 1; unit *= BUCKETS) {
    const starts = new Uint32Array(BUCKETS + 1);
    for (let index = 0; index < length; index += 1) {
      const bucket = digit(keys[index] ?? 0, unit) + 1;
      starts[bucket] = (starts[bucket] ?? 0) + 1;
    }
    for (let bucket = 1; bucket <= BUCKETS; bucket += 1) {
      starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0);
    }
    for (let place = 0; place < length; place += 1) {
      const index = order[place] ?? 0;
      const bucket = digit(keys[index] ?? 0, unit);
      const at = starts[bucket] ?? 0;
      spare[at] = index;
      starts[bucket] = at + 1;
    }
    [order, spare] = [spare, order];
  }
  return order;
}
