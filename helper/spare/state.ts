import { eventTypes } from '../../app/domain/target.ts';
import { stateUnit, type SpareLayout } from '../layout.ts';
import type { UnitSource } from './source.ts';
import { wide } from './superblock.ts';
import { emptyUnit, HEADER_BYTES, readUnit, viewOf, type UnitFault, type UnitHeader } from './unit.ts';

const HEAD = 1;
const EVENTS = 2;
const PENDING = 3;
const REGIONS = 4;
const MARGINAL = 5;
const EVENT_BYTES = 64;
const MOST_EVENTS = 63;
const PENDING_BYTES = 16;
const MOST_PENDING = 252;
const MOST_REGIONS = 63;
const MARGINAL_BYTES = 16;
const MOST_MARGINAL = 252;
const NO_BLOCK = 0xffff_ffff_ffff_ffffn;
const NO_SPARE_BLOCK = 0xffff_ffff;
const CLEAN_FLAG = 1;
/** Most entries of a unit, by its kind. */
const MOST: Readonly<Record<number, number>> = {
  [EVENTS]: MOST_EVENTS,
  [PENDING]: MOST_PENDING,
  [REGIONS]: MOST_REGIONS,
  [MARGINAL]: MOST_MARGINAL,
};

/** Byte offsets in the head. */
const at = {
  flags: 64,
  eventUnits: 68,
  pendingUnits: 72,
  regionUnits: 76,
  lastEvent: 80,
  saved: 88,
  marginalUnits: 196,
} as const;
/** 64-bit counters of the head, in their order from byte 96 on. */
const counters = [
  'autoRemaps',
  'manualRemaps',
  'proactiveRemaps',
  'readErrors',
  'writeErrors',
  'softErrors',
  'slowReads',
  'scanBlock',
  'scanPasses',
] as const;
const COUNTERS_AT = 96;

export interface SavedEvent {
  readonly number: number;
  readonly milliseconds: number;
  /** A name of the format, or the number of a type that is not known here. */
  readonly type: string;
  readonly block: number | null;
  readonly spareBlock: number | null;
  readonly detail: string | null;
}

export interface SavedState {
  readonly slot: 0 | 1;
  readonly sequence: bigint;
  /** Saved at suspend or removal, and nothing happened since. */
  readonly clean: boolean;
  readonly lastEvent: number;
  readonly savedSeconds: number;
  readonly counters: Readonly<Record<(typeof counters)[number], number>>;
  readonly events: readonly SavedEvent[];
  readonly pending: readonly { readonly block: number; readonly seconds: number }[];
  /** Blocks that could be read, but only after retries or slowly, and how often. */
  readonly marginal: readonly { readonly block: number; readonly softErrors: number; readonly slowReads: number }[];
}

/** A unit of the newest save that cannot be used. */
export interface LostStateUnit {
  readonly index: number;
  readonly unit: number;
  readonly fault: UnitFault | 'sequence' | 'kind' | 'count';
  /** What says the same as the head and the other units without it: nothing of this kind at this index. */
  readonly replacement: Uint8Array;
}

export interface ReadState {
  /** null when nothing was saved yet, or no head is whole. */
  readonly state: SavedState | null;
  readonly lost: readonly LostStateUnit[];
}

interface Head {
  readonly slot: 0 | 1;
  readonly header: UnitHeader;
  readonly bytes: Uint8Array;
}

/** Reads the newest save. A head that is not whole is one that a power cut kept from being written: no damage. */
export async function readState(source: UnitSource, layout: SpareLayout, uuid: string): Promise<ReadState> {
  const heads: Head[] = [];
  for (const slot of [0, 1] as const) {
    const bytes = await source.read(stateUnit(layout, slot, 0));
    const { header } = readUnit(bytes, 'state', { uuid, index: 0 });
    if (bytes !== null && header?.kind === HEAD) heads.push({ slot, header, bytes });
  }
  const [head] = heads.sort((a, b) => (a.header.sequence < b.header.sequence ? 1 : -1));
  return head === undefined ? { state: null, lost: [] } : readSave(source, layout, head);
}

