import {
  isUsable,
  MAGIC,
  sealUnit,
  spareLayout,
  stateUnit,
  superUnit,
  TABLE_ENTRIES,
  tableUnit,
  UNIT_BYTES,
  writeMoved,
  type MovedUnit,
  type SpareLayout,
  type UnitKind,
} from '../kernel/harness/spare-format.ts';

export const UUID = '00112233-4455-6677-8899-aabbccddeeff';
const COPIES = [0, 1] as const;

export interface MakerOptions {
  readonly spareSectors?: number;
  readonly blockSectors?: number;
  readonly mainSectors?: number;
  readonly tableReady?: number;
}

export interface MadeEntry {
  readonly state?: number;
  readonly block?: number;
  readonly mask?: bigint;
  readonly lost?: bigint;
  readonly seconds?: number;
  readonly cause?: number;
}

/**
 * Makes images of spares byte by byte from docs/on-disk-format.md, sound ones and wrong ones, and gives them to a
 * reader as a device would. Its layout is that of the kernel tests, which shares no code with the reader.
 */
export class SpareMaker {
  readonly layout: SpareLayout;
  readonly bytes: Buffer;
  readonly unreadable = new Set<number>();
  /** Sequence number of the next unit that is written to both copies. */
  sequence = 10n;
  /** Units of the table that stand elsewhere; see {@link move}. */
  readonly moved: MovedUnit[] = [];
  readonly #mainSectors: number;
  readonly #tableReady: number;

