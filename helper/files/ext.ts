import type { RunTool } from './question.ts';
import { parseGroups, parseIcheck, parseNcheck, parseStat, parseSuperblock, parseTestb } from './parse-ext.ts';
import type { ExtGeometry, ExtInode, ExtTable } from './parse-ext.ts';
import { nameless, runsOf, sectorsOf, unitsOf, type OwnedSpan, type Owner } from './spans.ts';
import { MOST_FILES, named, toolSays, type AskVolume } from './volume.ts';

/** Inodes that the file system keeps for itself (ext4's special inodes). */
const reserved: Readonly<Record<number, string>> = {
  1: 'list of bad blocks',
  3: 'user quota',
  4: 'group quota',
  7: 'reserved group descriptors',
  8: 'journal',
  9: 'exclude list',
};

/**
 * ext2, ext3 and ext4, by debugfs and dumpe2fs, which open the device read-only. All inode tables are read. They share
 * the page cache with a mounted file system, but what it has not yet given a block, or freed, is not seen.
 */
export const askExt: AskVolume = async (volume, spans, run) => {
  const geometry = parseSuperblock((await run('dumpe2fs', ['-h', volume.path])).stdout);
  const blockSectors = geometry.blockBytes / 512;
  const all = unitsOf(spans, blockSectors);
  // debugfs takes no block 0: it is known what lies there.
  const blocks = all.filter((block) => block > 0 && block < geometry.blockCount);
  const asked = await owners(volume.path, blocks, geometry, run);
  const owned = all.map((block): OwnedSpan => ({
    ...sectorsOf({ first: block, count: 1 }, blockSectors),
    ...(asked.get(block) ?? outside(block, geometry)),
  }));
  return { owned, current: volume.mounts.length === 0 };
};

/** What a block is that debugfs was not asked about. */
function outside(block: number, { firstBlock }: ExtGeometry): Owner {
  if (block > 0) return nameless('unknown', 'after the end of the file system');
  // With blocks of 1024 bytes the superblock is block 1.
  return nameless('metadata', firstBlock === 0 ? 'superblock' : 'boot block');
}

async function owners(
  path: string,
  blocks: readonly number[],
  geometry: ExtGeometry,
  run: RunTool,
): Promise<Map<number, Owner>> {
  if (blocks.length === 0) return new Map();
  const found = await debugfs(run, path, `icheck ${blocks.join(' ')}`, parseIcheck);
  const inodes = new Set(found.answer.values());
  const files = await describe(path, inodes, geometry, run);
  const others = blocks.filter((block) => !found.answer.has(block));
  const used = new Set<number>();
  for (const { first, count } of runsOf(others)) {
    const { answer } = await debugfs(run, path, `testb ${first} ${count}`, parseTestb);
    for (const block of answer) used.add(block);
  }
  const tables = used.size === 0 ? [] : parseGroups((await run('dumpe2fs', ['-g', path])).stdout, geometry);
  return new Map(
    blocks.map((block) => {
      const inode = found.answer.get(block);
      const file = inode === undefined ? undefined : files.get(inode);
      return [block, file ?? ownerless(block, used.has(block), tables, found.complaint)] as const;
    }),
  );
}

/** What a block is that no inode has. */
function ownerless(block: number, used: boolean, tables: readonly ExtTable[], complaint: string | null): Owner {
  if (!used) return nameless('free', null);
  const table = tables.find(({ first, count }) => block >= first && block < first + count);
  if (table !== undefined) return nameless('metadata', table.what);
  return nameless(
    'unknown',
    complaint === null
      ? 'in use by nothing that has a name: a deleted file that a program still has open, or a change that was not written yet'
      : 'in use, but not all tables could be read to find by what',
  );
}

async function describe(
  path: string,
  inodes: ReadonlySet<number>,
  { journalInode }: ExtGeometry,
  run: RunTool,
): Promise<Map<number, Owner>> {
  const special = (inode: number): string | undefined => (inode === journalInode ? 'journal' : reserved[inode]);
  const described = new Map<number, Owner>();
  const ordinary: number[] = [];
  for (const inode of inodes) {
    const what = special(inode);
    if (what !== undefined) described.set(inode, nameless('metadata', what, inode));
    else if (ordinary.length < MOST_FILES) ordinary.push(inode);
    else described.set(inode, nameless('file', 'one of many files: ask for fewer blocks to get its name', inode));
  }
  if (ordinary.length === 0) return described;
  const asked = new Set(ordinary);
  const names = await debugfs(run, path, `ncheck ${ordinary.join(' ')}`, (text) => parseNcheck(text, asked));
  for (const inode of ordinary) {
    const { stdout } = await run('debugfs', ['-R', `stat <${inode}>`, path]);
    described.set(inode, ownerOf(inode, parseStat(stdout), names.answer.get(inode) ?? []));
  }
  return described;
}

function ownerOf(inode: number, stat: ExtInode | null, names: readonly string[]): Owner {
  const kind = stat?.type === 'directory' ? 'directory' : 'file';
  const what = names.length === 0 ? 'its name could not be found' : otherType(stat?.type);
  // More names than links: one of them holds line ends and what looks like a name of its own. A directory has one.
  const links = kind === 'directory' ? 1 : (stat?.links ?? names.length);
  const honest = names.length > links ? [names.join(`\n${inode}\t`)] : names;
  return named(kind, inode, honest, what);
}

function otherType(type: string | undefined): string | null {
  return type === undefined || type === 'regular' || type === 'directory' ? null : type;
}

/**
 * One request of debugfs, which ends with 0 whatever happened: an answer is told by its form. `complaint` is what it said
 * beside its version and the answer.
 */
async function debugfs<T>(
  run: RunTool,
  path: string,
  request: string,
  parse: (text: string) => T | null,
): Promise<{ answer: T; complaint: string | null }> {
  const { stdout, stderr } = await run('debugfs', ['-R', request, path]);
  const words = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^debugfs \d/.test(line))
    .join('\n');
  const answer = parse(stdout);
  if (answer === null) throw toolSays('debugfs', words || stdout);
  return { answer, complaint: words === '' ? null : words };
}
