import { linesOf, parseCount, unreadable } from '../parse/fault.ts';
import type { Span } from './spans.ts';

/** What the superblock says of an ext2, ext3 or ext4 file system. Blocks are the file system's. */
export interface ExtGeometry {
  readonly blockBytes: number;
  readonly firstBlock: number;
  readonly blockCount: number;
  /** Blocks of a group's inode table. */
  readonly inodeTableBlocks: number;
  readonly journalInode: number | null;
}

const superblock = 'the superblock of a file system';

/** Reads `dumpe2fs -h`. */
export function parseSuperblock(text: string): ExtGeometry {
  const field = (name: string): string | undefined => new RegExp(`^${name}:\\s+(\\S+)$`, 'm').exec(text)?.[1];
  const count = (name: string): number => parseCount(field(name), superblock, text);
  const journal = field('Journal inode');
  const geometry = {
    blockBytes: count('Block size'),
    firstBlock: count('First block'),
    blockCount: count('Block count'),
    inodeTableBlocks: count('Inode blocks per group'),
    journalInode: journal === undefined ? null : parseCount(journal, superblock, text),
  };
  if (geometry.blockBytes < 1024 || geometry.blockBytes % 512 !== 0) throw unreadable(superblock, text);
  return geometry;
}

/** Reads `icheck`: inode by block; a block without one is not in the map. Null when it is no answer at all. */
export function parseIcheck(text: string): Map<number, number> | null {
  const [head, ...lines] = linesOf(text);
  if (head !== 'Block\tInode number') return null;
  return new Map(
    lines.flatMap((line) => {
      const fit = /^(\d{1,16})\t(\d{1,10})$/.exec(line);
      return fit === null ? [] : [[Number(fit[1]), Number(fit[2])] as const];
    }),
  );
}

/** Reads `testb`: the blocks that are in use. Null when it is no answer at all. */
export function parseTestb(text: string): Set<number> | null {
  const rows = [...text.matchAll(/^Block (\d{1,16}) (marked in use|not in use)$/gm)];
  if (rows.length === 0) return null;
  return new Set(rows.flatMap(([, block, state]) => (state === 'marked in use' ? [Number(block)] : [])));
}

/**
 * Reads `ncheck`: names by inode. A name may hold line ends: a line that does not begin with one of the inodes that were
 * asked for belongs to the name before it. Null when it is no answer at all.
 */
export function parseNcheck(text: string, asked: ReadonlySet<number>): Map<number, string[]> | null {
  const [head, ...lines] = text.replace(/\n$/, '').split('\n');
  if (head !== 'Inode\tPathname') return null;
  const names = new Map<number, string[]>([...asked].map((inode) => [inode, []]));
  let last: string[] | null = null;
  for (const line of lines) {
    const fit = /^(\d{1,10})\t(\/.*)$/.exec(line);
    const inode = Number(fit?.[1]);
    const list = names.get(inode);
    if (fit !== null && list !== undefined) {
      // The root's own names come with two slashes.
      list.push((fit[2] ?? '').replace(/^\/\//, '/'));
      last = list;
    } else if (last !== null) last.push(`${last.pop() ?? ''}\n${line}`);
  }
  return names;
}

export interface ExtInode {
  readonly type: string;
  readonly links: number;
}

/** Reads the first lines of `stat`; null when there is no such inode. */
export function parseStat(text: string): ExtInode | null {
  const type = /^Inode: \d+\s+Type: (.+?)\s+Mode:/.exec(text)?.[1];
  const links = /^Links: (\d{1,5})\s/m.exec(text)?.[1];
  return type === undefined || links === undefined ? null : { type, links: Number(links) };
}

/** Tables of all groups, by what they are. */
export interface ExtTable extends Span {
  readonly what: string;
}

/** Reads `dumpe2fs -g`. */
export function parseGroups(text: string, { inodeTableBlocks }: ExtGeometry): ExtTable[] {
  const what = 'the groups of a file system';
  const rows = linesOf(text).filter((line) => /^\d+:\d/.test(line));
  if (rows.length === 0) throw unreadable(what, text);
  return rows.flatMap((row) => {
    const [, , superAt, descriptors, blockBitmap, inodeBitmap, inodeTable] = row.split(':');
    const at = (word: string | undefined, name: string, count = 1): ExtTable[] =>
      word === '-1' ? [] : [{ first: parseCount(word, what, row), count, what: name }];
    const [from, to] = descriptors?.split('-') ?? [];
    const described =
      descriptors === '-1'
        ? []
        : at(from, 'group descriptors', parseCount(to, what, row) - parseCount(from, what, row) + 1);
    return [
      ...at(superAt, 'superblock'),
      ...described,
      ...at(blockBitmap, 'block bitmap'),
      ...at(inodeBitmap, 'inode bitmap'),
      ...at(inodeTable, 'inode table', inodeTableBlocks),
    ];
  });
}
