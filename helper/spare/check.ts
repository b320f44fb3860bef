import type { CheckVerdict, Finding, SpareSummary } from '../../app/cli/spare.ts';
import type { Entry } from './entries.ts';
import { faultWords, Findings } from './findings.ts';
import { findSuperblock, type UnitWrite } from './find-superblock.ts';
import { ownTableUnit } from '../layout.ts';
import { MappedBlocks } from './duplicates.ts';
import { movedOf, tellMoved } from './moved.ts';
import type { UnitSource } from './source.ts';
import { readState, type SavedState } from './state.ts';
import type { FullSuperblock } from './superblock.ts';
import { readTable } from './table.ts';

/** A unit that should be as another one is. Numbers of units on the spare. */
export interface UnitCopy {
  readonly from: number;
  readonly to: number;
  readonly sentence: string;
}

/** What would mend the damage, in the order in which it should be written: the superblocks last. */
export interface Repairs {
  readonly copies: readonly UnitCopy[];
  readonly writes: readonly UnitWrite[];
  /** Units of the spare whose contents do not count: the own places of moved units of the table. */
  readonly left: ReadonlySet<number>;
}

export interface Checked {
  readonly verdict: CheckVerdict;
  readonly superblock: FullSuperblock | null;
  readonly summary: SpareSummary | null;
  readonly state: SavedState | null;
  /** Spare blocks whose mapped entries are superseded. */
  readonly superseded: ReadonlySet<number>;
  readonly repairs: Repairs;
}

/**
 * Reads all metadata of a spare and tells everything that is wrong with it, as it is found. `entry` is given each entry
 * of the table that is not free, ascending, before it is known which are superseded. Writes nothing.
 */
export async function checkSpare(
  source: UnitSource,
  tell: (finding: Finding) => void,
  entry: (entry: Entry) => void = () => undefined,
): Promise<Checked> {
  const findings = new Findings(tell);
  const found = await findSuperblock(source, findings);
  if (found === null) {
    const repairs = { copies: [], writes: [], left: new Set<number>() };
    return {
      verdict: findings.verdict,
      superblock: null,
      summary: null,
      state: null,
      superseded: new Set(),
      repairs,
    };
  }
  const { superblock } = found;
  tellMoved(superblock.layout, findings);
  const mapped = new MappedBlocks();
  const copies: UnitCopy[] = [];
  let bad = 0;
  for await (const { index, sequence, entries, mend } of readTable(source, superblock, findings)) {
    mapped.setSequence(index, sequence);
    for (const { from, to, copy } of mend) {
      copies.push({ from, to, sentence: `unit ${index} of the table, copy ${copy}, from the other copy` });
    }
    for (const one of entries) {
      if (one.state === 'mapped') mapped.add(one.block, one.spareBlock);
      else bad += 1;
      entry(one);
    }
  }
  const superseded = mapped.duplicates(findings);
  const { layout, header } = superblock;
  const { state, lost } = await readState(source, layout, header.uuid);
  for (const { index, unit, fault } of lost) {
    const sentence = `unit ${index} of the saved counters and events ${faultWords(fault)}: what it told is lost, no mapping is`;
    findings.add('damage', { part: 'state', code: fault, sentence }, { copy: state?.slot ?? 0, unit: index, at: unit });
  }
  return {
    verdict: findings.verdict,
    superblock,
    state,
    superseded,
    summary: {
      uuid: header.uuid,
      mainId: superblock.mainId,
      mainSectors: superblock.mainSectors,
      spareSectors: layout.spareSectors,
      blockSectors: layout.blockSectors,
      usableBlocks: layout.usable,
      mappedBlocks: mapped.count - superseded.size,
      badBlocks: bad + superseded.size,
      tableUnits: layout.tableUnits,
      tableReady: superblock.tableReady,
      sequence: String(header.sequence),
      createdSeconds: superblock.createdSeconds,
    },
    repairs: {
      copies,
      writes: [
        ...lost.map(({ unit, index, replacement }) => ({
          unit,
          bytes: replacement,
          sentence: `unit ${index} of the saved counters and events, as an empty one`,
        })),
        ...found.writes,
      ],
      left: new Set(movedOf(layout).map(({ copy, unit }) => ownTableUnit(layout, copy, unit))),
    },
  };
}
