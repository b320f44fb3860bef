import { GRAINS_PER_REGION, regionBlocks, type RegionPage } from '../../app/domain/region.ts';
import { type HealthCell, type RemapRow } from '../../app/domain/target.ts';
import type { RemapsQuery } from '../../app/bridge/schema.ts';

/** A small repeatable generator (mulberry32): the same seed gives the same numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Unix seconds from which on blocks failed, over 23 days: months before the scene, and near one place just before it. */
const OLD_SECONDS = 1_760_000_000;
const RECENT_SECONDS = 1_766_470_000;
const RECENT_PART = 0.81;

/**
 * Rows of a remap table, ascending by block: half of them in three clusters, as on a disk whose surface is going,
 * half scattered. With as many rows as blocks every block has one.
 *
 * @param blocks - blocks of main
 * @param mapped - rows in state `mapped`
 * @param pending - rows in state `pending`
 */
export function makeRows(blocks: number, mapped: number, pending: number, blockSectors: number): RemapRow[] {
  const random = seeded(7);
  const wanted = Math.min(blocks, mapped + pending);
  const taken = new Set<number>();
  if (wanted > blocks / 2) {
    for (let block = 0; taken.size < wanted; block += 1) taken.add(block);
  } else {
    const centres = [0.18, 0.43, 0.81].map((part) => Math.floor(part * blocks));
    while (taken.size < wanted) {
      const centre = centres[Math.floor(random() * centres.length)] ?? 0;
      const spread = Math.max(64, wanted * 2);
      const near = centre + Math.floor((random() - 0.5) * (random() * spread));
      const block = random() < 0.5 ? near : Math.floor(random() * blocks);
      if (block >= 0 && block < blocks) taken.add(block);
    }
  }
  const whole = (2n ** BigInt(blockSectors) - 1n).toString(16);
  const ascending = [...taken].sort((a, b) => a - b);
  const pendingEvery = pending === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(wanted / pending));
  let pendingLeft = pending;
  return ascending.map((block, index) => {
    const since = Math.abs(block - RECENT_PART * blocks) < blocks / 200 ? RECENT_SECONDS : OLD_SECONDS;
    const seconds = since + Math.floor(random() * 2_000_000);
    if (index % pendingEvery === 0 && pendingLeft > 0) {
      pendingLeft -= 1;
      return { block, spareBlock: null, state: 'pending', cause: null, residency: '0', seconds };
    }
    const draw = random();
    const cause = draw < 0.8 ? 'auto' : draw < 0.95 ? 'proactive' : 'manual';
    const residency = random() < 0.06 ? '3' : whole;
    return { block, spareBlock: index, state: 'mapped', cause, residency, seconds };
  });
}

/** Set bits of a residency mask: sectors of the block that live on the spare. */
export function residentSectors(residency: string): number {
  let count = 0;
  for (const digit of residency) count += [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4][parseInt(digit, 16)] ?? 0;
  return count;
}

function keyOf(row: RemapRow, sort: RemapsQuery['sort']): number | string {
  switch (sort) {
    case 'block':
      return row.block;
    case 'spareBlock':
      return row.spareBlock ?? Number.MAX_SAFE_INTEGER;
    case 'state':
      return row.state;
    case 'cause':
      return row.cause ?? '~';
    case 'seconds':
      return row.seconds;
    case 'resident':
      return residentSectors(row.residency);
  }
}

/** Answers a `target.remaps` query by sorting and filtering all rows anew: right before fast. */
export function queryRows(
  rows: readonly RemapRow[],
  query: RemapsQuery,
  blockSectors: number,
): { rows: RemapRow[]; matched: number; total: number } {
  const { states, causes, fromBlock, toBlock, partialOnly } = query.filter;
  const matching = rows.filter(
    (row) =>
      (states.length === 0 || states.includes(row.state)) &&
      (causes.length === 0 || (row.cause !== null && causes.includes(row.cause))) &&
      (fromBlock === null || row.block >= fromBlock) &&
      (toBlock === null || row.block <= toBlock) &&
      (!partialOnly || (row.state === 'mapped' && residentSectors(row.residency) < blockSectors)),
  );
  const direction = query.descending ? -1 : 1;
  matching.sort((a, b) => {
    const left = keyOf(a, query.sort);
    const right = keyOf(b, query.sort);
    return direction * (left < right ? -1 : left > right ? 1 : a.block - b.block);
  });
  return {
    rows: matching.slice(query.offset, query.offset + query.limit),
    matched: matching.length,
    total: rows.length,
  };
}

/**
 * Cells of a health query that have something to tell. The first three quarters of main count as scanned, with a slow
 * stretch in the middle, so that a heatmap has every state to draw.
 */
export function makeCells(
  rows: readonly RemapRow[],
  blocks: number,
  firstBlock: number,
  blockCount: number,
  cells: number,
): HealthCell[] {
  const perCell = blockCount / cells;
  const found: HealthCell[] = [];
  const random = seeded(firstBlock + cells);
  let at = rows.findIndex((row) => row.block >= firstBlock);
  if (at === -1) at = rows.length;
  for (let cell = 0; cell < cells; cell += 1) {
    const start = firstBlock + Math.floor(cell * perCell);
    const end = firstBlock + Math.floor((cell + 1) * perCell);
    let mapped = 0;
    let pending = 0;
    for (let row = rows[at]; row !== undefined && row.block < end; row = rows[++at]) {
      if (row.state === 'mapped') mapped += 1;
      else pending += 1;
    }
    const scannedBlocks = Math.max(0, Math.min(end, Math.floor(blocks * 0.75)) - start);
    const slowStretch = start > blocks * 0.4 && start < blocks * 0.46;
    const soft = mapped + pending > 0 && random() < 0.3 ? 1 : 0;
    if (scannedBlocks === 0 && mapped + pending === 0) continue;
    const averageLatencyUs = Math.floor(slowStretch ? 40_000 + random() * 500_000 : 2_000 + random() * 9_000);
    const risk = Math.min(100, (mapped + pending * 4) * 5 + (slowStretch ? 20 : 0));
    found.push({
      cell,
      scannedBlocks,
      mapped,
      pending,
      soft,
      slow: slowStretch && random() < 0.5 ? 1 : 0,
      averageLatencyUs,
      worstLatencyUs: averageLatencyUs * 2,
      risk,
      confidence: scannedBlocks > 0 ? 70 : 20,
    });
  }
  return found;
}

/** Days since the scan before the scene's last pass came to each fifth of what was read. */
const AGES_DAYS = [0.2, 3, 10, 20, 45] as const;

/** The regions that go with {@link makeCells}: what was read is older the further on the disk it is. */
export function makeRegions(blocks: number, now: number, first: number, max: number): RegionPage {
  const per = regionBlocks(blocks);
  const read = Math.ceil((blocks * 0.75) / per);
  const count = Math.max(0, Math.min(max, read - first));
  const regions = Array.from({ length: count }, (_, at) => {
    const number = first + at;
    const days = AGES_DAYS[Math.floor((number * AGES_DAYS.length) / read)] ?? 0;
    return {
      number,
      firstBlock: number * per,
      scannedGrains: GRAINS_PER_REGION,
      scannedAt: Math.floor(now / 1000 - days * 86_400),
      averageLatencyUs: 2_000,
      worstLatencyUs: 9_000,
      readErrors: 0,
      writeErrors: 0,
      softErrors: 0,
      slowReads: 0,
      weight: 0,
    };
  });
  return { regionBlocks: per, regions, next: first + count < read ? first + count : null };
}
