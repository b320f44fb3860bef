/**
 * What the kernel tests keep in sectors. A sector's contents follow from a tag and the sector's number, every byte of
 * them, so that a reader can tell which write a sector holds and whether it is in its place.
 *
 * Layout, little-endian: 0 magic, 4 tag, 8 sector number, 12 to 511 filling that depends on both. The tag 0 stands for
 * a sector of zeroes.
 */
export const SECTOR_BYTES = 512;

/** What a sector holds that was never written by a test, or belongs elsewhere. */
export const FOREIGN = -1;

const MAGIC = 0x54524d44;
/** Bytes at which a sector carries its tag, and the number of the sector it belongs to. */
export const TAG_OFFSET = 4;
export const NUMBER_OFFSET = 8;

const words = new Int32Array(SECTOR_BYTES / 4);
const bytesOfWords = Buffer.from(words.buffer);

/** Makes the contents in `words`. Little-endian processors only, as all that the lab runs on are. */
function make(tag: number, sector: number): void {
  if (tag === 0) {
    words.fill(0);
    return;
  }
  words[0] = MAGIC;
  words[1] = tag;
  words[2] = sector;
  let filling = Math.imul(tag, 0x9e3779b1) ^ Math.imul(sector, 0x85ebca6b);
  for (let index = 3; index < words.length; index++) {
    filling = (filling + 0x6d2b79f5) | 0;
    words[index] = filling;
  }
}

/** Fills one sector of `target`, from byte `offset` on. */
export function fillSector(target: Buffer, offset: number, tag: number, sector: number): void {
  make(tag, sector);
  bytesOfWords.copy(target, offset);
}

/** The contents of `count` sectors from `first` on. */
export function contentOf(tag: number, first: number, count: number): Buffer {
  const result = Buffer.alloc(count * SECTOR_BYTES);
  for (let index = 0; index < count; index++) fillSector(result, index * SECTOR_BYTES, tag, first + index);
  return result;
}

const ZEROES = Buffer.alloc(SECTOR_BYTES);

/** The tag of a sector that was read from `sector`; `FOREIGN` when a single byte is not as that tag says. */
export function tagOf(source: Buffer, offset: number, sector: number): number {
  const bytes = source.subarray(offset, offset + SECTOR_BYTES);
  const isOurs = bytes.readUInt32LE(0) === MAGIC;
  if (!isOurs) return bytes.equals(ZEROES) ? 0 : FOREIGN;
  const tag = bytes.readUInt32LE(TAG_OFFSET);
  make(tag, sector);
  return bytes.equals(bytesOfWords) ? tag : FOREIGN;
}

/** The tag of each sector of `source`, which was read from `first` on. */
export function tagsOf(source: Buffer, first: number): number[] {
  const tags: number[] = [];
  for (let at = 0; at < source.length; at += SECTOR_BYTES) tags.push(tagOf(source, at, first + at / SECTOR_BYTES));
  return tags;
}

/** Runs of [value, length]; the inverse of `expandRuns`. */
export function runsOf(values: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last?.[0] === value) last[1] += 1;
    else runs.push([value, 1]);
  }
  return runs;
}

export function expandRuns(runs: readonly (readonly [number, number])[]): number[] {
  return runs.flatMap(([value, count]) => Array.from({ length: count }, () => value));
}
