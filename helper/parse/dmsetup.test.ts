import { describe, expect, it } from 'vitest';

import { AppError } from '../../app/errors.ts';
import { fixture } from '../fixtures.ts';
import { parseInfo } from './info.ts';
import { parseRemapTable, parseSegment, parseSegments } from './table.ts';
import { parseTargets } from './targets.ts';

const uuid = '6d1f7c1e-9c5e-4a8e-9a41-0f3c6f0d9b11';
const remapLine = `0 524288 remap 259:0 8:0 8 1 no_scan 4 uuid ${uuid} main_id naa.5000c500a1b2c3d4`;

describe('dmsetup table and status', () => {
  it('reads every segment of every device and none of a device without a table', () => {
    expect(parseSegments(fixture('dmsetup-table.txt'))).toEqual([
      { name: 'lin', startSectors: 0, lengthSectors: 2048, type: 'linear', rest: '8:0 0' },
      { name: 'two', startSectors: 0, lengthSectors: 8, type: 'linear', rest: '8:0 2048' },
      { name: 'two', startSectors: 8, lengthSectors: 8, type: 'error', rest: '' },
    ]);
    expect(parseSegments(fixture('dmsetup-status.txt')).map(({ name, type }) => [name, type])).toEqual([
      ['lin', 'linear'],
      ['two', 'linear'],
      ['two', 'error'],
    ]);
  });

  it('takes a machine without mappings for one', () => {
    expect(parseSegments('No devices found\n')).toEqual([]);
    expect(parseInfo('No devices found\n')).toEqual([]);
  });

  it.each(['lin 0 2048 linear', 'lin: 0 -1 linear', 'lin: zero 2048 linear', 'lin: 0 2048'])('refuses %j', (line) => {
    expect(() => parseSegments(line)).toThrow(AppError);
  });
});

describe('the table line of a pair', () => {
  it('is read with its features and core arguments', () => {
    expect(parseRemapTable(parseSegment(remapLine))).toEqual({
      startSectors: 0,
      lengthSectors: 524_288,
      mainDevno: '259:0',
      spareDevno: '8:0',
      blockSectors: 8,
      features: ['no_scan'],
      core: { uuid, main_id: 'naa.5000c500a1b2c3d4' },
    });
  });

  it('may leave out both groups', () => {
    expect(parseRemapTable(parseSegment('0 16 remap 8:0 8:16 1'))).toMatchObject({ features: [], core: {} });
  });

  it.each([
    ['another target', '0 16 linear 8:0 0'],
    ['a path for a device', '0 16 remap /dev/sda 8:16 8 0 0'],
    ['a group that is shorter than it says', '0 16 remap 8:0 8:16 8 0 4 uuid x'],
    ['an odd number of core words', '0 16 remap 8:0 8:16 8 0 1 uuid'],
    ['words that no group counts', '0 16 remap 8:0 8:16 8 0 0 extra'],
    ['an impossible block size', '0 16 remap 8:0 8:16 256 0 0'],
  ])('is refused with %s', (_what, line) => {
    expect(() => parseRemapTable(parseSegment(line))).toThrow(AppError);
  });
});

describe('dmsetup info', () => {
  it('is read by column', () => {
    expect(parseInfo(fixture('dmsetup-info.txt'))).toEqual([
      { name: 'empty', devno: '253:2', openCount: 0, eventNumber: 0, suspended: false, uuid: '' },
      { name: 'lin', devno: '253:0', openCount: 0, eventNumber: 0, suspended: false, uuid: '' },
      { name: 'two', devno: '253:1', openCount: 0, eventNumber: 0, suspended: false, uuid: '' },
    ]);
  });

  it('tells a suspended device', () => {
    expect(parseInfo('a|253|0|1|7|Suspended|DMREMAP-x')[0]).toMatchObject({ suspended: true, eventNumber: 7 });
  });

  it.each(['a|253|0|1|7|Active', 'a|253|0|1|7|Active|x|y', 'a|253|0|1|7|active|x', '|253|0|1|7|Active|x'])(
    'refuses %j',
    (line) => {
      expect(() => parseInfo(line)).toThrow(AppError);
    },
  );
});

describe('dmsetup targets', () => {
  it('gives the version of each target', () => {
    expect(parseTargets(fixture('dmsetup-targets.txt'))).toEqual(
      new Map([
        ['striped', '1.6.0'],
        ['linear', '1.4.0'],
        ['error', '1.5.0'],
      ]),
    );
  });

  it('refuses a line without a version', () => {
    expect(() => parseTargets('linear')).toThrow(AppError);
  });
});
