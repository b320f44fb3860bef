import { AppError } from '../../app/errors.ts';
import type { Mount } from '../parse/proc.ts';
import {
  parseBlockuse,
  parseFound,
  parseFsmap,
  parseGeometry,
  parseLinks,
  type FoundName,
  type XfsOwner,
} from './parse-xfs.ts';
import type { RunTool } from './question.ts';
import { nameless, overlap, sectorsOf, uncovered, unitsOf, type OwnedSpan, type Owner, type Span } from './spans.ts';
import { MOST_FILES, named, toolSays, type AskVolume } from './volume.ts';

/** How long the names of files are searched for in a mounted file system. Milliseconds. */
const SEARCH_LIMIT = 300_000;
/** xfs_db does not end with 0 when it met anything that is not as it should be, and answers all the same. */
const XFS_DB_CODES = [0, 1, 2, 3];
/** What a map of a whole file system may be long, some 60 bytes for each of its mappings. Bytes. */
const MAP_LIMIT = 128 * 1024 * 1024;

/**
 * xfs: mounted, by the map that the kernel keeps (GETFSMAP), and names by a search through all folders; not mounted, by
 * xfs_db, which reads all inodes.
 */
export const askXfs: AskVolume = async (volume, spans, run) => {
  const [mount] = volume.mounts;
  const owned = mount === undefined ? await askUnmounted(volume.path, spans, run) : await askMounted(mount, spans, run);
  return { owned, current: true };
};

async function askUnmounted(path: string, spans: readonly Span[], run: RunTool): Promise<OwnedSpan[]> {
  const asked = await run('xfs_db', ['-r', '-c', 'sb 0', '-c', 'print blocksize agblocks', path]);
  const { blockBytes, groupBlocks } = parseGeometry(asked.stdout);
  const blockSectors = blockBytes / 512;
  const blocks = unitsOf(spans, blockSectors);
  const questions = blocks.flatMap((block) => ['-c', `daddr ${block * blockSectors}`, '-c', 'blockuse -n']);
  const { stdout, stderr } = await run('xfs_db', ['-r', '-c', 'blockget -n', ...questions, path], {
    allowCodes: XFS_DB_CODES,
  });
  if (!/^block \d/m.test(stdout)) throw toolSays('xfs_db', stderr || stdout);
  const places = blocks.map((block) => [Math.floor(block / groupBlocks), block % groupBlocks] as const);
  const owners = await withMoreNames(path, parseBlockuse(stdout, places), run);
  return blocks.map((block, n) => ({
    ...sectorsOf({ first: block, count: 1 }, blockSectors),
    ...(owners[n] ?? nameless('unknown', null)),
  }));
}

/** xfs_db tells one name of a file. That there are others is in its count of links. */
async function withMoreNames(path: string, owners: readonly Owner[], run: RunTool): Promise<Owner[]> {
  const files = owners.flatMap(({ kind, inode, paths }) =>
    kind === 'file' && inode !== null && paths.length > 0 ? [inode] : [],
  );
  const asked = [...new Set(files)];
  if (asked.length === 0) return [...owners];
  // It stays at the inode before where it finds none; so it says again where it is.
  const questions = asked.flatMap((inode) => ['-c', `inode ${inode}`, '-c', 'inode', '-c', 'print core.nlinkv2']);
  const { stdout } = await run('xfs_db', ['-r', ...questions, path], { allowCodes: XFS_DB_CODES });
  const links = parseLinks(stdout);
  return owners.map((owner) => ({
    ...owner,
    morePaths: owner.kind === 'file' && owner.inode !== null && (links.get(owner.inode) ?? 1) > owner.paths.length,
  }));
}

async function askMounted({ at, root }: Mount, spans: readonly Span[], run: RunTool): Promise<OwnedSpan[]> {
  const questions = spans.flatMap(({ first, count }) => ['-c', `fsmap -d ${first} ${first + count - 1}`]);
  const near = parseFsmap((await run('xfs_io', ['-r', ...questions, at])).stdout);
  // Linux 6.1 tells nothing of a mapping that begins before the range.
  const mapped = spans.every((span) => uncovered(span, near).length === 0) ? near : await wholeMap(at, run);
  const pieces = spans.flatMap((span) =>
    mapped.flatMap(({ has, ...row }) => {
      const part = overlap(span, row);
      return part === null ? [] : [{ ...part, has }];
    }),
  );
  const inodes = new Set(pieces.flatMap(({ has }) => (has.is === 'inode' ? [has.inode] : [])));
  const search = await findNames(at, [...inodes].slice(0, MOST_FILES), run);
  return pieces.map(({ has, first, count }) => ({ first, count, ...ownerOf(has, search, root) }));
}

async function wholeMap(at: string, run: RunTool): Promise<ReturnType<typeof parseFsmap>> {
  const { stdout, stderr } = await run('xfs_io', ['-r', '-c', 'fsmap -d', at], { maxBytes: MAP_LIMIT });
  const mapped = parseFsmap(stdout);
  if (mapped.length === 0) throw toolSays('xfs_io', stderr || stdout);
  return mapped;
}

interface Search {
  readonly names: readonly FoundName[];
  /** All folders were looked through. */
  readonly whole: boolean;
}

function ownerOf(has: XfsOwner, { names, whole }: Search, root: string): Owner {
  switch (has.is) {
    case 'owner':
      return has.owner;
    case 'used':
      return nameless(
        'unknown',
        'in use; this file system keeps no map of what by (rmapbt=0), so that it can be asked only while it is not mounted',
      );
    case 'inode': {
      const mine = names.filter(({ inode }) => inode === has.inode);
      const prefix = root === '/' ? '' : root;
      const paths = mine.map(({ path }) => `${prefix}${path}`);
      const why = whole
        ? 'it has no name below where the file system is mounted: deleted and still open, or in another folder'
        : 'the search for its name took too long and was ended';
      const kind = mine[0]?.directory === true ? 'directory' : 'file';
      return named(kind, has.inode, paths, paths.length === 0 ? why : has.what);
    }
  }
}

/** Looks through all folders of a mounted file system for files by their numbers. */
async function findNames(at: string, inodes: readonly number[], run: RunTool): Promise<Search> {
  if (inodes.length === 0) return { names: [], whole: true };
  const tests = inodes.flatMap((inode, n) => [...(n === 0 ? [] : ['-o']), '-inum', String(inode)]);
  try {
    // It ends with 1 where a folder could not be read.
    const { code, stdout } = await run('find', [at, '-xdev', '(', ...tests, ')', '-printf', '%i %y %P\\0'], {
      timeoutMs: SEARCH_LIMIT,
      allowCodes: [0, 1],
    });
    return { names: parseFound(stdout), whole: code === 0 };
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'timeout') return { names: [], whole: false };
    throw thrown;
  }
}
