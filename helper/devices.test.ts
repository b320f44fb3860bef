import { describe, expect, it } from 'vitest';

import type { BlockDevice } from '../app/domain/block-device.ts';
import { describe as judge, type Facts, type Survey } from './devices.ts';
import { fixture, plainSys } from './fixtures.ts';
import { parseLsblk, type LsblkDevice } from './parse/block.ts';
import { pairingReasons } from './reasons.ts';
import type { SysBlock } from './sysfs.ts';

const template = first(parseLsblk(fixture('lsblk.json')));

function first<T>(list: readonly T[]): T {
  const [item] = list;
  if (item === undefined) throw new Error('nothing there');
  return item;
}

function facts(
  devno: string,
  name: string,
  sys: Partial<SysBlock> = {},
  rest: Partial<Omit<Facts, 'sys' | 'lsblk'>> & { lsblk?: Partial<LsblkDevice> } = {},
): Facts {
  const { lsblk, ...found } = rest;
  return {
    lsblk: {
      ...template,
      'maj:min': devno,
      kname: name,
      path: `/dev/${name}`,
      serial: name,
      ...lsblk,
    },
    sys: { ...plainSys, diskDevno: devno, ...sys },
    content: null,
    spare: { kind: 'none' },
    claimed: false,
    ...found,
  };
}

function look(all: Facts[], rest: Partial<Survey> = {}): Map<string, BlockDevice> {
  const known = judge({ facts: all, mounts: [], swaps: [], mappings: [], names: new Map(), ...rest });
  return new Map(known.map(({ device }) => [device.name, device]));
}

const codes = (device: BlockDevice | undefined, role: 'asMain' | 'asSpare', level = 'block'): string[] =>
  (device?.[role] ?? []).filter((reason) => reason.level === level).map(({ code }) => code);

const part = { lsblk: { type: 'part' } };
const superblock = {
  uuid: '00112233-4455-6677-8899-aabbccddeeff',
  sequence: 1n,
  mainId: 'naa.1',
  mainSectors: 131_072,
  spareSectors: 131_072,
  blockSectors: 8,
  usableBlocks: 16_000,
};
const mapping = {
  info: { name: 'disk', devno: '253:0', openCount: 0, eventNumber: 0, suspended: false, uuid: 'DMREMAP-x' },
  table: {
    startSectors: 0,
    lengthSectors: 131_072,
    mainDevno: '8:0',
    spareDevno: '8:16',
    blockSectors: 8,
    features: [],
    core: { uuid: superblock.uuid },
  },
};

describe('a free disk', () => {
  it('may be chosen for either role', () => {
    const sda = look([facts('8:0', 'sda')]).get('sda');
    expect([sda?.asMain, sda?.asSpare]).toEqual([[], []]);
  });
});

describe('a disk in use', () => {
  it('is refused when it is mounted, and says where', () => {
    const mounts = [{ devno: '8:0', root: '/', at: '/home', type: 'ext4', source: '/dev/sda', servedBy: null }];
    const sda = look([facts('8:0', 'sda', {}, { claimed: true })], { mounts }).get('sda');
    expect(sda?.asMain).toEqual([
      { code: 'mounted', level: 'block', sentence: 'It is mounted at /home. Unmount it first.' },
    ]);
  });

  it('is refused when one of its partitions is, and names the partition', () => {
    const mounts = [{ devno: '8:1', root: '/', at: '/srv', type: 'ext4', source: '/dev/sda1', servedBy: null }];
    const all = [
      facts('8:0', 'sda', {}, { claimed: true }),
      facts('8:1', 'sda1', { partition: 1, diskDevno: '8:0' }, part),
    ];
    const found = look(all, { mounts });
    expect(found.get('sda')?.asSpare[0]).toEqual({
      code: 'part-in-use',
      level: 'block',
      sentence: 'A part of it, sda1, is mounted at /srv. Unmount it first.',
    });
    expect(codes(found.get('sda1'), 'asSpare')).toEqual(['mounted']);
  });

  it('is refused with its partitions when it is held as a whole', () => {
    const names = new Map([['dm-0', 'vault']]);
    const all = [
      facts('8:0', 'sda', { holders: ['dm-0'] }),
      facts('8:1', 'sda1', { partition: 1, diskDevno: '8:0' }, part),
    ];
    const found = look(all, { names });
    expect(found.get('sda1')?.asMain[0]?.sentence).toBe('The whole disk sda that it is a part of is in use by vault.');
    expect(codes(found.get('sda'), 'asMain')).toContain('held');
  });

  it('is refused when somebody unknown holds it', () => {
    expect(codes(look([facts('8:0', 'sda', {}, { claimed: true })]).get('sda'), 'asSpare')).toEqual(['held']);
  });

  it('is refused as swap', () => {
    expect(codes(look([facts('8:0', 'sda')], { swaps: ['8:0'] }).get('sda'), 'asMain')).toEqual([
      'system-disk',
      'swap',
    ]);
  });
});

