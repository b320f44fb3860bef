import {
  crc32c,
  isUsable,
  MAGIC,
  parseMoved,
  sealUnit,
  spareLayout,
  stateUnit,
  superUnit,
  TABLE_ENTRIES,
  tableUnit,
  UNIT_BYTES,
  UNIT_SECTORS,
  type MovedUnit,
  type SpareLayout,
  type UnitKind,
} from './spare-format.ts';

/** Anything that gives and takes whole sectors; a disk of the lab is one. */
export interface SectorStore {
  readonly bytes: number;
  readSectors(range: { first: number; count: number }): Buffer;
  writeSectors(first: number, data: Uint8Array): void;
}

export interface UnitHeader {
  readonly uuid: string;
  readonly sequence: number;
  readonly index: number;
  readonly count: number;
  readonly kind: number;
}

export interface SuperImage extends UnitHeader {
  readonly version: number;
  readonly blockSectors: number;
  readonly incompatible: bigint;
  readonly mainSectors: number;
  readonly spareSectors: number;
  readonly tableReady: number;
  readonly createdSeconds: number;
  readonly mainId: string;
}

export type SlotState = 'free' | 'mapped' | 'bad';
export type Cause = 'none' | 'auto' | 'manual' | 'proactive';

/** What one spare block is used for. Masks have bit n for sector n of the block. */
export interface EntryImage {
  readonly spareBlock: number;
  readonly state: SlotState;
  readonly block: number;
  readonly mask: bigint;
  readonly lost: bigint;
  readonly seconds: number;
  readonly cause: Cause;
}

export interface EventImage {
  readonly number: number;
  readonly milliseconds: number;
  readonly type: number;
  readonly block: bigint;
  readonly spareBlock: number;
  readonly detail: string;
}

export interface StateImage extends UnitHeader {
  readonly slot: 0 | 1;
  readonly clean: boolean;
  readonly lastEvent: number;
  readonly events: readonly EventImage[];
  readonly pending: readonly { readonly block: number; readonly seconds: number }[];
  readonly marginal: readonly MarginalImage[];
}

/** A block that could be read, but only after retries or slowly, and how often. */
export interface MarginalImage {
  readonly block: number;
  readonly soft: number;
  readonly slow: number;
}

export class SpareImageError extends Error {
  override readonly name = 'SpareImageError';
}

const STATE_HEAD = 1;
const STATE_EVENTS = 2;
const STATE_PENDING = 3;
const STATE_REGIONS = 4;
const STATE_MARGINAL = 5;
const SLOT_STATES: readonly SlotState[] = ['free', 'mapped', 'bad'];
const CAUSES: readonly Cause[] = ['none', 'auto', 'manual', 'proactive'];

function formatUuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function number64(unit: Buffer, offset: number): number {
  const value = unit.readBigUInt64LE(offset);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new SpareImageError(`the number at byte ${offset} is too large`);
  return Number(value);
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}

/** The header of a unit, or undefined when it is not a whole unit of this kind. */
export function readHeader(unit: Buffer, kind: UnitKind): UnitHeader | undefined {
  if (unit.readUInt32LE(4) !== MAGIC[kind] || unit.readUInt32LE(0) !== crc32c(unit.subarray(4))) return undefined;
  return {
    uuid: formatUuid(unit.subarray(8, 24)),
    sequence: number64(unit, 24),
    index: number64(unit, 32),
    count: unit.readUInt32LE(40),
    kind: unit.readUInt32LE(44),
  };
}

function readSuper(unit: Buffer): SuperImage | undefined {
  const header = readHeader(unit, 'super');
  if (header === undefined) return undefined;
  return {
    ...header,
    version: unit.readUInt32LE(64),
    blockSectors: unit.readUInt32LE(68),
    incompatible: unit.readBigUInt64LE(88),
    mainSectors: number64(unit, 96),
    spareSectors: number64(unit, 104),
    tableReady: number64(unit, 128),
    createdSeconds: number64(unit, 136),
    mainId: text(unit.subarray(192, 256)),
  };
}

function readEntry(bytes: Buffer, spareBlock: number): EntryImage {
  const state = SLOT_STATES[bytes.readUInt8(44)];
  const cause = CAUSES[bytes.readUInt8(45)];
  if (state === undefined || cause === undefined) {
    throw new SpareImageError(`the table entry of spare block ${spareBlock} has an unknown state or cause`);
  }
  const wide = (offset: number): bigint => bytes.readBigUInt64LE(offset) | (bytes.readBigUInt64LE(offset + 8) << 64n);
  return {
    spareBlock,
    state,
    block: number64(bytes, 0),
    mask: wide(8),
    lost: wide(24),
    seconds: bytes.readUInt32LE(40),
    cause,
  };
}

