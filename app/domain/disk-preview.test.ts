import { describe, expect, it } from 'vitest';

import { parsePreview } from './disk-preview.ts';

const node = { type: 'part', fstype: null, label: null, mountpoint: null };
const disk = { ...node, name: 'sda', type: 'disk', size: 2_000, model: 'WDC WD20 ', rota: true, tran: 'sata' };
const print = (...blockdevices: unknown[]): string => JSON.stringify({ blockdevices });

describe('parsePreview', () => {
  it('gathers what is on a disk from its partitions and what is stacked on them', () => {
    const children = [
      { ...node, fstype: 'crypto_LUKS', children: [{ ...node, type: 'crypt', fstype: 'ext4', mountpoint: '/' }] },
      { ...node, fstype: 'ntfs', label: 'old' },
    ];
    expect(parsePreview(print({ ...disk, children }))).toEqual([
      {
        name: 'sda',
        model: 'WDC WD20',
        sizeBytes: 2_000,
        rotational: true,
        transport: 'sata',
        contents: [
          { type: 'crypto_LUKS', label: null },
          { type: 'ext4', label: null },
          { type: 'ntfs', label: 'old' },
        ],
        mountedAt: ['/'],
      },
    ]);
  });

  it('leaves out what is no disk, empty drives and compressed memory', () => {
    const others = [
      { ...disk, name: 'loop0', type: 'loop' },
      { ...disk, name: 'sr0', type: 'rom' },
      { ...disk, name: 'sdb', size: 0 },
      { ...disk, name: 'zram0' },
    ];
    expect(parsePreview(print(...others))).toEqual([]);
  });

  it('takes columns that this lsblk does not know or has nothing for', () => {
    const bare = { name: 'vda', type: 'disk', size: 512, rota: false };
    expect(parsePreview(print(bare))).toMatchObject([{ model: null, transport: null, contents: [], mountedAt: [] }]);
  });

  it.each(['', 'lsblk: no such column', '{"blockdevices":[{"name":"sda"}]}', '{}'])('refuses %j', (json) => {
    expect(parsePreview(json)).toBeNull();
  });
});