describe('a device with very much to tell', () => {
  const mountsAt = (devno: string, paths: string[]) =>
    paths.map((at) => ({ devno, root: '/', at, type: 'btrfs', source: '/dev/sdb', servedBy: null }));

  it('that is held by many volumes stays refused, and the other disks stay in the list', () => {
    const holders = Array.from({ length: 1200 }, (_, index) => `dm-${index}`);
    const found = look([facts('8:0', 'sda', { holders }), facts('8:16', 'sdb')]);
    const asMain = found.get('sda')?.asMain ?? [];
    expect(asMain.every(({ code, level }) => code === 'held' && level === 'block')).toBe(true);
    expect(asMain[0]?.sentence).toBe('It is in use by dm-0. Close that first.');
    expect(asMain.at(-1)?.sentence).toBe('It has 1,180 more uses. They must be ended too.');
    expect(found.get('sdb')?.asMain).toEqual([]);
  });

  it('is judged by uses that are not told, also as a part of another disk', () => {
    const content = { type: 'ext4', usage: 'filesystem' as const, label: null, uuid: null };
    const mounts = Array.from({ length: 60 }, (_, index) => mountsAt(`8:${index + 1}`, [`/mnt/${index}`])).flat();
    const parts = mounts.map(({ devno }, index) =>
      facts(devno, `sda${index + 1}`, { partition: index + 1, diskDevno: '8:0' }, part),
    );
    const sda = look([facts('8:0', 'sda', {}, { content }), ...parts], { mounts }).get('sda');
    expect(sda?.asSpare.filter(({ code }) => code === 'part-in-use')).toHaveLength(21);
    expect(sda?.asSpare.find(({ sentence }) => sentence.startsWith('It has 40 more parts in use.'))?.level).toBe(
      'block',
    );
    expect(sda?.asSpare.at(-1)).toMatchObject({ code: 'has-content', level: 'warn' });
  });

  it('tells paths and numbers that are too long without what is in their middle', () => {
    const at = `/${'a'.repeat(5000)}/end`;
    const serial = `${'s'.repeat(300)}LAST`;
    const all = [facts('8:0', 'sda', { serial, wwn: `naa.${'1'.repeat(300)}` }, { lsblk: { model: 'm'.repeat(300) } })];
    const sda = look(all, { mounts: mountsAt('8:0', [at]) }).get('sda');
    expect(sda?.asMain[0]?.sentence).toMatch(/^It is mounted at \/a+…a+\/end\. Unmount it first\.$/);
    expect(sda?.serial).toHaveLength(256);
    expect(sda?.serial).toMatch(/^s+…s+LAST$/);
    expect([sda?.wwn?.length, sda?.model?.length]).toEqual([256, 256]);
    expect(sda?.users).toMatchObject([{ kind: 'mount', at: expect.stringMatching(/^\/a{4094}…$/) as string }]);
  });

  it('that fits in no way is left out, and still counts for what it is a part of', () => {
    const mounts = mountsAt('8:1', ['/srv']);
    const odd = facts('8:1', 'x'.repeat(300), { partition: 1, diskDevno: '8:0' }, part);
    const found = look([facts('8:0', 'sda'), odd], { mounts });
    expect([...found.keys()]).toEqual(['sda']);
    expect(codes(found.get('sda'), 'asSpare')).toEqual(['part-in-use']);
  });
});

describe('the system disk', () => {
  it('is found through the mapping that the root is on, with all its partitions', () => {
    const mounts = [{ devno: '253:0', root: '/', at: '/', type: 'ext4', source: '/dev/mapper/root', servedBy: null }];
    const all = [
      facts('8:0', 'sda'),
      facts('8:1', 'sda1', { partition: 1, diskDevno: '8:0' }, part),
      facts('8:2', 'sda2', { partition: 2, diskDevno: '8:0', holders: ['dm-0'] }, part),
      facts(
        '253:0',
        'dm-0',
        { diskDevno: '253:0', slaves: ['8:2'], mappingName: 'root' },
        { lsblk: { type: 'crypt' } },
      ),
      facts('8:16', 'sdb', { diskDevno: '8:16' }),
    ];
    const found = look(all, { mounts });
    for (const name of ['sda', 'sda1', 'sda2']) expect(codes(found.get(name), 'asSpare')).toContain('system-disk');
    expect(codes(found.get('sdb'), 'asSpare')).toEqual([]);
    expect(codes(found.get('dm-0'), 'asMain')).toContain('virtual');
  });
});