/** Reads the metadata of a spare as an activation would, and lets a test change its bytes. */
export class SpareImage {
  readonly layout: SpareLayout;
  readonly #store: SectorStore;
  readonly #firstSector: number;

  /** The spare begins at a sector of the store; by default it is the whole of it. */
  constructor(store: SectorStore, blockSectors: number, place?: { first: number; count: number }) {
    this.#store = store;
    this.#firstSector = place?.first ?? 0;
    this.layout = spareLayout(place?.count ?? store.bytes / 512, blockSectors);
  }

  unit(number: number): Buffer {
    return this.#store.readSectors({ first: this.#firstSector + number * UNIT_SECTORS, count: UNIT_SECTORS });
  }

  writeUnit(number: number, bytes: Buffer): void {
    if (bytes.length !== UNIT_BYTES) throw new SpareImageError('a unit has 4096 bytes');
    this.#store.writeSectors(this.#firstSector + number * UNIT_SECTORS, bytes);
  }

  /** Changes the superblock at every place that has one, and mends its checksum. */
  changeSuperblocks(change: (bytes: Buffer) => void): void {
    for (const place of this.layout.places) {
      const bytes = this.unit(place);
      if (bytes.readUInt32LE(4) !== MAGIC.super) continue;
      change(bytes);
      this.writeUnit(place, sealUnit(bytes));
    }
  }

  /** Says that only so many units of the table are in use yet, so that it must grow for the next one. */
  setTableReady(units: number): void {
    this.changeSuperblocks((bytes) => bytes.writeBigUInt64LE(BigInt(units), 128));
  }

  /** Flips bits in the middle of a unit without mending its checksum. */
  damage(number: number): void {
    const bytes = this.unit(number);
    for (let offset = 1024; offset < 1032; offset++) bytes.writeUInt8(bytes.readUInt8(offset) ^ 0x5a, offset);
    this.writeUnit(number, bytes);
  }

  /** The superblock of a copy, or undefined when it is damaged or missing. */
  super(copy: 0 | 1): SuperImage | undefined {
    const found = readSuper(this.unit(superUnit(this.layout, copy)));
    return found?.index === copy ? found : undefined;
  }

  /** The newest superblock. */
  newestSuper(): SuperImage {
    const [best] = [this.super(0), this.super(1)]
      .filter((found) => found !== undefined)
      .sort((a, b) => b.sequence - a.sequence);
    if (best === undefined) throw new SpareImageError('no copy has a valid superblock');
    return best;
  }

  /** The units of the table that stand elsewhere, as the newest superblock has them. Throws when they cannot be. */
  moved(): readonly MovedUnit[] {
    return this.#movedOf(this.newestSuper());
  }

