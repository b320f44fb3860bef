import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { AppError } from '../../app/errors.ts';
import { fixture } from '../fixtures.ts';
import { parseBlkid, parseLsblk } from './block.ts';
import { parseMountinfo, parseSwaps } from './proc.ts';

describe('lsblk', () => {
  it('gives the devices of a lab machine', () => {
    const devices = parseLsblk(fixture('lsblk.json'));
    expect(devices.map(({ kname, type, size }) => [kname, type, size]).filter(([, type]) => type === 'disk')).toEqual([
      ['sda', 'disk', 64 * 1024 * 1024],
      ['sdb', 'disk', 64 * 1024 * 1024],
      ['vda', 'disk', 320_592 * 512],
      ['nvme0n1', 'disk', 256 * 1024 * 1024],
    ]);
    expect(devices.find(({ kname }) => kname === 'sda')).toMatchObject({
      'maj:min': '8:0',
      model: 'LAB SPARE 64M',
      serial: 'LAB-SPARE-77D0E1',
      'log-sec': 512,
      'phy-sec': 4096,
    });
  });

  it('gives a device that stands over two others once', () => {
    const { blockdevices } = z.object({ blockdevices: z.array(z.unknown()) }).parse(JSON.parse(fixture('lsblk.json')));
    const twice = [blockdevices[0], blockdevices[0]];
    expect(parseLsblk(JSON.stringify({ blockdevices: twice }))).toHaveLength(1);
  });

  it('refuses what is cut off or has other types', () => {
    const whole = fixture('lsblk.json');
    expect(() => parseLsblk(whole.slice(0, -20))).toThrow(AppError);
    expect(() => parseLsblk(whole.replace('"size": 67108864', '"size": "64M"'))).toThrow(AppError);
  });
});

describe('blkid', () => {
  it('tells a file system and a swap area', () => {
    expect(parseBlkid(fixture('blkid-ext4.txt'))).toEqual({
      type: 'ext4',
      usage: 'filesystem',
      label: 'photos',
      uuid: '37502125-0d97-4d30-9778-95bd89fc2776',
    });
    expect(parseBlkid(fixture('blkid-swap.txt'))).toMatchObject({ type: 'swap', usage: 'other', label: null });
  });

  it('tells a partition table', () => {
    const text = 'DEVNAME=/dev/sda\nPTUUID=00c0ffee\nPTTYPE=dos\n';
    expect(parseBlkid(text)).toEqual({ type: 'dos', usage: 'partition-table', label: null, uuid: '00c0ffee' });
  });

  it('takes the backslashes out of a label', () => {
    expect(parseBlkid('LABEL=my\\ photos\\ \\\\\nTYPE=ext4\nUSAGE=filesystem').label).toBe('my photos \\');
  });

  it('refuses an answer that names nothing', () => {
    expect(() => parseBlkid('DEVNAME=/dev/sda\n')).toThrow(AppError);
    expect(() => parseBlkid('nonsense')).toThrow(AppError);
  });
});

describe('/proc', () => {
  it('gives mounts with blanks in their paths', () => {
    expect(parseMountinfo(fixture('mountinfo.txt'))).toContainEqual({
      devno: '8:16',
      root: '/',
      at: '/mnt/a b',
      type: 'ext4',
      source: '/dev/sdb',
      servedBy: null,
    });
  });

  it('gives swap devices and leaves swap files out', () => {
    const file = '/swap\\040file                             file\t\t1024\t\t0\t\t-3\n';
    expect(parseSwaps(`${fixture('swaps.txt')}${file}`)).toEqual(['/dev/nvme0n1']);
  });

  it('refuses a line that is cut off', () => {
    expect(() => parseMountinfo('34 28 8:16 / /mnt')).toThrow(AppError);
  });
});