describe('a device that cannot take part', () => {
  it.each([
    ['read-only', facts('8:0', 'sda', { readOnly: true })],
    ['zoned', facts('8:0', 'sda', { zoned: true })],
    ['no-media', facts('8:0', 'sda', { sizeSectors: 0 })],
    ['virtual', facts('252:0', 'zram0')],
    ['read-only', facts('11:0', 'sr0', {}, { lsblk: { type: 'rom' } })],
    [
      'raid-or-lvm-member',
      facts('8:0', 'sda', {}, { content: { type: 'LVM2_member', usage: 'raid', label: null, uuid: null } }),
    ],
  ])('is refused as %s in both roles', (code, device) => {
    const [found] = look([device]).values();
    expect([codes(found, 'asMain'), codes(found, 'asSpare')]).toEqual([[code], [code]]);
  });
});

describe('what is on a disk', () => {
  const ext4 = { type: 'ext4', usage: 'filesystem' as const, label: 'photos', uuid: null };

  it('is a warning for a spare and none for a main', () => {
    const sda = look([facts('8:0', 'sda', {}, { content: ext4 })]).get('sda');
    expect(sda?.asMain).toEqual([]);
    expect(sda?.asSpare).toEqual([
      {
        code: 'has-content',
        level: 'warn',
        sentence: 'It holds an ext4 file system labelled "photos". Everything on it would be erased.',
      },
    ]);
  });

  it('blocks a spare when it cannot be read, but not a main: that is what mains are like', () => {
    const sda = look([facts('8:0', 'sda', {}, { content: 'unreadable' })]).get('sda');
    expect([codes(sda, 'asMain'), codes(sda, 'asSpare')]).toEqual([[], ['unreadable']]);
  });
});

