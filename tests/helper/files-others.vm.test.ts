import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { BlockOwner } from '../../app/domain/files.ts';
import { HelperFixture } from './harness.ts';
import { mark, blockOnDisk, onlyOwner, writeMarked } from './on-disk.ts';

const MIB = 1024 * 1024;
const BLOCK_BYTES = 4096;
const name = 'disk';

const fixture = new HelperFixture({
  tools: 'suites',
  disks: [
    // mkfs.xfs refuses less than 300 MiB.
    { name: 'main', bytes: 320 * MIB, bus: 'virtio-scsi', serial: 'MAIN-0001' },
    { name: 'spare', bytes: 32 * MIB, bus: 'virtio-scsi', serial: 'SPARE-0002' },
  ],
});

const ownerOf = (block: number): Promise<BlockOwner> => onlyOwner(fixture, name, block);

const blockOf = (pattern: Buffer): number => blockOnDisk(fixture.disk('main'), pattern, BLOCK_BYTES);

const writeLetter = writeMarked('/tmp/m/docs/letter.txt', 'letter', 8);

// The guest image with these file systems is built for this only; ext4 is tested with the others.
describe.runIf(process.env['REMAP_FILE_SYSTEMS'] === '1')('which file lies on a block of', () => {
  beforeAll(() => fixture.start());
  afterAll(() => fixture.stop());
  afterEach(async () => {
    await fixture.sh('umount /tmp/m 2>/dev/null || true');
    await fixture.cleanUp();
  });

  it('xfs with a reverse map, mounted and not', async () => {
    await fixture.createPair();
    await fixture.sh(`
      mkfs.xfs -q -m rmapbt=1 /dev/mapper/disk; mkdir -p /tmp/m; mount -t xfs /dev/mapper/disk /tmp/m; mkdir /tmp/m/docs
      ${writeLetter}; ln /tmp/m/docs/letter.txt /tmp/m/again; sync`);
    const inode = Number(await fixture.sh('stat -c %i /tmp/m/again'));
    const letter = blockOf(mark('letter', 4));
    const owner = await ownerOf(letter);
    expect(owner).toMatchObject({ kind: 'file', inode, what: null });
    expect(owner.paths.toSorted()).toEqual(['/again', '/docs/letter.txt']);
    expect(await ownerOf(0)).toMatchObject({ kind: 'metadata' });
    expect(await ownerOf((300 * MIB) / BLOCK_BYTES)).toMatchObject({ kind: 'free' });

    await fixture.sh('umount /tmp/m');
    const unmounted = await ownerOf(letter);
    expect(unmounted).toMatchObject({ kind: 'file', inode, morePaths: true });
    expect(owner.paths).toContain(unmounted.paths[0]);
    await fixture.sh('mount -t xfs /dev/mapper/disk /tmp/m; rm /tmp/m/again; umount /tmp/m');
    expect(await ownerOf(letter)).toMatchObject({ kind: 'file', inode, paths: ['/docs/letter.txt'], morePaths: false });
    expect(await ownerOf(0)).toMatchObject({ kind: 'metadata', what: 'superblock' });
    await fixture.sh('mount -t xfs /dev/mapper/disk /tmp/m; rm /tmp/m/docs/letter.txt; sync');
    expect(await ownerOf(letter)).toMatchObject({ kind: 'free', paths: [] });
    await fixture.sh('umount /tmp/m');
    expect(await ownerOf(letter)).toMatchObject({ kind: 'free', paths: [] });
  });

  it('xfs without a reverse map, which tells it only while it is not mounted', async () => {
    await fixture.createPair();
    await fixture.sh(`
      mkfs.xfs -q -m rmapbt=0 /dev/mapper/disk; mkdir -p /tmp/m; mount -t xfs /dev/mapper/disk /tmp/m; mkdir /tmp/m/docs
      ${writeLetter}; sync`);
    const letter = blockOf(mark('letter', 4));
    expect(await ownerOf(letter)).toMatchObject({
      kind: 'unknown',
      what: expect.stringContaining('rmapbt=0') as string,
    });
    expect(await ownerOf((300 * MIB) / BLOCK_BYTES)).toMatchObject({ kind: 'free' });
    await fixture.sh('umount /tmp/m');
    expect(await ownerOf(letter)).toMatchObject({ kind: 'file', paths: ['/docs/letter.txt'] });
  });

  it('btrfs, in a subvolume too, and says that it must be mounted', async () => {
    await fixture.createPair();
    await fixture.sh(`
      mkfs.btrfs -q /dev/mapper/disk >/dev/null 2>&1; mkdir -p /tmp/m; mount -t btrfs /dev/mapper/disk /tmp/m
      btrfs subvolume create /tmp/m/docs >/dev/null; ${writeLetter}; sync`);
    const inode = Number(await fixture.sh('stat -c %i /tmp/m/docs/letter.txt'));
    const letter = blockOf(mark('letter', 4));
    expect(await ownerOf(letter)).toMatchObject({ kind: 'file', inode, paths: ['/docs/letter.txt'], what: null });
    expect(await ownerOf(16)).toMatchObject({ kind: 'metadata', what: 'superblock' });
    expect(await ownerOf((310 * MIB) / BLOCK_BYTES)).toMatchObject({ kind: 'free' });

    await fixture.sh('umount /tmp/m');
    expect(await ownerOf(letter)).toMatchObject({ kind: 'unknown', what: expect.stringContaining('mount') as string });
    await fixture.sh('mount -t btrfs -o subvol=docs /dev/mapper/disk /tmp/m');
    const { places, owners } = await fixture.client.call('target.files', {
      name,
      ranges: [{ firstBlock: letter, blockCount: 1 }],
    });
    expect(owners).toMatchObject([{ kind: 'file', inode, paths: ['/docs/letter.txt'] }]);
    expect(places).toMatchObject([{ mounts: [{ at: '/tmp/m', root: '/docs' }] }]);
    await fixture.sh('rm /tmp/m/letter.txt; btrfs filesystem sync /tmp/m');
    expect(await ownerOf(letter)).toMatchObject({ kind: 'free', paths: [] });
  });

  it('NTFS', async () => {
    await fixture.createPair();
    await fixture.sh(`
      mkntfs -q -F -f /dev/mapper/disk; ${writeMarked('/tmp/letter', 'letter', 8)}
      ntfscp -q /dev/mapper/disk /tmp/letter letter.txt; sync`);
    expect(await ownerOf(blockOf(mark('letter', 4)))).toMatchObject({
      kind: 'file',
      paths: ['/letter.txt'],
      what: null,
    });
    expect(await ownerOf(0)).toMatchObject({ kind: 'metadata', what: '$Boot' });
    expect(await ownerOf((300 * MIB) / BLOCK_BYTES)).toMatchObject({ kind: 'free' });
  });
});
