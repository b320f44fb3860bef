import type { BlockOwner } from '../../app/domain/files.ts';
import type { LabDisk } from '../../lab/index.ts';
import type { HelperFixture } from './harness.ts';

const PIECE_SECTORS = 2048;

/**
 * Bytes of a disk at which `pattern` stands, as the host sees the disk: another way to where a file lies than to ask the
 * file system. Looked for at the starts of sectors only.
 */
export function whereOnDisk(disk: LabDisk, pattern: Buffer): number[] {
  const found: number[] = [];
  for (let first = 0; first < disk.bytes / 512; first += PIECE_SECTORS) {
    const data = disk.readSectors({ first, count: PIECE_SECTORS });
    for (let at = data.indexOf(pattern); at !== -1; at = data.indexOf(pattern, at + 1)) {
      if (at % 512 === 0) found.push(first * 512 + at);
    }
  }
  return found;
}

/** The start of line `n` of what {@link writeMarked} writes: the 4096 bytes of each line are found by it. */
export function mark(text: string, n: number): Buffer {
  return Buffer.from(`${text} ${n} `.padEnd(64, '.'));
}

/** A script that writes `count` pieces of 4096 bytes, each with its {@link mark} at the start. */
export function writeMarked(path: string, text: string, count: number): string {
  const head = `$(printf '%s' "${text} $n " | sed -e ':a' -e 's/^.\\{1,63\\}$/&./;ta')`;
  return `for n in $(seq 0 ${count - 1}); do printf '%-4096s' "${head}"; done > '${path}'`;
}

/** The block of a pair, of `blockBytes`, at which main holds `pattern`, as the host sees main; it must be there once. */
export function blockOnDisk(main: LabDisk, pattern: Buffer, blockBytes: number): number {
  const [first, ...others] = whereOnDisk(main, pattern);
  if (first === undefined || others.length > 0)
    throw new Error(`main holds it ${others.length + (first === undefined ? 0 : 1)} times`);
  return Math.floor(first / blockBytes);
}

/** What the helper tells of one block of a pair; fails unless it is one row. */
export async function onlyOwner({ client }: HelperFixture, name: string, block: number): Promise<BlockOwner> {
  const { owners } = await client.call('target.files', { name, ranges: [{ firstBlock: block, blockCount: 1 }] });
  const [owner] = owners;
  if (owner === undefined || owners.length !== 1) throw new Error(`block ${block}: ${JSON.stringify(owners)}`);
  return owner;
}
