import { beforeEach, describe, expect, it } from 'vitest';

import type { FoundContent } from './contents.ts';
import { KnownContents, readContents, type ContentsReader, type Readable } from './disk-contents.ts';
import { fixture, plainSys } from './fixtures.ts';
import { parseLsblk, type LsblkDevice } from './parse/block.ts';
import type { SpareContents } from './superblock.ts';
import type { SysBlock } from './sysfs.ts';

const [template] = parseLsblk(fixture('lsblk.json'));

/** A disk that tells all that it is known again by. */
const knownSys: SysBlock = {
  ...plainSys,
  wwn: 'naa.1',
  serial: 'S1',
  sequence: 7,
  written: '60 695 35 431',
  transport: 'sata',
};

function disk(name: string, devno: string, sys: Partial<SysBlock> = {}, lsblk: Partial<LsblkDevice> = {}): Readable {
  if (template === undefined) throw new Error('the fixture is empty');
  return {
    lsblk: { ...template, type: 'disk', 'maj:min': devno, kname: name, path: `/dev/${name}`, ...lsblk },
    sys: { ...knownSys, ...sys },
  };
}

describe('what stands on disks', () => {
  const ext4: FoundContent = { type: 'ext4', usage: 'filesystem', label: 'photos', uuid: null };
  let content: FoundContent;
  let spare: SpareContents;
  /** Paths of devices that were read, each when its superblock was looked for. */
  let woken: string[];
  let probed: string[];
  let known: KnownContents;

  const reader: ContentsReader = {
    content: (paths) => {
      probed.push(...paths);
      return Promise.resolve(new Map(paths.map((path) => [path, content])));
    },
    spare: (path) => {
      woken.push(path);
      return Promise.resolve(spare);
    },
  };
  const read = (devices: Readable[], keep: boolean, from: KnownContents | null = known) => {
    [woken, probed] = [[], []];
    return readContents(devices, { known: from, keep }, reader);
  };

  beforeEach(() => {
    content = ext4;
    spare = { kind: 'none' };
    known = new KnownContents();
  });

  it('is told again without waking a disk to which nothing was written, while a new one is read', async () => {
    const first = await read([disk('sda', '8:0')], true);
    expect(woken).toEqual(['/dev/sda']);
    content = null;
    const second = await read([disk('sda', '8:0'), disk('sdb', '8:16', { diskDevno: '8:16', sequence: 8 })], true);
    expect([woken, probed]).toEqual([['/dev/sdb'], ['/dev/sdb']]);
    expect(second.get('8:0')).toEqual(first.get('8:0'));
    expect(second.get('8:0')?.content).toEqual(ext4);
    expect(second.get('8:16')?.content).toBeNull();
  });

  it.each<[string, Partial<SysBlock>, Partial<LsblkDevice>]>([
    ['was written to', { written: '61 703 35 431' }, {}],
    ['is another one in the same place', { sequence: 9 }, {}],
    ['has another size', { sizeSectors: 8 }, {}],
    ['begins elsewhere on its disk', { startSectors: 2048 }, {}],
    ['has another serial number', { serial: 'S2' }, {}],
    ['has another name for the world', { wwn: 'naa.2' }, {}],
    ['is of another model', {}, { model: 'other' }],
    ['is another mapping', { mappingName: 'other' }, {}],
    ['has no number of its own, as before Linux 5.15', { sequence: null }, {}],
    ['does not count what is written', { written: null }, {}],
  ])('is read again when the disk %s', async (_what, sys, lsblk) => {
    await read([disk('sda', '8:0')], true);
    await read([disk('sda', '8:0', sys, lsblk)], true);
    expect(probed).toEqual(['/dev/sda']);
  });

  it.each<[string, Partial<SysBlock>, Partial<LsblkDevice>]>([
    ['without a number of its own', { sequence: null }, {}],
    ['that does not count what is written', { written: null }, {}],
    ['that is a file', {}, { type: 'loop' }],
  ])('is read each time of a disk %s', async (_what, sys, lsblk) => {
    await read([disk('sda', '8:0', sys, lsblk)], true);
    await read([disk('sda', '8:0', sys, lsblk)], true);
    expect(woken).toEqual(['/dev/sda']);
  });

  it('is read again when it could not be read', async () => {
    content = 'unreadable';
    await read([disk('sda', '8:0')], true);
    content = ext4;
    spare = { kind: 'unreadable', detail: 'EIO' };
    expect((await read([disk('sda', '8:0')], true)).get('8:0')?.content).toEqual(ext4);
    await read([disk('sda', '8:0')], true);
    expect(woken).toEqual(['/dev/sda']);
  });

  it('is always read where nothing may be kept, and known from then on', async () => {
    await read([disk('sda', '8:0')], true);
    content = null;
    expect((await read([disk('sda', '8:0')], false)).get('8:0')?.content).toBeNull();
    expect((await read([disk('sda', '8:0')], true)).get('8:0')?.content).toBeNull();
    expect(woken).toEqual([]);
    await read([disk('sda', '8:0')], true, null);
    expect(woken).toEqual(['/dev/sda']);
  });

  it('is forgotten with the disk', async () => {
    await read([disk('sda', '8:0')], true);
    await read([], true);
    await read([disk('sda', '8:0')], true);
    expect(woken).toEqual(['/dev/sda']);
  });
});
