import { seenAt } from '../../app/domain/files.ts';
import { atByte, parseChunks, parseInodes, parseNames, parseSuper, type LogicalInode } from './parse-btrfs.ts';
import type { RunTool } from './question.ts';
import { nameless, sectorsOf, unitsOf, type OwnedSpan, type Owner } from './spans.ts';
import { MOST_FILES, named, toolSays, type AskVolume, type Volume } from './volume.ts';

/** Number of the subvolume that all others are in. */
const TOP = 5;
/** Roots below 256 that are no subvolume hold the file system's own files, such as its cache of free space. */
const FIRST_SUBVOLUME = 256;

/**
 * btrfs: the chunks say at which logical address a block of the device lies, and the kernel, while it is mounted, which
 * file has that address. Names are found in subvolumes that can be seen below a mount.
 */
export const askBtrfs: AskVolume = async (volume, spans, run) => {
  const { id, sectorBytes } = parseSuper((await run('btrfs', ['inspect-internal', 'dump-super', volume.path])).stdout);
  const tree = await run('btrfs', ['inspect-internal', 'dump-tree', '-t', 'chunk', volume.path]);
  const chunks = parseChunks(tree.stdout);
  if (chunks.length === 0) throw toolSays('btrfs', tree.stderr || tree.stdout);
  const unitSectors = sectorBytes / 512;
  const resolve = resolver(volume, run);
  const owned: OwnedSpan[] = [];
  for (const unit of unitsOf(spans, unitSectors)) {
    const at = atByte(chunks, id, unit * sectorBytes);
    const place = sectorsOf({ first: unit, count: 1 }, unitSectors);
    for (const owner of at.is === 'data' ? await resolve(at.logical) : [ownerOf(at)])
      owned.push({ ...place, ...owner });
  }
  // The chunks were read from the device; the kernel may have made one since.
  return { owned, current: volume.mounts.length === 0 };
};

function ownerOf(at: Exclude<ReturnType<typeof atByte>, { is: 'data' }>): Owner {
  switch (at.is) {
    case 'metadata':
      return nameless('metadata', at.what);
    case 'spread':
      return nameless('unknown', `this part is spread over several devices (${at.profile}), which is not followed`);
    case 'unallocated':
      return nameless('free', null);
  }
}

/** Asks for one logical address after another; each file is asked for its names once. */
function resolver(volume: Volume, run: RunTool): (logical: number) => Promise<Owner[]> {
  const [mount] = volume.mounts;
  const known = new Map<string, Owner>();
  const folders = new Map<number, string | null>();

  const folderOf = async (root: number, at: string): Promise<string | null> => {
    const cached = folders.get(root);
    if (cached !== undefined) return cached;
    const said =
      root === TOP ? '' : (await run('btrfs', ['inspect-internal', 'subvolid-resolve', String(root), at])).stdout;
    const folder = `/${said.replace(/\n$/, '')}`;
    folders.set(root, folder);
    return folder;
  };

  const describe = async ({ inode, root }: LogicalInode, at: string): Promise<Owner> => {
    if (root < FIRST_SUBVOLUME && root !== TOP) return nameless('metadata', 'its own files', inode);
    const folder = await folderOf(root, at);
    const seen = folder === null ? null : seenAt({ mounts: [...volume.mounts] }, folder);
    if (seen === null) return nameless('file', `in the subvolume with the number ${root}, which is not mounted`, inode);
    const { stdout } = await run('btrfs', ['inspect-internal', 'inode-resolve', String(inode), seen], {
      allowCodes: [0, 1],
    });
    const names = parseNames(stdout, seen).map((name) => (folder === '/' ? name : `${folder ?? ''}${name}`));
    return named('file', inode, names, names.length === 0 ? 'its name could not be found' : null);
  };

  return async (logical) => {
    if (mount === undefined) {
      return [nameless('unknown', 'among the data of files: mount the file system to find out of which')];
    }
    // It ends with 1 where no extent is at this address.
    const asked = await run('btrfs', ['inspect-internal', 'logical-resolve', '-P', String(logical), mount.at], {
      allowCodes: [0, 1],
    });
    const inodes = parseInodes(asked.stdout);
    if (inodes.length === 0) {
      if (asked.code === 0) return [nameless('free', 'kept with a file that no longer uses this part')];
      if (asked.stderr.includes('No such file or directory')) return [nameless('free', null)];
      throw toolSays('btrfs', asked.stderr);
    }
    const owners: Owner[] = [];
    for (const one of inodes) {
      const key = `${one.root}/${one.inode}`;
      const owner =
        known.get(key) ??
        (known.size < MOST_FILES
          ? await describe(one, mount.at)
          : nameless('file', 'one of many files: ask for fewer blocks to get its name', one.inode));
      known.set(key, owner);
      owners.push(owner);
    }
    return owners;
  };
}
