import type { BlockOwner, FileRange, FilesAnswer } from '../../app/domain/files.ts';

/** What lies on the blocks of the scene's device, in turns. */
const owners: readonly Omit<BlockOwner, 'firstBlock' | 'blockCount' | 'place'>[] = [
  { kind: 'file', inode: 131, paths: ['/photos/2019/harbour.jpg'], morePaths: false, what: null },
  {
    kind: 'file',
    inode: 4711,
    paths: ['/letters/tax\u202Efdp.exe', '/letters/copy of tax'],
    morePaths: false,
    what: null,
  },
  { kind: 'metadata', inode: null, paths: [], morePaths: false, what: 'inode table' },
  { kind: 'directory', inode: 90, paths: ['/music'], morePaths: false, what: null },
  { kind: 'free', inode: null, paths: [], morePaths: false, what: null },
  {
    kind: 'unknown',
    inode: null,
    paths: [],
    morePaths: false,
    what: 'in use, but not all tables could be read to find by what',
  },
];

/** Answers for each range by the next of {@link owners}. */
export function sceneFiles(ranges: readonly FileRange[]): FilesAnswer {
  return {
    owners: ranges.flatMap((range, n) => {
      const owner = owners[n % owners.length];
      return owner === undefined ? [] : [{ ...range, ...owner, paths: [...owner.paths], place: 0 }];
    }),
    places: [
      {
        device: '/dev/mapper/safe',
        fileSystem: 'ext4',
        mounts: [{ at: '/mnt/photos', root: '/' }],
        current: false,
        problem: null,
      },
    ],
  };
}