describe('a spare of ours', () => {
  const spare = { spare: { kind: 'valid' as const, superblock } };
  const main = facts('8:0', 'sda', { wwn: 'naa.1' });

  it('that is not active finds its main by identity and size, and neither may be used for another pair', () => {
    const found = look([main, facts('8:16', 'sdb', { diskDevno: '8:16' }, spare)]);
    expect(found.get('sdb')?.spareOf).toMatchObject({ live: false, mainDevno: '8:0', mainId: 'naa.1' });
    expect(found.get('sdb')?.content?.type).toBe('dm_remap_spare');
    expect(codes(found.get('sda'), 'asMain')).toEqual(['already-protected']);
    expect(codes(found.get('sdb'), 'asSpare')).toEqual(['already-spare']);
  });

  it('does not take a disk of another size, or one of two alike, for its main', () => {
    const other = look([facts('8:0', 'sda', { wwn: 'naa.1', sizeSectors: 8 }), facts('8:16', 'sdb', {}, spare)]);
    expect(other.get('sdb')?.spareOf?.mainDevno).toBeNull();
    const twin = facts('8:32', 'sdc', { wwn: 'naa.1', diskDevno: '8:32' });
    expect(look([main, twin, facts('8:16', 'sdb', {}, spare)]).get('sdb')?.spareOf?.mainDevno).toBeNull();
  });

  it('whose main cannot be told is not erased while a disk is here that may be it, which is told of that', () => {
    const nameless = { spare: { kind: 'valid' as const, superblock: { ...superblock, mainId: null } } };
    const all = [
      facts('8:0', 'sda'),
      facts('8:16', 'sdb', { diskDevno: '8:16' }, nameless),
      // Of the same size, but it cannot be: part of the spare, a mapping, a spare of another pair.
      facts('8:17', 'sdb1', { partition: 1, diskDevno: '8:16' }, part),
      facts('253:0', 'dm-0', { diskDevno: '253:0', mappingName: 'root' }),
      facts(
        '8:48',
        'sdd',
        { diskDevno: '8:48' },
        { spare: { kind: 'valid', superblock: { ...superblock, uuid: 'x' } } },
      ),
      facts('8:64', 'sde', { diskDevno: '8:64', sizeSectors: 8 }),
    ];
    const found = look(all);
    expect(found.get('sdb')?.spareOf).toMatchObject({ live: false, mainDevno: null, mayBeMain: ['8:0'] });
    expect(found.get('sdb')?.asSpare[0]).toMatchObject({ code: 'already-spare', level: 'block' });
    expect(found.get('sdb')?.asSpare[0]?.sentence).toMatch(/^Which disk .* cannot be told\..* may be its main: sda\./);
    for (const role of ['asMain', 'asSpare'] as const) {
      expect(found.get('sda')?.[role]).toMatchObject([{ code: 'already-protected', level: 'warn' }]);
      expect(found.get('sda')?.[role][0]?.sentence).toMatch(/^The spare sdb cannot tell .* this one may be its main\./);
    }
    expect(found.get('sde')?.asMain).toEqual([]);
    expect(look(all.slice(1)).get('sdb')?.spareOf?.mayBeMain).toEqual([]);
  });

  it('has each of two alike for what may be its main', () => {
    const twin = facts('8:32', 'sdc', { wwn: 'naa.1', diskDevno: '8:32' });
    const bystander = facts('8:64', 'sde', { wwn: 'naa.2', diskDevno: '8:64' });
    const found = look([main, twin, bystander, facts('8:16', 'sdb', { diskDevno: '8:16' }, spare)]);
    expect(found.get('sdb')?.spareOf).toMatchObject({ mainDevno: null, mayBeMain: ['8:0', '8:32'] });
    expect(codes(found.get('sdb'), 'asSpare')).toEqual(['already-spare']);
    expect(codes(found.get('sdc'), 'asMain', 'warn')).toEqual(['already-protected']);
    expect(found.get('sde')?.asMain).toEqual([]);
  });

  it('is not taken for its own main, whose number and size it has', () => {
    const alike = facts('8:16', 'sdb', { wwn: 'naa.1', diskDevno: '8:16' }, spare);
    expect(look([main, alike]).get('sdb')?.spareOf).toMatchObject({ mainDevno: '8:0', mayBeMain: [] });
  });

  it('whose main is not here may be used after a warning', () => {
    const sdb = look([facts('8:16', 'sdb', {}, spare)]).get('sdb');
    expect([codes(sdb, 'asSpare'), codes(sdb, 'asSpare', 'warn')]).toEqual([[], ['already-spare']]);
  });

  it('that is active is refused with its main, by the name of the pair', () => {
    const all = [
      facts('8:0', 'sda', { wwn: 'naa.1', holders: ['dm-0'] }, { claimed: true }),
      facts('8:16', 'sdb', { diskDevno: '8:16', holders: ['dm-0'] }, { ...spare, claimed: true }),
    ];
    const found = look(all, { mappings: [mapping] });
    expect(found.get('sda')?.asMain).toEqual([
      { code: 'already-protected', level: 'block', sentence: 'It is already protected, as "disk".' },
    ]);
    expect(codes(found.get('sdb'), 'asSpare')).toEqual(['already-spare']);
    expect(found.get('sdb')?.spareOf?.live).toBe(true);
  });

  it('with a damaged superblock is not offered for erasing', () => {
    const sdb = look([facts('8:16', 'sdb', {}, { spare: { kind: 'unusable' } })]).get('sdb');
    expect(codes(sdb, 'asSpare')).toEqual(['already-spare']);
    expect(sdb?.spareOf).toBeNull();
  });
});

describe('two devices', () => {
  const found = look([
    facts('8:0', 'sda'),
    facts('8:1', 'sda1', { partition: 1, diskDevno: '8:0', sizeSectors: 60_000 }, part),
    facts('8:2', 'sda2', { partition: 2, diskDevno: '8:0', sizeSectors: 60_000 }, part),
    facts('8:16', 'sdb', { diskDevno: '8:16' }),
  ]);
  const named = (name: string): BlockDevice => first([...found.values()].filter((device) => device.name === name));
  const pair = (main: string, spare: string) =>
    pairingReasons(named(main), named(spare)).map(({ code, level }) => [code, level]);

  it('must not be one, nor one a part of the other', () => {
    expect(pair('sda', 'sda')).toEqual([['same-disk', 'block']]);
    expect(pair('sda', 'sda1')).toEqual([['same-disk', 'block']]);
    expect(pair('sda1', 'sda')).toEqual([['same-disk', 'block']]);
  });

  it('may be on one disk after a warning', () => {
    expect(pair('sda1', 'sda2')).toEqual([['same-disk', 'warn']]);
    expect(pair('sda', 'sdb')).toEqual([]);
  });
});