async function readSave(source: UnitSource, layout: SpareLayout, head: Head): Promise<ReadState> {
  const { slot, header, bytes } = head;
  const view = viewOf(bytes);
  const eventUnits = view.getUint32(at.eventUnits, true);
  const pendingEnd = eventUnits + view.getUint32(at.pendingUnits, true);
  const regionEnd = pendingEnd + view.getUint32(at.regionUnits, true);
  const units = Math.min(regionEnd + view.getUint32(at.marginalUnits, true), layout.stateUnits - 1);
  const events: SavedEvent[] = [];
  const pending: SavedState['pending'][number][] = [];
  const marginal: SavedState['marginal'][number][] = [];
  const lost: LostStateUnit[] = [];
  for (let index = 1; index <= units; index += 1) {
    const kind = kindAt(index, [eventUnits, pendingEnd, regionEnd]);
    const unit = stateUnit(layout, slot, index);
    const found = await source.read(unit);
    const fault = faultOf(found, header, index, kind);
    if (found === null || fault !== null) {
      const replacement = emptyUnit('state', { ...header, index: BigInt(index), count: 0, kind });
      lost.push({ index, unit, fault: fault ?? 'unreadable', replacement });
    } else if (kind === EVENTS) events.push(...readEvents(found));
    else if (kind === PENDING) pending.push(...readPending(found));
    else if (kind === MARGINAL) marginal.push(...readMarginal(found));
  }
  const values = counters.map((name, index) => [name, wide(view, COUNTERS_AT + index * 8) ?? 0] as const);
  const state: SavedState = {
    slot,
    sequence: header.sequence,
    clean: (view.getUint32(at.flags, true) & CLEAN_FLAG) !== 0,
    lastEvent: wide(view, at.lastEvent) ?? 0,
    savedSeconds: wide(view, at.saved) ?? 0,
    counters: Object.fromEntries(values) as SavedState['counters'],
    events,
    pending,
    marginal,
  };
  return { state, lost };
}

/** Kind of the unit at an index, by the last indices of the kinds that come before the last one. */
function kindAt(index: number, [events, pending, regions]: readonly [number, number, number]): number {
  if (index <= events) return EVENTS;
  if (index <= pending) return PENDING;
  return index <= regions ? REGIONS : MARGINAL;
}

function faultOf(
  bytes: Uint8Array | null,
  { uuid, sequence }: UnitHeader,
  index: number,
  kind: number,
): LostStateUnit['fault'] | null {
  const { fault, header } = readUnit(bytes, 'state', { uuid, index });
  if (fault !== null) return fault;
  if (header.sequence !== sequence) return 'sequence';
  if (header.kind !== kind) return 'kind';
  return header.count > (MOST[kind] ?? 0) ? 'count' : null;
}

/** How many entries of a body are used; the count was checked. */
function bodies(bytes: Uint8Array, size: number): DataView[] {
  const count = readUnit(bytes, 'state').header?.count ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const from = HEADER_BYTES + index * size;
    return viewOf(bytes.subarray(from, from + size));
  });
}

function readEvents(bytes: Uint8Array): SavedEvent[] {
  return bodies(bytes, EVENT_BYTES).map((view) => {
    const block = view.getBigUint64(16, true);
    const spareBlock = view.getUint32(24, true);
    const type = view.getUint16(28, true);
    const detail =
      Buffer.from(view.buffer, view.byteOffset + 32, 32)
        .toString('latin1')
        .split('\0')[0] ?? '';
    return {
      number: wide(view, 0) ?? 0,
      milliseconds: wide(view, 8) ?? 0,
      type: eventTypes[type - 1] ?? String(type),
      block: block === NO_BLOCK ? null : Number(block),
      spareBlock: spareBlock === NO_SPARE_BLOCK ? null : spareBlock,
      detail: detail.replaceAll(/[^\x20-\x7e]/g, '?') || null,
    };
  });
}

function readPending(bytes: Uint8Array): { block: number; seconds: number }[] {
  return bodies(bytes, PENDING_BYTES).map((view) => ({ block: wide(view, 0) ?? 0, seconds: wide(view, 8) ?? 0 }));
}

function readMarginal(bytes: Uint8Array): SavedState['marginal'][number][] {
  return bodies(bytes, MARGINAL_BYTES).map((view) => ({
    block: wide(view, 0) ?? 0,
    softErrors: view.getUint32(8, true),
    slowReads: view.getUint32(12, true),
  }));
}
