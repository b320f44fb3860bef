import type { Cause } from '../../app/domain/target.ts';
import { isUsable, TABLE_ENTRIES_PER_UNIT, type SpareLayout } from '../layout.ts';
import { wide } from './superblock.ts';
import { HEADER_BYTES, viewOf } from './unit.ts';

const ENTRY_BYTES = 48;
const at = { block: 0, mask: 8, lost: 24, seconds: 40, state: 44, cause: 45 } as const;
const BLOCK_AND_MASKS_BYTES = 44;
const states = ['free', 'mapped', 'bad'] as const;
const causes: readonly (Cause | null)[] = [null, 'auto', 'manual', 'proactive'];

/** What a spare block is used for. Bit n of a mask is sector n of the block. */
export type Entry =
  | { readonly spareBlock: number; readonly state: 'bad' }
  | {
      readonly spareBlock: number;
      readonly state: 'mapped';
      readonly block: number;
      readonly mask: bigint;
      readonly lost: bigint;
      readonly seconds: number;
      readonly cause: Cause;
    };
export type MappedEntry = Extract<Entry, { state: 'mapped' }>;

/** Why an entry cannot be true. */
export const entryFaults = ['state', 'cause', 'main-block', 'mask', 'lost-mask', 'spare-block'] as const;
export type EntryFault = (typeof entryFaults)[number];

export interface WrongEntry {
  readonly spareBlock: number;
  readonly fault: EntryFault;
  /** The value that cannot be. */
  readonly value: string;
}

export interface ReadEntries {
  /** Those that are not free, ascending by spare block. */
  readonly entries: Entry[];
  readonly wrong: WrongEntry[];
  /** Spare blocks of free and bad entries with fields that should be zero. */
  readonly untidy: number[];
}

/** Reads the entries of one valid unit of the table. `mainSectors` is the size of main. */
export function readEntries(unit: Uint8Array, index: number, layout: SpareLayout, mainSectors: number): ReadEntries {
  const read: ReadEntries = { entries: [], wrong: [], untidy: [] };
  const mainBlocks = Math.ceil(mainSectors / layout.blockSectors);
  for (let slot = 0; slot < TABLE_ENTRIES_PER_UNIT; slot += 1) {
    const from = HEADER_BYTES + slot * ENTRY_BYTES;
    const bytes = unit.subarray(from, from + ENTRY_BYTES);
    const spareBlock = index * TABLE_ENTRIES_PER_UNIT + slot;
    const found = readEntry(bytes, spareBlock, layout, mainBlocks);
    if (found === null || (!('fault' in found) && found.state === 'bad')) {
      if (isUntidy(bytes)) read.untidy.push(spareBlock);
    }
    if (found === null) continue;
    if ('fault' in found) read.wrong.push(found);
    else read.entries.push(found);
  }
  return read;
}

/** Of free and bad entries all fields but the state are zero. */
function isUntidy(bytes: Uint8Array): boolean {
  if (bytes[at.cause] !== 0) return true;
  for (let n = 0; n < BLOCK_AND_MASKS_BYTES; n += 1) if (bytes[n] !== 0) return true;
  return false;
}

/** null for a free entry. */
function readEntry(
  bytes: Uint8Array,
  spareBlock: number,
  layout: SpareLayout,
  mainBlocks: number,
): Entry | WrongEntry | null {
  const wrong = (fault: EntryFault, value: string | number): WrongEntry => ({
    spareBlock,
    fault,
    value: String(value),
  });
  const stateNumber = bytes[at.state] ?? 0;
  const state = states[stateNumber];
  if (state === undefined) return wrong('state', stateNumber);
  if (state === 'free') return null;
  if (!isUsable(layout, spareBlock)) return wrong('spare-block', spareBlock);
  if (state === 'bad') return { spareBlock, state };
  const view = viewOf(bytes);
  const block = wide(view, at.block);
  if (block === null || block >= mainBlocks) return wrong('main-block', view.getBigUint64(at.block, true).toString());
  const cause = causes[view.getUint8(at.cause)] ?? null;
  if (cause === null) return wrong('cause', view.getUint8(at.cause));
  const mask = mask128(view, at.mask);
  const lost = mask128(view, at.lost);
  if (mask >> BigInt(layout.blockSectors) !== 0n) return wrong('mask', mask.toString(16));
  if ((lost & ~mask) !== 0n) return wrong('lost-mask', lost.toString(16));
  return { spareBlock, state, block, mask, lost, seconds: view.getUint32(at.seconds, true), cause };
}

function mask128(view: DataView, offset: number): bigint {
  return view.getBigUint64(offset, true) | (view.getBigUint64(offset + 8, true) << 64n);
}
