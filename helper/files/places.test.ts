import { describe, expect, it } from 'vitest';

import type { Content } from '../../app/domain/block-device.ts';
import type { FoundContent } from '../contents.ts';
import { findPlaces, type Layer, type Look, type Segment } from './places.ts';

const layer = (devno: string, device: string): Layer => ({
  devno,
  path: `/dev/dm-${devno.split(':')[1] ?? ''}`,
  device,
});
const pair = layer('253:0', '/dev/mapper/safe');
const one = layer('253:1', '/dev/mapper/safe1');
const two = layer('253:2', '/dev/mapper/vg-data');
const linear = (startSectors: number, lengthSectors: number, rest: string): Segment => ({
  startSectors,
  lengthSectors,
  type: 'linear',
  rest,
});
const of = (type: string, usage: Content['usage']): Content => ({ type, usage, label: null, uuid: null });
const ext4 = of('ext4', 'filesystem');

interface Machine {
  readonly content: Readonly<Record<string, FoundContent>>;
  readonly holders?: Readonly<Record<string, readonly Layer[]>>;
  readonly segments?: Readonly<Record<string, readonly Segment[]>>;
}

function lookAt({ content, holders = {}, segments = {} }: Machine): Look {
  return {
    content: (path) => Promise.resolve(content[path] ?? null),
    holders: (devno) => holders[devno] ?? [],
    segments: ({ devno }) => Promise.resolve(segments[devno] ?? []),
  };
}

/** Device, first sector on it, count and first sector of the pair of each piece that was found, and what is wrong. */
async function found(machine: Machine, first: number, count: number): Promise<unknown[]> {
  const places = await findPlaces(lookAt(machine), pair, [{ first, count, pairFirst: first }]);
  return places.map(({ layer: { device }, pieces, dead }) => [
    device,
    pieces.map((piece) => [piece.first, piece.count, piece.pairFirst]),
    dead?.sentence ?? null,
  ]);
}

describe('the places of blocks of a pair', () => {
  it('are on the pair itself where it has a file system', async () => {
    expect(await found({ content: { '/dev/dm-0': ext4 } }, 80, 8)).toEqual([['/dev/mapper/safe', [[80, 8, 80]], null]]);
  });

  it('are cut where a partition begins and ends', async () => {
    const machine = {
      content: { '/dev/dm-0': of('dos', 'partition-table'), '/dev/dm-1': ext4 },
      holders: { '253:0': [one] },
      segments: { '253:1': [linear(0, 100, '253:0 2048')] },
    };
    expect(await found(machine, 2040, 200)).toEqual([
      ['/dev/mapper/safe1', [[0, 100, 2048]], null],
      [
        '/dev/mapper/safe',
        [
          [2040, 8, 2040],
          [2148, 92, 2148],
        ],
        expect.stringContaining('in none of the partitions'),
      ],
    ]);
  });

  it('follow a volume of several segments in a partition, and pass by what lies on other devices', async () => {
    const machine = {
      content: { '/dev/dm-0': of('gpt', 'partition-table'), '/dev/dm-1': of('LVM2_member', 'raid'), '/dev/dm-2': ext4 },
      holders: { '253:0': [one], '253:1': [two] },
      segments: {
        '253:1': [linear(0, 10_000, '253:0 2048')],
        '253:2': [linear(0, 500, '253:1 3000'), linear(500, 500, '8:16 0'), linear(1000, 500, '253:1 1000')],
      },
    };
    // Sector 3100 of the pair is 1052 of the partition, which is 52 into the volume's last segment.
    expect(await found(machine, 3100, 8)).toEqual([['/dev/mapper/vg-data', [[1052, 8, 3100]], null]]);
    // The segment on another device begins there at sector 0.
    expect(await found(machine, 2048 + 100, 8)).toMatchObject([
      ['/dev/mapper/safe1', [[100, 8, 2148]], expect.any(String)],
    ]);
    expect(await found(machine, 2048 + 3499, 2)).toMatchObject([
      ['/dev/mapper/vg-data', [[499, 1, 5547]], null],
      ['/dev/mapper/safe1', [[3500, 1, 5548]], expect.stringContaining('in none of the partitions')],
    ]);
  });

  it.each([
    [{ content: {} }, 'holds no file system: what is there is nothing that is known'],
    [{ content: { '/dev/dm-0': of('gpt', 'partition-table') } }, 'nothing of it is in use'],
    [{ content: { '/dev/dm-0': 'unreadable' } }, 'first blocks cannot be read'],
    [
      {
        content: { '/dev/dm-0': of('crypto_LUKS', 'crypto') },
        holders: { '253:0': [one] },
        segments: { '253:1': [{ ...linear(0, 100, ''), type: 'crypt' }] },
      },
      '/dev/mapper/safe1 lies over /dev/mapper/safe and cannot be seen through',
    ],
  ] satisfies [Machine, string][])('are dead where nothing can be asked (%#)', async (machine, words) => {
    expect(await found(machine, 0, 8)).toEqual([['/dev/mapper/safe', [[0, 8, 0]], expect.stringContaining(words)]]);
  });

  it('end where mappings lie over each other without end', async () => {
    const machine = {
      content: {},
      holders: { '253:0': [pair] },
      segments: { '253:0': [linear(0, 100, '253:0 0')] },
    };
    expect(await found(machine, 0, 8)).toHaveLength(1);
  });
});
