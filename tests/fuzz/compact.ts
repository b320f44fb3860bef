import { crc32c } from '../kernel/harness/spare-format.ts';

/**
 * The compact form of a spare in which the fuzzer keeps its images; `harness/image.h` describes it. Written a second
 * time here so that the reader does not get its images from the code that is tested.
 */

const UNIT_BYTES = 4096;
const ZEROES = Buffer.alloc(UNIT_BYTES);
const MOST_UNITS = 192;
const MOST_SECTORS = 2 ** 18;
const HEADER_BYTES = 4;
const RECORD_BYTES = 7;
const PATCH_BYTES = 4;
const SEALED = 1;
const UNREADABLE = 2;

interface Unit {
  readonly bytes: Buffer;
  flags: number;
}

export interface Image {
  readonly sizeSectors: number;
  /** Units that are not zero, by their numbers. */
  readonly units: ReadonlyMap<number, Unit>;
}

/** Length of the record at `at`, null when it is cut short. */
function recordLength(compact: Buffer, at: number): number | null {
  let end = at + RECORD_BYTES;
  if (end > compact.length) return null;
  for (let patches = compact.readUInt16LE(at + 5); patches > 0; patches -= 1) {
    if (end + PATCH_BYTES > compact.length) return null;
    end += PATCH_BYTES + compact.readUInt16LE(end + 2);
  }
  return end > compact.length ? null : end - at;
}

/** Checksums of units that were zero before their record, by the record: changed images share most of their units. */
const checksums = new Map<string, number>();
const MOST_CHECKSUMS = 20_000;

function checksumOf(unit: Buffer, record: Buffer | null): number {
  const key = record?.toString('latin1', 5);
  const known = key === undefined ? undefined : checksums.get(key);
  if (known !== undefined) return known;
  const checksum = crc32c(unit.subarray(4));
  if (checksums.size === MOST_CHECKSUMS) checksums.clear();
  if (key !== undefined) checksums.set(key, checksum);
  return checksum;
}

function applyRecord(unit: Unit, record: Buffer, first: boolean): void {
  unit.flags = record.readUInt8(4);
  let at = RECORD_BYTES;
  while (at < record.length) {
    const offset = record.readUInt16LE(at);
    const length = record.readUInt16LE(at + 2);
    const taken = Math.max(0, Math.min(length, UNIT_BYTES - offset));
    record.copy(unit.bytes, offset, at + PATCH_BYTES, at + PATCH_BYTES + taken);
    at += PATCH_BYTES + length;
  }
  if ((unit.flags & SEALED) !== 0) unit.bytes.writeUInt32LE(checksumOf(unit.bytes, first ? record : null), 0);
}

export function parseImage(compact: Buffer): Image {
  const units = new Map<number, Unit>();
  if (compact.length < HEADER_BYTES) return { sizeSectors: 0, units };
  let at = HEADER_BYTES;
  for (let length = recordLength(compact, at); length !== null; length = recordLength(compact, at)) {
    const number = compact.readUInt32LE(at);
    let unit = units.get(number);
    const first = unit === undefined;
    if (unit === undefined && units.size < MOST_UNITS) {
      unit = { bytes: Buffer.alloc(UNIT_BYTES), flags: 0 };
      units.set(number, unit);
    }
    if (unit !== undefined) applyRecord(unit, compact.subarray(at, at + length), first);
    at += length;
  }
  return { sizeSectors: Math.min(compact.readUInt32LE(0), MOST_SECTORS), units };
}

/** The source that the reader reads an image from. */
export function sourceOf({ sizeSectors, units }: Image): {
  sizeSectors: number;
  read(unit: number): Promise<Uint8Array | null>;
  readMany(first: number, count: number): Promise<(Uint8Array | null)[]>;
} {
  const readNow = (number: number): Uint8Array | null => {
    if ((number + 1) * 8 > sizeSectors) return null;
    const unit = units.get(number);
    if (unit === undefined) return ZEROES;
    return (unit.flags & UNREADABLE) === 0 ? unit.bytes : null;
  };
  return {
    sizeSectors,
    read: (unit) => Promise.resolve(readNow(unit)),
    readMany: (first, count) => Promise.resolve(Array.from({ length: count }, (_, index) => readNow(first + index))),
  };
}

/** Images one after the other, each behind its length. */
export function streamOf(images: readonly Buffer[]): Buffer {
  return Buffer.concat(
    images.flatMap((image) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(image.length);
      return [length, image];
    }),
  );
}

export function imagesOf(stream: Buffer): Buffer[] {
  const images: Buffer[] = [];
  for (let at = 0; at < stream.length;) {
    const length = stream.readUInt32LE(at);
    images.push(stream.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return images;
}
