import type { LabDisk, LogEntry } from '../../../lab/index.ts';
import { seededRandom } from '../../../lab/disk/random.ts';
import { CheckedWrites } from './checked-writes.ts';
import { CrashReplay } from './crash-states.ts';
import { MAIN_TAG } from './disk-truth.ts';
import type { KernelLab } from './kernel-lab.ts';
import type { Pair } from './pair.ts';
import { addFault, type BadBlock } from './pairs.ts';
import { TABLE_ENTRIES, UNIT_SECTORS } from './spare-format.ts';
import { SpareImage } from './spare-image.ts';
import type { WriteLedger } from './write-ledger.ts';

const MIB = 1024 * 1024;
const CACHE = { bus: 'virtio-blk', writeCacheBytes: 16 * MIB, recordData: true } as const;

/** Disks whose requests can be replayed, both with a volatile write cache. */
export const RECORDED_DISKS = [
  { name: 'main', bytes: 8 * MIB, serial: 'TEST-MAIN', ...CACHE },
  { name: 'spare', bytes: 4 * MIB, serial: 'TEST-SPARE', ...CACHE },
] as const;

/** Tunables of the pair: no retries, no limit of remaps, and a save of the state every second. */
export const RECORDED_CORE = { retries: 0, storm_limit: 0, save_interval: 1 };

/** The part of the device that is written, in 512-byte sectors. */
export const RECORDED_SECTORS = 512;

const BATCHES = 24;
/** Batches at the end, over blocks of which so many are mapped, in which the spare is flushed only when the user flushes. */
const QUIET_BATCHES = 8;
const QUIET_MAPPED = 32;
/** Before this batch, and each so many later, a unit of the table can no longer be written where it stands. */
const FIRST_BAD_UNIT = 5;
const BAD_UNIT_EVERY = 4;
/** Before this batch, and each so many later, a spare block in use can no longer be written. */
const FIRST_BAD_SPARE = 7;
const BAD_SPARE_EVERY = 6;
/** How long a flush of the spare takes; an acknowledgement that does not wait for it comes well before it. */
const SPARE_FLUSH_MS = 8;

/** A run of which each request to the disks is known, and what its writer is owed. */
export interface CrashRun {
  readonly seed: number;
  readonly blockSectors: number;
  /** Number of the last request that belongs to the run; later ones come of taking the pair down. */
  readonly end: number;
  readonly ledger: WriteLedger;
  readonly counts: CrashRunCounts;
  /** Both disks as they were when the run began. */
  replay(): { readonly main: CrashReplay; readonly spare: CrashReplay };
}

export interface CrashRunCounts {
  /** Writes and flushes that reached a disk. */
  readonly requests: number;
  /** Blocks remapped after errors. */
  readonly remaps: number;
  /** Blocks moved on request, and given back. */
  readonly moves: number;
  readonly unmaps: number;
  /** Units of the table that stand elsewhere at the end, and spare blocks that failed. */
  readonly movedUnits: number;
  readonly badSpareBlocks: number;
  /** Sectors whose write was owed at once because the write was moved to the spare. */
  readonly owedByRemap: number;
}