  #movedOf(newest: SuperImage): readonly MovedUnit[] {
    const moved = parseMoved(this.unit(superUnit(this.layout, newest.index === 0 ? 0 : 1)), this.layout);
    if (typeof moved === 'string') throw new SpareImageError(moved);
    return moved;
  }

  /** Unit of the spare at which a unit of the table stands. */
  tableAt(copy: 0 | 1, index: number): number {
    return tableUnit(this.layout, copy, index, this.moved());
  }

  /** The header of a unit of the table, from where it stands; undefined when it is not whole. */
  tableHeader(copy: 0 | 1, index: number): UnitHeader | undefined {
    return this.#headerAt(this.tableAt(copy, index), index, this.newestSuper());
  }

  #headerAt(unit: number, index: number, { uuid }: SuperImage): UnitHeader | undefined {
    const header = readHeader(this.unit(unit), 'table');
    return header?.index === index && header.uuid === uuid ? header : undefined;
  }

  /** Every entry that is not free, ascending by spare block, from the newest copy of each unit of the table. */
  entries(): EntryImage[] {
    const used: EntryImage[] = [];
    const newest = this.newestSuper();
    const moved = this.#movedOf(newest);
    for (let index = 0; index < newest.tableReady; index++) {
      let best: { unit: number; sequence: number } | undefined;
      for (const copy of [0, 1] as const) {
        const unit = tableUnit(this.layout, copy, index, moved);
        const sequence = this.#headerAt(unit, index, newest)?.sequence ?? -1;
        if (sequence > (best?.sequence ?? -1)) best = { unit, sequence };
      }
      if (best === undefined) throw new SpareImageError(`table unit ${index} is damaged in every copy`);
      const bytes = this.unit(best.unit);
      for (let entry = 0; entry < TABLE_ENTRIES; entry++) {
        const offset = 64 + entry * 48;
        const found = readEntry(bytes.subarray(offset, offset + 48), index * TABLE_ENTRIES + entry);
        if (found.state !== 'free') used.push(found);
      }
    }
    return used;
  }

  /** The entries of mapped blocks, ascending by main block. Throws when the table contradicts itself. */
  mapped(): EntryImage[] {
    const mapped = this.entries().filter((entry) => entry.state === 'mapped');
    const blocks = new Set<number>();
    const moved = this.moved();
    for (const entry of mapped) {
      if (blocks.has(entry.block)) throw new SpareImageError(`block ${entry.block} is mapped twice`);
      if (!isUsable(this.layout, entry.spareBlock, moved)) {
        throw new SpareImageError(`block ${entry.block} is mapped onto metadata, spare block ${entry.spareBlock}`);
      }
      blocks.add(entry.block);
    }
    return mapped.sort((a, b) => a.block - b.block);
  }

  /** The newest saved state, or undefined when none was saved. */
  state(): StateImage | undefined {
    const heads = ([0, 1] as const).flatMap((slot) => {
      const unit = this.unit(stateUnit(this.layout, slot, 0));
      const header = readHeader(unit, 'state');
      return header?.kind === STATE_HEAD && header.index === 0 ? [{ slot, unit, header }] : [];
    });
    const [head] = heads.sort((a, b) => b.header.sequence - a.header.sequence);
    if (head === undefined) return undefined;
    const { slot, unit, header } = head;
    const units = [68, 72, 76, 196].reduce((sum, offset) => sum + unit.readUInt32LE(offset), 0);
    const events: EventImage[] = [];
    const pending: { block: number; seconds: number }[] = [];
    const marginal: MarginalImage[] = [];
    for (let index = 1; index <= units; index++) {
      const body = this.unit(stateUnit(this.layout, slot, index));
      const found = readHeader(body, 'state');
      if (found?.sequence !== header.sequence || found.index !== index) {
        throw new SpareImageError(`unit ${index} of state slot ${slot} is not part of its save`);
      }
      if (found.kind === STATE_EVENTS) events.push(...readEvents(body, found.count));
      else if (found.kind === STATE_PENDING) pending.push(...readPending(body, found.count));
      else if (found.kind === STATE_MARGINAL) marginal.push(...readMarginal(body, found.count));
      else if (found.kind !== STATE_REGIONS) {
        throw new SpareImageError(`unit ${index} of state slot ${slot} is of no known kind`);
      }
    }
    const clean = (unit.readUInt32LE(64) & 1) === 1;
    return { ...header, slot, clean, lastEvent: number64(unit, 80), events, pending, marginal };
  }

  /** Whether both copies are whole and alike. */
  copiesAgree(): boolean {
    const supers = ([0, 1] as const).map((copy) => this.super(copy));
    if (supers.some((found) => found === undefined) || supers[0]?.sequence !== supers[1]?.sequence) return false;
    const newest = this.newestSuper();
    const moved = this.#movedOf(newest);
    for (let index = 0; index < newest.tableReady; index++) {
      const [first, second] = ([0, 1] as const).map((copy) => tableUnit(this.layout, copy, index, moved));
      if (first === undefined || second === undefined || this.#headerAt(first, index, newest) === undefined)
        return false;
      if (!this.unit(first).equals(this.unit(second))) return false;
    }
    return true;
  }
}

function readEvents(unit: Buffer, count: number): EventImage[] {
  return Array.from({ length: count }, (_, index) => {
    const bytes = unit.subarray(64 + index * 64, 128 + index * 64);
    return {
      number: number64(bytes, 0),
      milliseconds: number64(bytes, 8),
      block: bytes.readBigUInt64LE(16),
      spareBlock: bytes.readUInt32LE(24),
      type: bytes.readUInt16LE(28),
      detail: text(bytes.subarray(32, 64)),
    };
  });
}

function readMarginal(unit: Buffer, count: number): MarginalImage[] {
  return Array.from({ length: count }, (_, index) => ({
    block: number64(unit, 64 + index * 16),
    soft: unit.readUInt32LE(72 + index * 16),
    slow: unit.readUInt32LE(76 + index * 16),
  }));
}

function readPending(unit: Buffer, count: number): { block: number; seconds: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    block: number64(unit, 64 + index * 16),
    seconds: number64(unit, 72 + index * 16),
  }));
}
