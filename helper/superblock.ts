import { crc32c } from './crc32c.ts';
import { superblockPlaces, UNIT_BYTES, usableBlocks } from './layout.ts';
import { readAligned, type AlignedReader } from './raw-device.ts';

/** `RmpS`, little-endian. */
const MAGIC = 0x53706d52;
const VERSION = 1;
/** Byte offsets of the fields, from docs/on-disk-format.md. */
const at = {
  crc: 0,
  magic: 4,
  uuid: 8,
  sequence: 24,
  version: 64,
  blockSectors: 68,
  roCompat: 80,
  incompat: 88,
  mainSectors: 96,
  spareSectors: 104,
  mainId: 192,
} as const;
const MAIN_ID_BYTES = 64;

export interface Superblock {
  readonly uuid: string;
  readonly sequence: bigint;
  readonly mainId: string | null;
  readonly mainSectors: number;
  readonly spareSectors: number;
  readonly blockSectors: number;
}

/** What one place of a superblock holds. */
export type Decoded =
  { readonly kind: 'none' | 'damaged' | 'unsupported' } | { readonly kind: 'valid'; readonly superblock: Superblock };

/** Reads one metadata unit of {@link UNIT_BYTES}; it is `valid` only with the right checksum and plausible numbers. */
export function decodeSuperblock(unit: Uint8Array): Decoded {
  const view = new DataView(unit.buffer, unit.byteOffset, unit.byteLength);
  if (unit.length !== UNIT_BYTES || view.getUint32(at.magic, true) !== MAGIC) return { kind: 'none' };
  if (view.getUint32(at.crc, true) !== crc32c(unit.subarray(4))) return { kind: 'damaged' };
  const features = view.getBigUint64(at.roCompat, true) | view.getBigUint64(at.incompat, true);
  if (view.getUint32(at.version, true) !== VERSION || features !== 0n) return { kind: 'unsupported' };
  const superblock = {
    uuid: uuidText(unit.subarray(at.uuid, at.uuid + 16)),
    sequence: view.getBigUint64(at.sequence, true),
    mainId: idText(unit.subarray(at.mainId, at.mainId + MAIN_ID_BYTES)),
    mainSectors: Number(view.getBigUint64(at.mainSectors, true)),
    spareSectors: Number(view.getBigUint64(at.spareSectors, true)),
    blockSectors: view.getUint32(at.blockSectors, true),
  };
  return plausible(superblock) ? { kind: 'valid', superblock } : { kind: 'damaged' };
}

function plausible({ mainSectors, spareSectors, blockSectors }: Superblock): boolean {
  return (
    Number.isSafeInteger(mainSectors) &&
    mainSectors > 0 &&
    Number.isSafeInteger(spareSectors) &&
    blockSectors >= 1 &&
    blockSectors <= 128 &&
    Number.isInteger(Math.log2(blockSectors)) &&
    usableBlocks(spareSectors, blockSectors) !== null
  );
}

/** What a device holds of ours, over all places. */
export type SpareContents =
  | { readonly kind: 'none' }
  /** A superblock that is damaged, of a newer version, or one of several that contradict each other. */
  | { readonly kind: 'unusable' }
  | { readonly kind: 'unreadable'; readonly detail: string }
  | { readonly kind: 'valid'; readonly superblock: Superblock };

/** Looks for a superblock at every place of a device. The newest valid one counts; two pairs on one spare do not. */
export async function inspectSpare(path: string, sizeSectors: number): Promise<SpareContents> {
  try {
    return await readAligned(path, (read) => inspect(read, sizeSectors));
  } catch (thrown) {
    return { kind: 'unreadable', detail: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

async function inspect(read: AlignedReader, sizeSectors: number): Promise<SpareContents> {
  const found: Superblock[] = [];
  let unusable = false;
  let failure: string | null = null;
  for (const offset of superblockPlaces(sizeSectors)) {
    try {
      const decoded = decodeSuperblock(await read(offset, UNIT_BYTES));
      if (decoded.kind === 'valid') found.push(decoded.superblock);
      else unusable ||= decoded.kind !== 'none';
    } catch (thrown) {
      failure = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
  const newest = found.reduce<Superblock | null>((a, b) => (a !== null && a.sequence >= b.sequence ? a : b), null);
  if (newest !== null) {
    return found.every(({ uuid }) => uuid === newest.uuid)
      ? { kind: 'valid', superblock: newest }
      : { kind: 'unusable' };
  }
  if (unusable) return { kind: 'unusable' };
  return failure === null ? { kind: 'none' } : { kind: 'unreadable', detail: failure };
}

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function idText(bytes: Uint8Array): string | null {
  const end = bytes.indexOf(0);
  return (
    Buffer.from(end === -1 ? bytes : bytes.subarray(0, end))
      .toString('latin1')
      .replaceAll(/[^\x21-\x7e]/g, '?') || null
  );
}
