import { describe, expect, it } from 'vitest';

import { AppError } from '../../app/errors.ts';
import { fixture as read } from '../fixtures.ts';
import { atByte, parseChunks, parseInodes, parseNames, parseSuper } from './parse-btrfs.ts';
import { parseGroups, parseIcheck, parseNcheck, parseStat, parseSuperblock, parseTestb } from './parse-ext.ts';
import { parseClusterBytes, parseClusters } from './parse-ntfs.ts';
import { parseBlockuse, parseFound, parseFsmap, parseGeometry, parseLinks } from './parse-xfs.ts';

const fixture = (name: string): string => read(`files/${name}`);
const none = { paths: [], morePaths: false };

describe('ext4', () => {
  const geometry = parseSuperblock(fixture('dumpe2fs-h.txt'));

  it('gives the geometry', () => {
    expect(geometry).toEqual({
      blockBytes: 1024,
      firstBlock: 1,
      blockCount: 40_960,
      inodeTableBlocks: 512,
      journalInode: 8,
    });
    expect(() => parseSuperblock('dumpe2fs: Bad magic number')).toThrow(AppError);
  });

  it('gives tables of all groups, also of those without a copy of the superblock', () => {
    const tables = parseGroups(fixture('dumpe2fs-g.txt'), geometry);
    expect(tables).toContainEqual({ first: 8193, count: 1, what: 'superblock' });
    expect(tables).toContainEqual({ first: 8194, count: 1, what: 'group descriptors' });
    expect(tables).toContainEqual({ first: 2317, count: 512, what: 'inode table' });
    expect(tables.filter(({ what }) => what === 'superblock')).toHaveLength(3);
    expect(tables.filter(({ what }) => what === 'inode bitmap')).toHaveLength(5);
    expect(() => parseGroups('', geometry)).toThrow(AppError);
  });

  it('gives inodes by block and blocks in use', () => {
    expect(parseIcheck(fixture('debugfs-icheck.txt'))).toEqual(
      new Map([
        [1421, 13],
        [1440, 13],
        [1441, 14],
        [5, 2],
        [1000, 8],
      ]),
    );
    expect(parseTestb(fixture('debugfs-testb.txt'))).toEqual(new Set([1439, 1440, 1441, 1442, 1443]));
    expect(parseIcheck('icheck: Filesystem not open\n')).toBeNull();
    expect(parseTestb('testb: Filesystem not open\n')).toBeNull();
  });

  it('gives names, with the line ends that are in them', () => {
    expect(parseNcheck(fixture('debugfs-ncheck.txt'), new Set([12, 13, 14, 15]))).toEqual(
      new Map([
        [12, ['/docs']],
        [13, ['/hard', '/docs/letter.txt']],
        [14, ['/docs/nä"me\nx']],
        [15, []],
      ]),
    );
    const spoofed = 'Inode\tPathname\n13\t/a\n99\t/etc/shadow\n';
    expect(parseNcheck(spoofed, new Set([13]))).toEqual(new Map([[13, ['/a\n99\t/etc/shadow']]]));
  });

  it('gives type and links of an inode', () => {
    expect(parseStat(fixture('debugfs-stat.txt'))).toEqual({ type: 'regular', links: 2 });
    expect(parseStat('<99>: File not found by ext2_lookup \n')).toBeNull();
  });
});

describe('xfs', () => {
  it('gives what the kernel maps', () => {
    const rows = parseFsmap(fixture('xfs_io-fsmap.txt'));
    expect(rows).toHaveLength(13);
    expect(rows[0]).toEqual({
      first: 0,
      count: 8,
      has: { is: 'owner', owner: { kind: 'metadata', inode: null, ...none, what: 'static fs metadata' } },
    });
    expect(rows[2]?.has).toMatchObject({ owner: { kind: 'metadata', what: 'inode btree' } });
    expect(rows[10]).toEqual({ first: 192, count: 160, has: { is: 'inode', inode: 132, what: null } });
    expect(parseFsmap('\t0: 7:2 [80..89]: inode 131 attr 0..7 10\n')[0]?.has).toEqual({
      is: 'inode',
      inode: 131,
      what: 'its extended attributes',
    });
  });

  it('says when there is no map of what is in use', () => {
    expect(parseFsmap(fixture('xfs_io-fsmap-plain.txt')).map(({ first, has }) => [first, has.is])).toEqual([
      [0, 'used'],
      [80, 'owner'],
      [128, 'used'],
      [512, 'owner'],
    ]);
  });

  const blocks = [0, 5, 13, 16, 24, 88, 89, 90, 91].map((block) => [0, block] as const);
  const unnamed = { ...none, inode: null };

  it('gives what xfs_db says, with line ends in names', () => {
    expect(parseGeometry(fixture('xfs_db-sb.txt'))).toEqual({ blockBytes: 4096, groupBlocks: 20_480 });
    const letter = { kind: 'file', inode: 655, paths: ['/docs/line\nend'], morePaths: false, what: null };
    expect(parseBlockuse(fixture('xfs_db-blockuse.txt'), blocks)).toEqual([
      { kind: 'metadata', ...unnamed, what: 'superblock' },
      { kind: 'metadata', ...unnamed, what: 'reverse map btree' },
      { kind: 'directory', inode: 134, paths: ['/big'], morePaths: false, what: null },
      { kind: 'metadata', ...unnamed, what: 'inodes' },
      { kind: 'file', inode: 132, paths: ['/hard'], morePaths: false, what: null },
      { kind: 'file', inode: 656, paths: ['/link'], morePaths: false, what: 'symbolic link' },
      letter,
      letter,
      { kind: 'free', ...unnamed, what: null },
    ]);
  });

  it('does not believe names among which one pretends to be an answer', () => {
    const text = 'block 7 (0/7) type data inode 9 a\nblock 8 (0/8) type free2\nblock 8 (0/8) type data inode 10 b\n';
    expect(
      parseBlockuse(text, [
        [0, 7],
        [0, 8],
      ]).map(({ paths }) => paths),
    ).toEqual([[], []]);
  });

  it('gives the links of each inode that is there', () => {
    const text =
      'current inode number is 131\ncore.nlinkv2 = 2\nbad inode number 99999999\ncurrent inode number is 131\n' +
      'core.nlinkv2 = 2\ncurrent inode number is 132\ncore.nlinkv2 = 1\n';
    expect([...parseLinks(text)]).toEqual([
      [131, 2],
      [132, 1],
    ]);
    expect(parseLinks('').size).toBe(0);
  });

  it('gives what find found', () => {
    expect(parseFound(fixture('find.txt'))).toEqual([
      { inode: 128, directory: true, path: '/' },
      { inode: 131, directory: true, path: '/docs' },
      { inode: 132, directory: false, path: '/docs/letter.txt' },
      { inode: 132, directory: false, path: '/hard' },
    ]);
  });
});

