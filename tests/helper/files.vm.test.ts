import { afterEach, describe, expect, it } from 'vitest';

import type { BlockOwner, FilesAnswer } from '../../app/domain/files.ts';
import { useHelper } from './harness.ts';
import { mark, blockOnDisk, onlyOwner, writeMarked } from './on-disk.ts';

const fixture = useHelper();
const name = 'disk';
const BLOCK_BYTES = 4096;

// What lies over the pair goes before it.
afterEach(() => fixture.sh('umount /tmp/m 2>/dev/null || true; dmsetup remove disk1 disk2 2>/dev/null || true'));

function ask(firstBlock: number, blockCount = 1): Promise<FilesAnswer> {
  return fixture.client.call('target.files', { name, ranges: [{ firstBlock, blockCount }] });
}

const ownerOf = (block: number): Promise<BlockOwner> => onlyOwner(fixture, name, block);

const blockOf = (pattern: Buffer): number => blockOnDisk(fixture.disk('main'), pattern, BLOCK_BYTES);

/** A pair with a mounted ext4 of `blockBytes`, and `/docs/letter.txt` of eight marked pieces on it. */
async function withLetter(blockBytes = BLOCK_BYTES): Promise<number> {
  await fixture.createPair();
  await fixture.sh(`
    mkfs.ext4 -q -b ${blockBytes} /dev/mapper/disk; mkdir -p /tmp/m; mount /dev/mapper/disk /tmp/m; mkdir /tmp/m/docs
    ${writeMarked('/tmp/m/docs/letter.txt', 'letter', 8)}
    sync`);
  return Number(await fixture.sh('stat -c %i /tmp/m/docs/letter.txt'));
}

describe('which file lies on a block of ext4', () => {
  it('tells files, directories, tables, free blocks, and what was deleted', async () => {
    const inode = await withLetter();
    await fixture.sh('ln /tmp/m/docs/letter.txt /tmp/m/again; sync');
    const letter = blockOf(mark('letter', 5));
    expect(await ask(letter)).toMatchObject({
      owners: [{ firstBlock: letter, blockCount: 1, kind: 'file', inode, place: 0, what: null }],
      places: [
        {
          device: '/dev/mapper/disk',
          fileSystem: 'ext4',
          mounts: [{ at: '/tmp/m', root: '/' }],
          current: false,
          problem: null,
        },
      ],
    });
    expect((await ownerOf(letter)).paths.toSorted()).toEqual(['/again', '/docs/letter.txt']);
    // Its pieces follow one another: one row.
    const first = blockOf(mark('letter', 0));
    expect((await ask(first, 8)).owners).toMatchObject([{ firstBlock: first, blockCount: 8, kind: 'file', inode }]);

    const [root] = (await fixture.sh(`debugfs -R 'blocks /docs' /dev/mapper/disk 2>/dev/null`)).trim().split(' ');
    expect(await ownerOf(Number(root))).toMatchObject({ kind: 'directory', paths: ['/docs'] });
    expect(await ownerOf(0)).toMatchObject({ kind: 'metadata', what: 'superblock', paths: [] });
    expect(await ownerOf(1)).toMatchObject({ kind: 'metadata', what: 'group descriptors' });
    // The journal begins with JBD2's magic number and its superblock's type.
    expect(await ownerOf(blockOf(Buffer.from('c03b399800000004', 'hex')))).toMatchObject({
      kind: 'metadata',
      what: 'journal',
    });
    const place = await fixture.sh(`debugfs -R 'imap <${inode}>' /dev/mapper/disk 2>/dev/null`);
    const [, table] = /block (\d+)/.exec(place) ?? [];
    expect(await ownerOf(Number(table))).toMatchObject({ kind: 'metadata', what: 'inode table' });

    await fixture.sh('rm /tmp/m/again /tmp/m/docs/letter.txt; sync');
    expect(await ownerOf(letter)).toMatchObject({ kind: 'free', inode: null, paths: [] });
    expect(await ownerOf(65_536 / 8 - 1)).toMatchObject({ kind: 'free' });
  });

  it('tells what a pending block belongs to, and a file system that is not mounted', async () => {
    const inode = await withLetter();
    const block = blockOf(mark('letter', 3));
    await fixture.sh('umount /tmp/m');
    fixture.disk('main').faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: block * 8, count: 8 }] });
    await fixture.sh(`! dd if=/dev/mapper/disk of=/dev/null bs=4096 skip=${block} count=1 iflag=direct 2>/dev/null`);
    expect(await fixture.client.call('target.status', { name })).toMatchObject({ pending: 1 });
    expect(await ask(block)).toMatchObject({
      owners: [{ kind: 'file', inode, paths: ['/docs/letter.txt'] }],
      places: [{ mounts: [], current: true }],
    });
  });

  it('holds names with line ends together, and does not take a part of one for another name', async () => {
    const inode = await withLetter();
    await fixture.sh(`cd /tmp/m/docs; mkdir -p 'a\n${inode}\t/etc'; mv letter.txt 'a\n${inode}\t/etc/shadow\nb'; sync`);
    const { paths, morePaths } = await ownerOf(blockOf(mark('letter', 1)));
    expect({ paths, morePaths }).toEqual({ paths: [`/docs/a\n${inode}\t/etc/shadow\nb`], morePaths: false });
  });

  it('looks through partitions and volumes, of blocks of another size', async () => {
    await fixture.createPair();
    await fixture.sh(`
      printf 'label: dos\\nstart=2049, size=40003\\nstart=50000, type=82\\n' | sfdisk -q /dev/mapper/disk
      dmsetup create disk1 --table '0 40003 linear /dev/mapper/disk 2049'
      printf '0 1000 linear /dev/mapper/disk 50000\\n1000 9000 linear /dev/mapper/disk 51007\\n' | dmsetup create disk2
      mkfs.ext4 -q -b 1024 /dev/mapper/disk1; mkswap /dev/mapper/disk2
      mkdir -p /tmp/m; mount /dev/mapper/disk1 /tmp/m; ${writeMarked('/tmp/m/small', 'small', 2)}
      sync`);
    const block = blockOf(mark('small', 1));
    const answer = await ask(block);
    expect(answer.owners).toContainEqual(
      expect.objectContaining({ firstBlock: block, kind: 'file', paths: ['/small'] }),
    );
    expect(answer.places).toMatchObject([{ device: '/dev/mapper/disk1', mounts: [{ at: '/tmp/m', root: '/' }] }]);
    // Block 0 has the table of partitions, 6250 begins the second one: told beside what can be told.
    const ranges = [0, block, 6250].map((firstBlock) => ({ firstBlock, blockCount: 1 }));
    const mixed = await fixture.client.call('target.files', { name, ranges });
    expect(mixed.owners).toContainEqual(expect.objectContaining({ firstBlock: block, kind: 'file' }));
    expect(mixed.owners.filter(({ firstBlock }) => firstBlock !== block)).toMatchObject([
      { kind: 'unknown' },
      { kind: 'unknown' },
    ]);
    expect(mixed.places.map(({ device, problem }) => [device, problem?.sentence ?? null])).toEqual([
      ['/dev/mapper/disk1', null],
      ['/dev/mapper/disk2', expect.stringContaining('a swap area')],
      ['/dev/mapper/disk', expect.stringContaining('in none of the partitions')],
    ]);
  });
});

