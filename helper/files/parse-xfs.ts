import { parseCount, unreadable } from '../parse/fault.ts';
import { nameless, type Owner, type Span } from './spans.ts';

export interface XfsGeometry {
  readonly blockBytes: number;
  /** Blocks of an allocation group; the last one may be shorter. */
  readonly groupBlocks: number;
}

/** Reads `xfs_db -c 'sb 0' -c 'print blocksize agblocks'`. */
export function parseGeometry(text: string): XfsGeometry {
  const what = 'the superblock of a file system';
  const field = (name: string): number => parseCount(new RegExp(`^${name} = (\\d+)$`, 'm').exec(text)?.[1], what, text);
  const geometry = { blockBytes: field('blocksize'), groupBlocks: field('agblocks') };
  if (geometry.blockBytes < 512 || geometry.blockBytes % 512 !== 0) throw unreadable(what, text);
  return geometry;
}

/** What a mapping of the file system says: an owner, an inode whose name is to be found, or that it does not say. */
export type XfsOwner =
  | { readonly is: 'owner'; readonly owner: Owner }
  | { readonly is: 'inode'; readonly inode: number; readonly what: string | null }
  /** In use, without a reverse map that says by what. */
  | { readonly is: 'used' };

/** Reads `fsmap -d` of xfs_io: sectors of the device and what lies there. */
export function parseFsmap(text: string): (Span & { readonly has: XfsOwner })[] {
  const rows = [...text.matchAll(/^\s*\d+: \d+:\d+ \[(\d{1,16})\.\.(\d{1,16})\]: (.+) \d+\s*$/gm)];
  return rows.map(([, from, to, owner]) => ({
    first: Number(from),
    count: Number(to) - Number(from) + 1,
    has: ownerIn(owner ?? ''),
  }));
}

function ownerIn(words: string): XfsOwner {
  const fit = /^inode (\d{1,16}) (data|attr)( extent map| bmbt)?/.exec(words);
  if (fit !== null && Number.isSafeInteger(Number(fit[1]))) {
    const what = fit[3] !== undefined ? 'its extent map' : fit[2] === 'attr' ? 'its extended attributes' : null;
    return { is: 'inode', inode: Number(fit[1]), what };
  }
  if (words === 'unknown') return { is: 'used' };
  if (words === 'free space') return { is: 'owner', owner: nameless('free', null) };
  const owner = /^(static fs metadata|journalling log|per-AG metadata|inodes|.* btree|cow reservation)$/.test(words)
    ? nameless('metadata', words === 'journalling log' ? 'journal' : words)
    : nameless('unknown', words.slice(0, 300));
  return { is: 'owner', owner };
}

/** Types of blocks by which xfs_db calls what belongs to a file. */
const ofFile: Readonly<Record<string, string | null>> = {
  data: null,
  rtdata: null,
  dir: null,
  symlink: 'symbolic link',
  attr: 'its extended attributes',
  btbmapa: 'its extent map',
  btbmapd: 'its extent map',
};
const metadata: Readonly<Record<string, string>> = {
  agf: 'free space header',
  agfl: 'free space list',
  agi: 'inode header',
  btbno: 'free space btree',
  btcnt: 'free space btree',
  btino: 'inode btree',
  btfino: 'inode btree',
  btrmap: 'reverse map btree',
  btrefc: 'reference count btree',
  inode: 'inodes',
  log: 'journal',
  quota: 'quota',
  sb: 'superblock',
};

/**
 * Reads the answers of `blockuse -n`, of each of `blocks` (group and block within it) in this order. Names may hold line
 * ends: when there are more answers than questions, names are left out, since one of them pretends to be an answer.
 */
export function parseBlockuse(text: string, blocks: readonly (readonly [group: number, block: number])[]): Owner[] {
  const heads = [...text.matchAll(/^block \d+ \((\d+)\/(\d+)\) type (\S+)(?: inode (\d+))?(?: (.*))?$/gm)];
  const honest = heads.length === blocks.length;
  let from = 0;
  return blocks.map(([group, block]) => {
    const at = heads.findIndex((head, n) => n >= from && Number(head[1]) === group && Number(head[2]) === block);
    const head = heads[at];
    if (head === undefined) return nameless('unknown', 'xfs_db says nothing of it');
    from = at + 1;
    const end = heads[at + 1]?.index ?? text.length;
    const [, , , type = '', inode, firstLine] = head;
    const more = text.slice(head.index + head[0].length, end).replace(/\n+$/, '');
    const name = firstLine === undefined || !honest ? null : `${firstLine}${more}`;
    return blockOwner(type, inode === undefined ? null : Number(inode), name);
  });
}

function blockOwner(type: string, inode: number | null, name: string | null): Owner {
  if (type.startsWith('free')) return nameless('free', null);
  if (inode !== null && Object.hasOwn(ofFile, type)) {
    const what = ofFile[type] ?? null;
    if (!Number.isSafeInteger(inode)) return nameless('file', 'its number is too large');
    const directory = name?.endsWith('/.') === true;
    const kind = type === 'dir' || directory ? 'directory' : 'file';
    if (name === null) return nameless(kind, what ?? 'its name could not be found', inode);
    const path = `/${directory ? name.slice(0, -2) : name}`;
    // Of several names xfs_db tells one; whether there are more, only the inode says.
    return { kind, inode, paths: [path], morePaths: false, what };
  }
  if (Object.hasOwn(metadata, type)) return nameless('metadata', metadata[type] ?? null, inode);
  return nameless('unknown', `of the type "${type.slice(0, 64)}"`, inode);
}

/** Reads how many names each inode has, as xfs_db prints `inode` and `core.nlinkv2` one after the other. */
export function parseLinks(text: string): Map<number, number> {
  const rows = text.matchAll(/^current inode number is (\d{1,16})\ncore\.nlinkv2 = (\d{1,10})$/gm);
  return new Map([...rows].map(([, inode, links]) => [Number(inode), Number(links)]));
}

/** What find(1) tells of a file by its number. */
export interface FoundName {
  readonly inode: number;
  readonly directory: boolean;
  /** From the folder that was searched, with a slash before it. */
  readonly path: string;
}

/** Reads `-printf '%i %y %P\0'`. */
export function parseFound(text: string): FoundName[] {
  return text.split('\0').flatMap((row) => {
    const fit = /^(\d{1,16}) (\S) ([^]*)$/.exec(row);
    return fit === null ? [] : [{ inode: Number(fit[1]), directory: fit[2] === 'd', path: `/${fit[3] ?? ''}` }];
  });
}