describe('btrfs', () => {
  const chunks = parseChunks(fixture('btrfs-chunks.txt'));

  it('gives the device and the chunks', () => {
    expect(parseSuper(fixture('btrfs-super.txt'))).toEqual({ id: 1, sectorBytes: 4096 });
    expect(chunks).toHaveLength(4);
    expect(chunks[2]).toEqual({
      logical: 30_408_704,
      length: 33_554_432,
      types: ['METADATA'],
      profile: 'DUP',
      stripes: [
        { device: 1, offset: 38_797_312 },
        { device: 1, offset: 72_351_744 },
      ],
    });
    expect(parseChunks('ERROR: cannot read chunk root\n')).toEqual([]);
  });

  it('finds what is at a byte of the device, in any copy', () => {
    expect(atByte(chunks, 1, 105_906_176 + 8192)).toEqual({ is: 'data', logical: 63_963_136 + 8192 });
    expect(atByte(chunks, 1, 72_351_744)).toEqual({ is: 'metadata', what: 'trees' });
    expect(atByte(chunks, 1, 30_408_704)).toEqual({ is: 'metadata', what: 'chunk tree' });
    expect(atByte(chunks, 1, 64 * 1024)).toEqual({ is: 'metadata', what: 'superblock' });
    expect(atByte(chunks, 1, 0)).toEqual({ is: 'metadata', what: 'reserved for boot loaders' });
    expect(atByte(chunks, 1, 300_000_000)).toEqual({ is: 'unallocated' });
    expect(atByte(chunks, 2, 105_906_176)).toEqual({ is: 'unallocated' });
  });

  it('does not follow chunks that are spread over devices', () => {
    const striped = chunks.map((chunk) => ({ ...chunk, profile: 'RAID0' }));
    expect(atByte(striped, 1, 105_906_176)).toEqual({ is: 'spread', profile: 'RAID0' });
  });

  it('gives inodes and names', () => {
    expect(parseInodes(fixture('btrfs-inodes.txt'))).toEqual([{ inode: 4_564_190, root: 5 }]);
    expect(parseNames(fixture('btrfs-names.txt'), '/mnt/b')).toEqual(['/hard', '/docs/letter.txt', '/docs/le\ntter']);
    expect(parseNames('/hard\n', '/')).toEqual(['/hard']);
  });
});

describe('NTFS', () => {
  it('gives the size of clusters and who has them', () => {
    expect(parseClusterBytes(fixture('ntfscluster-i.txt'))).toBe(4096);
    expect(parseClusters(fixture('ntfscluster-c.txt'))).toEqual([
      { kind: 'metadata', inode: 2, ...none, what: '$LogFile' },
      { kind: 'file', inode: 64, paths: ['/letter.txt'], morePaths: false, what: null },
    ]);
    expect(parseClusters(fixture('ntfscluster-none.txt'))).toEqual([]);
    expect(parseClusters('Failed to mount: Invalid argument\n')).toBeNull();
    expect(parseClusterBytes.bind(null, 'nothing')).toThrow(AppError);
  });

  it('keeps names with line ends whole, and knows folders by their attributes', () => {
    const text = (rows: string): string => `Searching for cluster 9\n${rows}* 2 inodes found\n`;
    expect(parseClusters(text('Inode 70 /a\nb/$DATA\nInode 71 /docs/$INDEX_ALLOCATION\n'))).toMatchObject([
      { kind: 'file', inode: 70, paths: ['/a\nb'] },
      { kind: 'directory', inode: 71, paths: ['/docs'] },
    ]);
  });
});