  constructor(options: MakerOptions = {}) {
    this.layout = spareLayout(options.spareSectors ?? 4096, options.blockSectors ?? 8);
    this.#mainSectors = options.mainSectors ?? 65_537;
    this.#tableReady = Math.min(this.layout.tableUnits, options.tableReady ?? 6);
    this.bytes = Buffer.alloc(this.layout.spareSectors * 512);
    for (const copy of COPIES) {
      for (let index = 0; index < this.#tableReady; index += 1)
        this.put(tableUnit(this.layout, copy, index), this.tableUnit(index));
      this.putSuper(copy);
    }
  }

  /** What a reader reads from. */
  get source(): {
    sizeSectors: number;
    read(unit: number): Promise<Uint8Array | null>;
    readMany(first: number, count: number): Promise<(Uint8Array | null)[]>;
  } {
    const read = (unit: number): Promise<Uint8Array | null> =>
      Promise.resolve(
        this.unreadable.has(unit) || (unit + 1) * UNIT_BYTES > this.bytes.length ? null : Buffer.from(this.unit(unit)),
      );
    return {
      sizeSectors: this.bytes.length / 512,
      read,
      readMany: (first, count) => Promise.all(Array.from({ length: count }, (_, index) => read(first + index))),
    };
  }

  unit(unit: number): Buffer {
    return this.bytes.subarray(unit * UNIT_BYTES, (unit + 1) * UNIT_BYTES);
  }

  put(unit: number, bytes: Uint8Array): void {
    this.unit(unit).set(bytes);
  }

  /** Changes bytes of a unit and makes its checksum right again. */
  change(unit: number, edit: (bytes: Buffer) => void): void {
    edit(this.unit(unit));
    sealUnit(this.unit(unit));
  }

  /** Flips a bit and leaves the checksum as it was. */
  rot(unit: number, offset = 1000): void {
    this.unit(unit).writeUInt8(this.unit(unit).readUInt8(offset) ^ 4, offset);
  }

  tableAt(copy: 0 | 1, index: number): number {
    return tableUnit(this.layout, copy, index, this.moved);
  }

  superAt(copy: 0 | 1): number {
    return superUnit(this.layout, copy);
  }

  stateAt(slot: 0 | 1, index: number): number {
    return stateUnit(this.layout, slot, index);
  }

  /** The first spare block from `from` on that may hold data. */
  usableFrom(from: number): number {
    let block = from;
    while (!isUsable(this.layout, block, this.moved)) block += 1;
    return block;
  }

  /** Moves a unit of the table to another unit of the spare, and lists it in both superblocks. Its own place rots. */
  move(copy: 0 | 1, unit: number, place: number): void {
    const own = this.tableAt(copy, unit);
    this.put(place, Buffer.from(this.unit(own)));
    this.unit(own).fill(0xd1);
    this.moved.push({ copy, unit, place });
    this.sequence += 1n;
    for (const one of COPIES) this.putSuper(one);
  }

  /** Enters what a spare block is used for into both copies, as one commit. Returns the number of the table unit. */
  enter(spareBlock: number, entry: MadeEntry, copies: readonly (0 | 1)[] = COPIES): number {
    const index = Math.floor(spareBlock / TABLE_ENTRIES);
    this.sequence += 1n;
    for (const copy of copies) {
      this.change(this.tableAt(copy, index), (bytes) => {
        bytes.writeBigUInt64LE(this.sequence, 24);
        writeEntry(bytes.subarray(64 + (spareBlock % TABLE_ENTRIES) * 48), entry);
      });
    }
    return index;
  }

  putSuper(copy: 0 | 1, edit: (bytes: Buffer) => void = () => undefined): void {
    const { layout } = this;
    const bytes = this.header('super', copy);
    bytes.writeUInt32LE(1, 64);
    bytes.writeUInt32LE(layout.blockSectors, 68);
    const wide: readonly (readonly [number, number])[] = [
      [96, this.#mainSectors],
      [104, layout.spareSectors],
      [112, layout.spareBlocks],
      [120, layout.tableUnits],
      [128, this.#tableReady],
      [136, 1_700_000_000],
      [152, layout.copies[0]],
      [160, layout.copies[1]],
    ];
    for (const [offset, value] of wide) bytes.writeBigUInt64LE(BigInt(value), offset);
    bytes.writeUInt32LE(2, 144);
    bytes.writeUInt32LE(layout.stateUnits, 148);
    bytes.writeUInt32LE(512, 184);
    bytes.write('naa.5000c500a1b2c3d4', 192, 'latin1');
    writeMoved(bytes, this.moved);
    edit(bytes);
    this.put(this.superAt(copy), sealUnit(bytes));
  }

  /** A save with one unit each of events, of pending and of marginal blocks. */
  save(slot: 0 | 1): void {
    this.sequence += 1n;
    const head = this.header('state', 0, 0, 1);
    head.writeUInt32LE(1, 64);
    head.writeUInt32LE(1, 68);
    head.writeUInt32LE(1, 72);
    head.writeBigUInt64LE(2n, 80);
    head.writeBigUInt64LE(5n, 96);
    head.writeUInt32LE(1, 196);
    const events = this.header('state', 1, 2, 2);
    for (const [index, [type, block]] of [
      [1, 77n],
      [17, 0xffff_ffff_ffff_ffffn],
    ].entries() as ArrayIterator<[number, [number, bigint]]>) {
      const at = 64 + index * 64;
      events.writeBigUInt64LE(BigInt(index + 1), at);
      events.writeBigUInt64LE(1_700_000_000_123n, at + 8);
      events.writeBigUInt64LE(block, at + 16);
      events.writeUInt32LE(0xffff_ffff, at + 24);
      events.writeUInt16LE(type, at + 28);
      if (index === 0) events.write('auto', at + 32, 'latin1');
    }
    const pending = this.header('state', 2, 1, 3);
    pending.writeBigUInt64LE(99n, 64);
    pending.writeBigUInt64LE(1_700_000_000n, 72);
    const marginal = this.header('state', 3, 1, 5);
    marginal.writeBigUInt64LE(98n, 64);
    marginal.writeUInt32LE(2, 72);
    marginal.writeUInt32LE(1, 76);
    for (const [index, unit] of [head, events, pending, marginal].entries()) {
      this.put(this.stateAt(slot, index), sealUnit(unit));
    }
  }

  tableUnit(index: number): Buffer {
    return sealUnit(this.header('table', index));
  }

  header(kind: UnitKind, index: number, count = 0, stateKind = 0): Buffer {
    const bytes = Buffer.alloc(UNIT_BYTES);
    bytes.writeUInt32LE(MAGIC[kind], 4);
    bytes.write(UUID.replaceAll('-', ''), 8, 'hex');
    bytes.writeBigUInt64LE(this.sequence, 24);
    bytes.writeBigUInt64LE(BigInt(index), 32);
    bytes.writeUInt32LE(count, 40);
    bytes.writeUInt32LE(stateKind, 44);
    return bytes;
  }
}

function writeEntry(bytes: Buffer, entry: MadeEntry): void {
  const { state = 1, block = 0, mask = 0xffn, lost = 0n, seconds = 1_700_000_000, cause = 1 } = entry;
  const mapped = state === 1;
  bytes.fill(0, 0, 48);
  if (mapped) {
    bytes.writeBigUInt64LE(BigInt(block), 0);
    for (const [offset, value] of [
      [8, mask],
      [24, lost],
    ] as const) {
      bytes.writeBigUInt64LE(value & 0xffff_ffff_ffff_ffffn, offset);
      bytes.writeBigUInt64LE(value >> 64n, offset + 8);
    }
    bytes.writeUInt32LE(seconds, 40);
    bytes.writeUInt8(cause, 45);
  }
  bytes.writeUInt8(state, 44);
}
