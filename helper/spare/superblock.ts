import { layoutOf, type SpareLayout } from '../layout.ts';
import { readMissed, type MissedWrite } from './missed.ts';
import { MOVED_FEATURE, readMoved } from './moved.ts';
import { readUnit, viewOf, type UnitFault, type UnitHeader } from './unit.ts';

const VERSION = 1;
const COPIES = 2;
const MOST_BLOCK_SECTORS = 128;
/** Byte offsets of the fields, from docs/on-disk-format.md. */
const at = {
  version: 64,
  blockSectors: 68,
  compat: 72,
  roCompat: 80,
  incompat: 88,
  mainSectors: 96,
  spareSectors: 104,
  spareBlocks: 112,
  tableUnits: 120,
  tableReady: 128,
  created: 136,
  copies: 144,
  stateUnits: 148,
  place: 152,
  mainLogical: 184,
  mainId: 192,
} as const;
const MAIN_ID_BYTES = 64;
const PLACE_FIELDS = 4;

/** A superblock whose numbers agree with the layout. */
export interface FullSuperblock {
  readonly header: UnitHeader;
  /** With the units of the table that were moved. */
  readonly layout: SpareLayout;
  /** Features that may be ignored, and those that a writer must know; bits that are set and not known here. */
  readonly compat: bigint;
  readonly roCompat: bigint;
  readonly mainSectors: number;
  readonly tableReady: number;
  readonly createdSeconds: number;
  readonly mainLogicalBytes: number;
  readonly mainId: string | null;
  readonly missed: readonly MissedWrite[];
}

export type DecodedSuperblock =
  | { readonly kind: 'invalid'; readonly fault: UnitFault }
  /** Whole, but of a version or with a feature that is not known here. */
  | { readonly kind: 'newer'; readonly header: UnitHeader; readonly detail: string }
  /** Whole, but its numbers contradict each other; `detail` names the field. */
  | { readonly kind: 'contradictory'; readonly header: UnitHeader; readonly detail: string }
  | { readonly kind: 'valid'; readonly superblock: FullSuperblock };

/** Reads one unit as a superblock; null is a unit that could not be read. */
export function decodeFullSuperblock(bytes: Uint8Array | null): DecodedSuperblock {
  const { fault, header } = readUnit(bytes, 'superblock');
  if (bytes === null || fault !== null) return { kind: 'invalid', fault: fault ?? 'unreadable' };
  const view = viewOf(bytes);
  const version = view.getUint32(at.version, true);
  if (version !== VERSION) return { kind: 'newer', header, detail: `version ${version}` };
  const incompat = view.getBigUint64(at.incompat, true);
  const unknown = incompat & ~MOVED_FEATURE;
  if (unknown !== 0n) return { kind: 'newer', header, detail: `features 0x${unknown.toString(16)}` };
  const contradictory = (detail: string): DecodedSuperblock => ({ kind: 'contradictory', header, detail });

  const blockSectors = view.getUint32(at.blockSectors, true);
  const mainSectors = wide(view, at.mainSectors);
  const spareSectors = wide(view, at.spareSectors);
  const tableReady = wide(view, at.tableReady);
  if (blockSectors < 1 || blockSectors > MOST_BLOCK_SECTORS || !Number.isInteger(Math.log2(blockSectors))) {
    return contradictory('block_sectors');
  }
  if (mainSectors === null || mainSectors === 0) return contradictory('main_sectors');
  const layout = spareSectors === null ? null : layoutOf(spareSectors, blockSectors);
  if (layout === null) return contradictory('spare_sectors');
  if (tableReady === null || tableReady > layout.tableUnits) return contradictory('table_ready');
  const differing = differingField(view, layout);
  if (differing !== null) return contradictory(differing);
  const missed = readMissed(bytes, COPIES, layout.tableUnits);
  if (missed === null) return contradictory('missed');
  const withMoved = readMoved(bytes, layout);
  if (withMoved === null) return contradictory('moved');
  return {
    kind: 'valid',
    superblock: {
      header,
      layout: withMoved,
      compat: view.getBigUint64(at.compat, true),
      roCompat: view.getBigUint64(at.roCompat, true),
      mainSectors,
      tableReady,
      createdSeconds: wide(view, at.created) ?? 0,
      mainLogicalBytes: view.getUint32(at.mainLogical, true),
      mainId: idText(bytes.subarray(at.mainId, at.mainId + MAIN_ID_BYTES)),
      missed,
    },
  };
}

/** The first field that is not as the layout has it, null when all are. */
function differingField(view: DataView, layout: SpareLayout): string | null {
  if (wide(view, at.spareBlocks) !== layout.spareBlocks) return 'spare_blocks';
  if (wide(view, at.tableUnits) !== layout.tableUnits) return 'table_units';
  if (view.getUint32(at.copies, true) !== COPIES) return 'copies';
  if (view.getUint32(at.stateUnits, true) !== layout.stateUnits) return 'state_units';
  for (let copy = 0; copy < PLACE_FIELDS; copy += 1) {
    if (wide(view, at.place + copy * 8) !== (layout.copies[copy] ?? 0)) return `place[${copy}]`;
  }
  return null;
}

/** A 64-bit number, null when a JavaScript number does not hold it exactly: no count here may be so large. */
export function wide(view: DataView, offset: number): number | null {
  const value = view.getBigUint64(offset, true);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
}

function idText(bytes: Uint8Array): string | null {
  const end = bytes.indexOf(0);
  const text = Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1');
  return text.replaceAll(/[^\x21-\x7e]/g, '?') || null;
}
