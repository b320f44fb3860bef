import { describe, expect, it } from 'vitest';

import { listMounts, type MountQuestions } from './mounts.ts';

const FUSE_BY_USER = 'rw,user_id=1000,group_id=1000,default_permissions';
const FUSE_BY_ROOT = 'rw,user_id=0,group_id=0,allow_other';

/** devnos of mounts, each given as `devno type source options`. */
async function devnosOf(mounts: string[], questions: MountQuestions = {}): Promise<string[]> {
  const mountinfo = mounts
    .map((mount, index) => {
      const [devno = '', type = '', source = '', options = ''] = mount.split(' ');
      return `${index} 1 ${devno} / /mnt/${index} rw,relatime shared:1 - ${type} ${source} ${options}\n`;
    })
    .join('');
  const found = await listMounts({
    mountinfo,
    devnoAt: (path) => Promise.resolve(path.endsWith('sdb') ? '8:16' : null),
    isOpen: () => Promise.resolve(false),
    ...questions,
  });
  return found.map(({ devno }) => devno);
}

describe('the device that a mount is on', () => {
  it('is the one that the kernel names, whoever serves the files', async () => {
    expect(
      await devnosOf([`8:17 fuseblk /dev/sdz1 ${FUSE_BY_USER}`, '8:1 ext4 /dev/sdb rw', '0:40 tmpfs tmp rw']),
    ).toEqual(['8:17', '8:1', '0:40']);
  });

  it('is that of the source where the kernel names none: btrfs, and FUSE mounted by root', async () => {
    expect(
      await devnosOf(['0:40 btrfs /dev/sdb rw,subvol=/', `0:41 fuse.fuse2fs /dev/disk/by-id/sdb ${FUSE_BY_ROOT}`]),
    ).toEqual(['8:16', '8:16']);
  });

  it('is not that which an ordinary user writes for a FUSE mount', async () => {
    expect(
      await devnosOf([`0:40 fuse /dev/sdb ${FUSE_BY_USER}`, `0:41 fuse.sshfs /dev/disk/by-id/sdb ${FUSE_BY_USER}`]),
    ).toEqual(['0:40', '0:41']);
  });

  it('is that which an ordinary user writes while a program has the device open; that is looked up once', async () => {
    const asked: string[] = [];
    const isOpen = (devno: string) => Promise.resolve(asked.push(devno) > 0);
    const mount = `fuse.fuse2fs /dev/sdb ${FUSE_BY_USER}`;
    expect(await devnosOf([`0:40 ${mount}`, `0:41 ${mount}`], { isOpen })).toEqual(['8:16', '8:16']);
    expect(asked).toEqual(['8:16']);
  });

  it.each(['/dev/shm/sdb', '/dev/../home/me/sdb', '/dev/disk/../shm/sdb', '/dev/fd/3/sdb', '/dev/..'])(
    'is not looked up along %s for an ordinary user: what lies there may never answer',
    async (source) => {
      const asked: string[] = [];
      const devnoAt = (path: string) => Promise.resolve(asked.push(path) > 0 ? '8:16' : null);
      expect(await devnosOf([`0:40 fuse ${source} ${FUSE_BY_USER}`], { devnoAt })).toEqual(['0:40']);
      expect(asked).toEqual([]);
    },
  );
});
