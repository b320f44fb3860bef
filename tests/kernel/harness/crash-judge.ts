import { checkSpare } from '../../../helper/spare/check.ts';
import type { MappedEntry } from '../../../helper/spare/entries.ts';
import type { LogEntry } from '../../../lab/index.ts';
import { tagOf } from './content.ts';
import type { CrashedDisks } from './crash-plan.ts';
import { RECORDED_SECTORS, type CrashRun } from './crash-run.ts';
import type { CrashedDisk } from './crash-states.ts';
import { isUsable, MAGIC, SECTOR_BYTES, spareLayout, UNIT_BYTES, UNIT_SECTORS } from './spare-format.ts';
import { SpareImage, SpareImageError } from './spare-image.ts';
import { unitsOf } from './unit-source.ts';

/** What a sector is read as whose contents are marked as lost. */
const LOST = -2;

export interface Judgement {
  /** One sentence for each thing that is wrong; none when the state can be recovered from. */
  readonly problems: readonly string[];
  /** What each written sector is read as through the mapping, as a tag; empty when there is no mapping. */
  readonly tags: readonly number[];
  readonly mapped: number;
}

/** What the metadata of a spare says. */
interface Reading {
  readonly problems: readonly string[];
  /** Those that hold; null when no superblock can be relied on. */
  readonly mapped: readonly MappedEntry[] | null;
}

/** More readings than this are not kept. */
const MOST_READINGS = 4096;

/** Judges states of one run without the module. */
export class CrashJudge {
  readonly #run: CrashRun;
  /** Sectors of metadata that the run wrote; what the metadata says follows from them. */
  readonly #metadata: readonly number[];
  readonly #readings = new Map<string, Reading>();
  readonly #numbers = new WeakMap<Buffer, number>();
  #lastNumber = 0;

  constructor(run: CrashRun) {
    this.#run = run;
    const { spare } = run.replay();
    const layout = spareLayout(spare.bytes / SECTOR_BYTES, run.blockSectors);
    const isMetadata = (sector: number): boolean => !isUsable(layout, Math.floor(sector / run.blockSectors));
    const metadata = spare.entries.flatMap((entry) => {
      if (entry.operation !== 'write') return [];
      const sectors = Array.from({ length: entry.count }, (_, index) => entry.sector + index);
      return isTableUnit(entry) ? sectors : sectors.filter(isMetadata);
    });
    this.#metadata = [...new Set(metadata)];
  }

  /**
   * Judges the disks after a power cut at an instant of the run: whether the pair can be activated, whether each sector
   * that is read through the mapping holds what it may, and whether two independent readers of the spare find the same
   * mapping.
   */
  async judge(at: number, disks: CrashedDisks): Promise<Judgement> {
    const { blockSectors, ledger } = this.#run;
    const { problems: found, mapped } = await this.#read(disks.spare);
    if (mapped === null) return { problems: found, tags: [], mapped: 0 };
    const problems = [...found];
    const tags = readThrough(mapped, disks, blockSectors);
    for (const { sector, found: tag, allowed } of ledger.judge(0, tags, at)) {
      problems.push(`sector ${sector} holds ${contents(tag)}, where only ${allowed.join(' or ')} may be`);
    }
    return { problems, tags, mapped: mapped.length };
  }

  /** Reads the metadata, unless it is the same as in a state before. */
  async #read(spare: CrashedDisk): Promise<Reading> {
    const key = this.#metadata.map((sector) => this.#numberOf(spare.sector(sector))).join();
    const known = this.#readings.get(key);
    if (known !== undefined) return known;
    const reading = await readMetadata(spare, this.#run.blockSectors);
    if (this.#readings.size >= MOST_READINGS) this.#readings.clear();
    this.#readings.set(key, reading);
    return reading;
  }

  #numberOf(sector: Buffer): number {
    const known = this.#numbers.get(sector);
    if (known !== undefined) return known;
    this.#numbers.set(sector, ++this.#lastNumber);
    return this.#lastNumber;
  }
}

/** A unit of the table may be moved to where data could stand. */
function isTableUnit({ sector, data }: LogEntry): boolean {
  return sector % UNIT_SECTORS === 0 && data?.length === UNIT_BYTES && data.readUInt32LE(4) === MAGIC.table;
}

async function readMetadata(spare: CrashedDisk, blockSectors: number): Promise<Reading> {
  const problems: string[] = [];
  const entries: MappedEntry[] = [];
  const { superblock, superseded } = await checkSpare(
    unitsOf(spare),
    ({ level, part, code, sentence, sector }) => {
      // A copy of the table or of the superblock may be behind the other; a save of the state is whole or not there.
      if (level === 'fatal' || (level === 'damage' && part === 'state')) {
        problems.push(`${part} ${code} at sector ${String(sector)}: ${sentence}`);
      }
    },
    (entry) => {
      if (entry.state === 'mapped') entries.push(entry);
    },
  );
  if (superblock === null) return { problems, mapped: null };
  const mapped = entries.filter(({ spareBlock }) => !superseded.has(spareBlock));
  if (superseded.size === 0) problems.push(...differences(mapped, spare, blockSectors));
  const outside = mapped.filter(({ block }) => block * blockSectors >= RECORDED_SECTORS);
  problems.push(...outside.map(({ block }) => `main block ${block} is mapped, which nobody wrote`));
  return { problems, mapped };
}

/** What the second reader of the spare finds otherwise. */
function differences(mapped: readonly MappedEntry[], spare: CrashedDisk, blockSectors: number): string[] {
  const words = (one: { block: number; spareBlock: number; mask: bigint; lost: bigint }): string =>
    `${one.block} at ${one.spareBlock}, mask ${one.mask.toString(16)}, lost ${one.lost.toString(16)}`;
  const first = mapped.map(words).sort().join('; ');
  try {
    const second = new SpareImage(spare, blockSectors).mapped().map(words).sort().join('; ');
    return first === second ? [] : [`the readers of the spare differ: ${first} and ${second}`];
  } catch (error) {
    if (error instanceof SpareImageError) return [error.message];
    throw error;
  }
}

function readThrough(mapped: readonly MappedEntry[], disks: CrashedDisks, blockSectors: number): number[] {
  const byBlock = new Map(mapped.map((entry) => [entry.block, entry]));
  return Array.from({ length: RECORDED_SECTORS }, (_, sector) => {
    const offset = sector % blockSectors;
    const entry = byBlock.get((sector - offset) / blockSectors);
    const bit = 1n << BigInt(offset);
    if (entry === undefined || (entry.mask & bit) === 0n) return tagIn(disks.main.sector(sector), sector);
    if ((entry.lost & bit) !== 0n) return LOST;
    return tagIn(disks.spare.sector(entry.spareBlock * blockSectors + offset), sector);
  });
}

const known = new WeakMap<Buffer, { readonly sector: number; readonly tag: number }>();

/** The tag of the contents of one sector; a buffer that was looked at before is not looked at again. */
function tagIn(contents: Buffer, sector: number): number {
  const before = known.get(contents);
  if (before?.sector === sector) return before.tag;
  const tag = tagOf(contents, 0, sector);
  known.set(contents, { sector, tag });
  return tag;
}

function contents(tag: number): string {
  if (tag === LOST) return 'an error';
  return tag < 0 ? 'what belongs elsewhere' : String(tag);
}
