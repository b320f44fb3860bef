import { parseCount, unreadable } from '../parse/fault.ts';

/** What the superblock on one device of a btrfs says. */
export interface BtrfsDevice {
  readonly id: number;
  readonly sectorBytes: number;
}

/** Reads `btrfs inspect-internal dump-super`. */
export function parseSuper(text: string): BtrfsDevice {
  const what = 'the superblock of a file system';
  const field = (name: string): number => parseCount(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(text)?.[1], what, text);
  const device = { id: field('dev_item\\.devid'), sectorBytes: field('sectorsize') };
  if (device.sectorBytes < 512 || device.sectorBytes % 512 !== 0) throw unreadable(what, text);
  return device;
}

/** A chunk: a run of logical addresses and where its copies lie. All in bytes. */
export interface Chunk {
  readonly logical: number;
  readonly length: number;
  /** `DATA`, `METADATA`, `SYSTEM` or both of the first. */
  readonly types: readonly string[];
  /** `single`, `DUP`, `RAID1`, … */
  readonly profile: string;
  readonly stripes: readonly { readonly device: number; readonly offset: number }[];
}

/** Reads `btrfs inspect-internal dump-tree -t chunk`. */
export function parseChunks(text: string): Chunk[] {
  const what = 'the chunks of a file system';
  const count = (word: string | undefined): number => parseCount(word, what, text.slice(0, 500));
  const items = text.split(/^\titem \d+ key /m).slice(1);
  return items.flatMap((item) => {
    const logical = /^\(FIRST_CHUNK_TREE CHUNK_ITEM (\d+)\)/.exec(item)?.[1];
    if (logical === undefined) return [];
    const [, length, type = ''] = /^\s+length (\d+) owner \d+ stripe_len \d+ type (\S+)$/m.exec(item) ?? [];
    const words = type.split('|');
    const stripes = [...item.matchAll(/^\s+stripe \d+ devid (\d+) offset (\d+)$/gm)];
    return [
      {
        logical: count(logical),
        length: count(length),
        types: words.filter((word) => /^(DATA|METADATA|SYSTEM)$/.test(word)),
        profile: words.find((word) => !/^(DATA|METADATA|SYSTEM)$/.test(word)) ?? 'single',
        stripes: stripes.map(([, device, offset]) => ({ device: count(device), offset: count(offset) })),
      },
    ];
  });
}

/** What is at a byte of a device. */
export type AtByte =
  | { readonly is: 'data'; readonly logical: number }
  | { readonly is: 'metadata'; readonly what: string }
  /** In a chunk whose profile spreads its data over devices. */
  | { readonly is: 'spread'; readonly profile: string }
  | { readonly is: 'unallocated' };

/** Profiles whose every copy holds the whole chunk in one piece. */
const whole: ReadonlySet<string> = new Set(['single', 'DUP', 'RAID1', 'RAID1C3', 'RAID1C4']);
/** Where the copies of the superblock lie, and what is left free for boot loaders before the first chunk. Bytes. */
const SUPERBLOCKS = [64 * 1024, 64 * 1024 * 1024, 256 * 1024 * 1024 * 1024] as const;
const SUPERBLOCK_BYTES = 4096;
const RESERVED_BYTES = 1024 * 1024;

/** Finds the chunk of a byte of a device. */
export function atByte(chunks: readonly Chunk[], device: number, byte: number): AtByte {
  if (SUPERBLOCKS.some((at) => byte >= at && byte < at + SUPERBLOCK_BYTES))
    return { is: 'metadata', what: 'superblock' };
  for (const { logical, length, types, profile, stripes } of chunks) {
    if (!whole.has(profile)) {
      // How much of each device such a chunk takes depends on its profile; it takes no more than its whole length.
      if (
        stripes.some((stripe) => stripe.device === device && byte >= stripe.offset && byte < stripe.offset + length)
      ) {
        return { is: 'spread', profile };
      }
      continue;
    }
    const stripe = stripes.find((one) => one.device === device && byte >= one.offset && byte < one.offset + length);
    if (stripe === undefined) continue;
    if (types.includes('DATA')) return { is: 'data', logical: logical + byte - stripe.offset };
    return { is: 'metadata', what: types.includes('SYSTEM') ? 'chunk tree' : 'trees' };
  }
  return byte < RESERVED_BYTES ? { is: 'metadata', what: 'reserved for boot loaders' } : { is: 'unallocated' };
}

export interface LogicalInode {
  readonly inode: number;
  /** Number of the subvolume. */
  readonly root: number;
}

/** Reads `logical-resolve -P`. */
export function parseInodes(text: string): LogicalInode[] {
  return [...text.matchAll(/^inode (\d{1,16}) offset \d+ root (\d{1,16})$/gm)].map(([, inode, root]) => ({
    inode: Number(inode),
    root: Number(root),
  }));
}

/**
 * Reads `inode-resolve` on a folder: names, from that folder. A line that is not below it belongs to the name before,
 * which has a line end in it.
 */
export function parseNames(text: string, folder: string): string[] {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  const names: string[] = [];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (line.startsWith(prefix)) names.push(`/${line.slice(prefix.length).replace(/^\/+/, '')}`);
    else if (names.length > 0) names.push(`${names.pop() ?? ''}\n${line}`);
  }
  return names;
}
