import type { Finding } from '../../app/cli/spare.ts';
import { UNIT_SECTORS, tableUnit, type SpareLayout } from '../layout.ts';
import { readEntries, type Entry, type WrongEntry } from './entries.ts';
import { faultWords, type Findings } from './findings.ts';
import { requiredSequence } from './missed.ts';
import { UNITS_AT_ONCE, type UnitSource } from './source.ts';
import type { FullSuperblock } from './superblock.ts';
import { readUnit, type ReadUnit } from './unit.ts';

const COPIES = [0, 1] as const;

interface CopyOfUnit {
  readonly copy: 0 | 1;
  /** Number of the unit on the spare. */
  readonly at: number;
  readonly bytes: Uint8Array | null;
  readonly read: ReadUnit;
  /** Whole, but the superblock says that it lacks a write that the other copy got. */
  readonly missed: boolean;
}

/** One unit of the table as it holds, and which copies should be rewritten from the one that holds. */
export interface TableUnit {
  readonly index: number;
  readonly sequence: bigint;
  readonly entries: readonly Entry[];
  /** Numbers of units on the spare: `to` should be as `from` is. */
  readonly mend: readonly { readonly from: number; readonly to: number; readonly copy: number }[];
}

/** Reads the table unit by unit, tells what is wrong, and gives what holds; a unit of which none holds is left out. */
export async function* readTable(
  source: UnitSource,
  superblock: FullSuperblock,
  findings: Findings,
): AsyncGenerator<TableUnit> {
  const { layout, tableReady } = superblock;
  for (let first = 0; first < tableReady; first += UNITS_AT_ONCE) {
    const count = Math.min(UNITS_AT_ONCE, tableReady - first);
    const copies: (Uint8Array | null)[][] = [];
    for (const copy of COPIES) copies.push(await readCopy(source, layout, copy, first, count));
    for (let n = 0; n < count; n += 1) {
      const index = first + n;
      const found = COPIES.map((copy): CopyOfUnit => {
        const bytes = copies[copy]?.[n] ?? null;
        const read = readUnit(bytes, 'table', { uuid: superblock.header.uuid, index });
        const missed = read.fault === null && read.header.sequence < requiredSequence(superblock.missed, copy, index);
        return { copy, at: tableUnit(layout, copy, index), bytes, read, missed };
      });
      const unit = judge(found, index, superblock, findings);
      if (unit !== null) yield unit;
    }
  }
}

/** So many units of one copy of the table, each from where it stands, in as few reads as that takes. */
async function readCopy(
  source: UnitSource,
  layout: SpareLayout,
  copy: 0 | 1,
  first: number,
  count: number,
): Promise<(Uint8Array | null)[]> {
  const units: (Uint8Array | null)[] = [];
  while (units.length < count) {
    const at = tableUnit(layout, copy, first + units.length);
    let run = 1;
    while (units.length + run < count && tableUnit(layout, copy, first + units.length + run) === at + run) run += 1;
    units.push(...(await source.readMany(at, run)));
  }
  return units;
}

function judge(
  found: readonly CopyOfUnit[],
  index: number,
  superblock: FullSuperblock,
  findings: Findings,
): TableUnit | null {
  const whole = found.filter(({ read, missed }) => read.fault === null && !missed);
  const best = whole.reduce<CopyOfUnit | null>((a, b) => (a === null || sequenceOf(b) > sequenceOf(a) ? b : a), null);
  const tell = (level: Finding['level'], code: Finding['code'], sentence: string, { copy, at }: CopyOfUnit): void =>
    findings.add(level, { part: 'table', code, sentence }, { copy, unit: index, at });
  for (const one of found) {
    const fault = one.missed ? 'missed' : one.read.fault;
    if (fault === null) continue;
    const sentence = `unit ${index} of the table, copy ${one.copy}, ${faultWords(fault)}`;
    tell(best === null ? 'fatal' : 'damage', fault, sentence, one);
  }
  const bytes = best?.bytes ?? null;
  if (best === null || bytes === null) {
    const sentence = `unit ${index} of the table is whole in no copy: which blocks it mapped is not known`;
    findings.add('fatal', { part: 'table', code: 'lost', sentence }, { unit: index });
    return null;
  }
  for (const one of whole) {
    if (one === best) continue;
    if (sequenceOf(one) < sequenceOf(best)) {
      tell('damage', 'stale', `unit ${index} of the table, copy ${one.copy}, ${faultWords('stale')}`, one);
    } else if (one.bytes === null || Buffer.compare(one.bytes, bytes) !== 0) {
      const places = `at sectors ${best.at * UNIT_SECTORS} and ${one.at * UNIT_SECTORS}`;
      const sentence = `unit ${index} of the table is whole in both copies, ${places}, and of the same age, but they differ`;
      tell('fatal', 'contradiction', sentence, one);
      return null;
    }
  }
  const { entries, wrong, untidy } = readEntries(bytes, index, superblock.layout, superblock.mainSectors);
  const where = { unit: index, at: best.at };
  for (const one of wrong) {
    findings.add('fatal', { part: 'table', code: one.fault, sentence: wrongWords(one) }, { ...where, ...spareOf(one) });
  }
  for (const spareBlock of untidy) {
    const sentence = `the entry of spare block ${spareBlock}, which is not mapped, is not all zero`;
    findings.add('note', { part: 'table', code: 'untidy', sentence }, { ...where, spareBlock });
  }
  const mend = found
    .filter((one) => one !== best && (!whole.includes(one) || sequenceOf(one) < sequenceOf(best)))
    .map(({ at, copy }) => ({ from: best.at, to: at, copy }));
  return { index, sequence: sequenceOf(best), entries, mend };
}

function spareOf({ spareBlock }: WrongEntry): { spareBlock: number } {
  return { spareBlock };
}

function sequenceOf({ read }: CopyOfUnit): bigint {
  return read.header?.sequence ?? -1n;
}

function wrongWords({ spareBlock, fault, value }: WrongEntry): string {
  const entry = `the entry of spare block ${spareBlock}`;
  switch (fault) {
    case 'state':
      return `${entry} has the unknown state ${value}`;
    case 'cause':
      return `${entry} has the unknown cause ${value}`;
    case 'main-block':
      return `${entry} is of main block ${value}, which main does not have`;
    case 'mask':
      return `${entry} has sectors that the block does not have (mask ${value})`;
    case 'lost-mask':
      return `${entry} has lost sectors that are not resident (mask ${value})`;
    case 'spare-block':
      return `${entry} is in use, but that block is metadata or beyond the end`;
  }
}
