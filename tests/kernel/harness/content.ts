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

/** Fills one sector of `target`, from byte `offset` on. */
export function fillSector(target: Buffer, offset: number, tag: number, sector: number): void {
  if (tag === 0) {
    target.fill(0, offset, offset + SECTOR_BYTES);
    return;
  }
  target.writeUInt32LE(MAGIC, offset);
  target.writeUInt32LE(tag, offset + 4);
  target.writeUInt32LE(sector, offset + 8);
  // xorshift32 (Marsaglia, 2003); its state must not be zero.
  let state = (Math.imul(tag, 0x9e3779b1) ^ Math.imul(sector, 0x85ebca6b)) >>> 0 || 1;
  for (let at = 12; at < SECTOR_BYTES; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    target.writeUInt32LE(state >>> 0, offset + at);
  }
}

/** The contents of `count` sectors from `first` on. */
export function contentOf(tag: number, first: number, count: number): Buffer {
  const result = Buffer.alloc(count * SECTOR_BYTES);
  for (let index = 0; index < count; index++) fillSector(result, index * SECTOR_BYTES, tag, first + index);
  return result;
}

const expected = Buffer.alloc(SECTOR_BYTES);
const ZEROES = Buffer.alloc(SECTOR_BYTES);

/** The tag of a sector that was read from `sector`; `FOREIGN` when a single byte is not as that tag says. */
export function tagOf(source: Buffer, offset: number, sector: number): number {
  const bytes = source.subarray(offset, offset + SECTOR_BYTES);
  const isOurs = bytes.readUInt32LE(0) === MAGIC;
  if (!isOurs) return bytes.equals(ZEROES) ? 0 : FOREIGN;
  const tag = bytes.readUInt32LE(4);
  fillSector(expected, 0, tag, sector);
  return bytes.equals(expected) ? tag : FOREIGN;
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