describe('it is refused, with nothing changed,', () => {
  const refused = (firstBlock: number, blockCount = 1, of = name) =>
    fixture.client.refused('target.files', { name: of, ranges: [{ firstBlock, blockCount }] });

  it('for a name that no pair has and for blocks that are not there', async () => {
    await withLetter();
    const bytes = fixture.bytes();
    expect(await refused(0, 1, 'other')).toMatchObject({ code: 'target-missing' });
    expect(await refused(8191, 2)).toMatchObject({
      code: 'bad-request',
      sentence: expect.stringContaining('8192 blocks') as string,
    });
    expect(await refused(0, 1025)).toMatchObject({ code: 'bad-request' });
    expect((await ownerOf(8191)).kind).toBe('free');
    expect(fixture.bytes()).toBe(bytes);
  });

  it('where there is no file system, or one of another kind', async () => {
    await fixture.createPair();
    expect(await refused(5)).toMatchObject({
      code: 'no-file-system',
      sentence: expect.stringContaining('holds no file system') as string,
    });
    await fixture.sh('mkswap /dev/mapper/disk');
    expect(await refused(5)).toMatchObject({
      code: 'no-file-system',
      sentence: expect.stringContaining('swap area') as string,
    });
    // The magic number of a minix file system with names of 14 characters, in its superblock.
    await fixture.sh(`
      dd if=/dev/zero of=/dev/mapper/disk bs=4096 count=4 2>/dev/null
      printf '\\040\\000\\100\\000\\001\\000\\001\\000\\004\\000\\000\\000\\000\\034\\010\\020\\177\\023\\001\\000' | dd of=/dev/mapper/disk bs=1 seek=1024 conv=notrunc 2>/dev/null
      sync`);
    expect(await refused(5)).toMatchObject({
      code: 'no-file-system',
      sentence: expect.stringContaining('minix') as string,
    });
  });

  it('where the tool is missing, by the name of its package', async () => {
    await withLetter();
    await fixture.sh('mount --bind /dev/null /usr/sbin/debugfs');
    const error = await refused(5);
    await fixture.sh('umount /usr/sbin/debugfs');
    expect(error).toMatchObject({
      code: 'tool-missing',
      remedy: expect.stringContaining('apt-get install e2fsprogs') as string,
    });
    expect((await ownerOf(0)).kind).toBe('metadata');
  });

  it('while another question is answered, which can be stopped though the disk hangs', async () => {
    await withLetter();
    const block = blockOf(mark('letter', 0));
    await fixture.sh('umount /tmp/m; echo 3 > /proc/sys/vm/drop_caches');
    const { faults } = fixture.disk('main');
    const hung = new Promise<void>((resolve) => faults.onHit(() => resolve()));
    faults.add({ kind: 'hang', operations: ['read'], ranges: [{ first: 16, count: 65_000 }] });
    const first = refused(block);
    await hung;
    expect(await refused(block)).toMatchObject({ code: 'busy' });
    await fixture.client.call('target.filesStop', {});
    expect(await first).toMatchObject({ code: 'cancelled' });
    faults.clear();
    expect(await ownerOf(block)).toMatchObject({ kind: 'file', paths: ['/docs/letter.txt'] });
  });
});