interface Span {
  readonly block: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Writes, forced writes, flushes, reads, moves and unmaps on a pair whose main gets worse, and spots of its spare cannot
 * be written any more. The pair must be fresh.
 */
export async function recordCrashRun(kernelLab: KernelLab, pair: Pair, seed: number): Promise<CrashRun> {
  const { target, main, spare, blockSectors } = pair;
  const blocks = RECORDED_SECTORS / blockSectors;
  await settle(kernelLab, pair);
  const start = { main: main.snapshot(), spare: spare.snapshot() };
  const now = (): number => spare.log.mark();
  const begin = now();
  spare.faults.add({ kind: 'slow', operations: ['flush'], delayMs: SPARE_FLUSH_MS });
  const random = seededRandom(seed + 77);
  const writes = new CheckedWrites({
    io: () => kernelLab.io,
    device: () => target.path,
    sectors: RECORDED_SECTORS,
    longest: 16,
    seed: seed + 78,
    before: MAIN_TAG,
    now,
  });
  const bad: BadBlock[] = [];
  const unmaps: Span[] = [];
  let unmapped = 0;
  /** Gives a mapped block back to main, which can be written there again. */
  const unmap = async (): Promise<void> => {
    const mapped = (await target.remaps()).filter(({ state }) => state === 'mapped');
    const block = mapped[Math.floor(random() * mapped.length)]?.block;
    if (block === undefined) return;
    for (const { block: of, fault } of bad) if (of === block) main.faults.remove(fault);
    const from = now();
    const { code } = await target.message('unmap', block);
    unmaps.push({ block, from, to: now() });
    if (code === 0) unmapped += 1;
  };
  const ask = async (batch: number): Promise<void> => {
    if (batch % 4 === 0) await target.message('remap', Math.floor(random() * blocks));
    if (batch % 2 === 0) return;
    await unmap();
    await unmap();
  };
  for (let batch = 0; batch < BATCHES; batch++) {
    if (batch % BAD_UNIT_EVERY === FIRST_BAD_UNIT % BAD_UNIT_EVERY && batch >= FIRST_BAD_UNIT) {
      await haveMapped(pair, random);
      failTableUnit(pair, batch % (2 * BAD_UNIT_EVERY) === FIRST_BAD_UNIT ? 0 : 1);
    }
    if (batch % BAD_SPARE_EVERY === FIRST_BAD_SPARE % BAD_SPARE_EVERY && batch >= FIRST_BAD_SPARE) {
      await haveMapped(pair, random);
      failSpareBlock(pair, random);
    }
    bad.push(addFault(pair, random, blocks), addFault(pair, random, blocks));
    const sector = Math.floor(random() * blocks) * blockSectors;
    const look = kernelLab.io.one({ op: 'read', device: target.path, sector, count: blockSectors });
    // With few writes at once, one commit's flush does not hide that another one lacks its own.
    await Promise.all([writes.batch(batch % 2 === 0 ? 2 : 10), ask(batch), look]);
  }
  for (const { fault } of bad) main.faults.remove(fault);
  await target.ask('remap', 0, QUIET_MAPPED);
  for (let batch = 0; batch < QUIET_BATCHES; batch++) await writes.batch(6, 'flushed');
  const failures = writes.takeFailures();
  if (failures.length > 0) throw new Error(`writes of seed ${seed} failed: ${failures.join('; ')}`);
  const { auto, manual, copiesGood, spareBad } = await target.status();
  if (copiesGood !== 2) throw new Error(`${copiesGood} copies of the metadata are good; every unit could have moved`);
  const end = now();
  const logs = { main: entriesOf(main, begin), spare: entriesOf(spare, begin) };
  main.faults.clear();
  spare.faults.clear();
  const owedByRemap = oweRemapped(writes.ledger, logs.main, blockSectors, unmaps);
  const movedUnits = new SpareImage(spare, blockSectors).moved().length;
  const requests = [...logs.main, ...logs.spare].filter(({ operation }) => operation !== 'read');
  return {
    seed,
    blockSectors,
    end,
    ledger: writes.ledger,
    counts: {
      requests: requests.length,
      remaps: auto,
      moves: manual,
      unmaps: unmapped,
      movedUnits,
      badSpareBlocks: spareBad,
      owedByRemap,
    },
    replay: () => ({
      main: new CrashReplay(start.main, logs.main),
      spare: new CrashReplay(start.spare, logs.spare),
    }),
  };
}

async function haveMapped({ target, spare, blockSectors }: Pair, random: () => number): Promise<void> {
  if (new SpareImage(spare, blockSectors).mapped().length > 0) return;
  await target.ask('remap', Math.floor((random() * RECORDED_SECTORS) / blockSectors));
}

/** The unit of the table that tells of mapped blocks cannot be written any more where it stands in a copy. */
function failTableUnit({ spare, blockSectors }: Pair, copy: 0 | 1): void {
  const image = new SpareImage(spare, blockSectors);
  const [mapped] = image.mapped();
  if (mapped === undefined) throw new Error('nothing is mapped yet');
  const first = image.tableAt(copy, Math.floor(mapped.spareBlock / TABLE_ENTRIES)) * UNIT_SECTORS;
  spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first, count: UNIT_SECTORS }] });
}

/** A spare block in use cannot be written any more; it can still be read. */
function failSpareBlock({ spare, blockSectors }: Pair, random: () => number): void {
  const mapped = new SpareImage(spare, blockSectors).mapped();
  const one = mapped[Math.floor(random() * mapped.length)];
  if (one === undefined) throw new Error('nothing is mapped yet');
  const range = { first: one.spareBlock * blockSectors, count: blockSectors };
  spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [range] });
}

/** Copies, as the log goes on filling in the answers of requests that are under way. */
function entriesOf(disk: LabDisk, begin: number): readonly LogEntry[] {
  return disk.log.entries(begin).map((entry) => ({ ...entry }));
}

/** Comes back when all that was written so far is certain, and no request is under way: a replay can begin there. */
async function settle(kernelLab: KernelLab, { target, main, spare }: Pair): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { error } = await kernelLab.io.one({ op: 'fsync', device: target.path });
    if (error !== null) throw new Error(`flush before the run: ${error}`);
    const isQuiet = [main, spare].every(
      ({ stats, log }) => stats.dirtySectors === 0 && log.entries().every(({ result }) => result !== 'open'),
    );
    if (isQuiet) return;
  }
  throw new Error('the disks did not come to rest before the run');
}

/**
 * A write that failed on main alone, within one block, and was acknowledged all the same was moved to the spare: it is
 * durable by itself. While the block is unmapped main is written by the target too, which moves nothing.
 */
function oweRemapped(
  ledger: WriteLedger,
  log: readonly LogEntry[],
  blockSectors: number,
  unmaps: readonly Span[],
): number {
  let owed = 0;
  for (const { operation, result, sector, count, number, answered } of log) {
    if (operation !== 'write' || result !== 'failed') continue;
    const block = Math.floor(sector / blockSectors);
    const isUnmapping = unmaps.some((span) => span.block === block && span.from < answered && number < span.to);
    if (isUnmapping || Math.floor((sector + count - 1) / blockSectors) !== block) continue;
    owed += ledger.owe(sector, count, number, answered);
  }
  return owed;
}
