import { describe, expect, it } from 'vitest';

import { fixture } from '../../fixtures.ts';
import { parseBadblocks } from './badblocks.ts';
import { parseDdrescue } from './ddrescue.ts';
import { inPieces, totalOf, unitsTouched } from './ranges.ts';

const MIB = 1024 * 1024;

describe('a badblocks list', () => {
  it('is read in blocks of the size it was made with', () => {
    expect(parseBadblocks('20\n1000\n1001\n', 2048)).toEqual([
      { from: 40_960, to: 43_008 },
      { from: 2_048_000, to: 2_050_048 },
      { from: 2_050_048, to: 2_052_096 },
    ]);
    expect(parseBadblocks('', 1024)).toEqual([]);
  });

  it.each(['-1', '1.5', '0x10', '12 13', 'Checking blocks 0 to 99', '99999999999999999', '9007199254740991'])(
    'with the line %j is refused, and the line is named',
    (line) => {
      expect(() => parseBadblocks(`7\n${line}\n`, 1024)).toThrow(/line 2 of the badblocks list is not a block number/);
    },
  );
});

describe('a ddrescue map', () => {
  it('that ddrescue finished gives its bad sectors', () => {
    const ranges = parseDdrescue(fixture('ddrescue-finished.map'), { failed: false });
    expect(ranges).toEqual([
      { from: MIB, to: MIB + 512 },
      { from: 2 * MIB, to: 2 * MIB + 24 * 512 },
    ]);
  });

  it('that ddrescue did not finish gives what failed only when that is asked for', () => {
    const map = fixture('ddrescue-untrimmed.map');
    expect(parseDdrescue(map, { failed: false })).toEqual([]);
    expect(parseDdrescue(map, { failed: true })).toEqual([
      { from: MIB, to: MIB + 65_536 },
      { from: 2 * MIB, to: 2 * MIB + 65_536 },
    ]);
  });

  it('may be of an older version, have comments, and count in octal or decimal', () => {
    const map = '# Rescue Logfile.\n0 +\n0 01000 - # first\n512 512 +\n0x400\t0x200\t/\n';
    expect(parseDdrescue(map, { failed: true })).toEqual([
      { from: 0, to: 512 },
      { from: 1024, to: 1536 },
    ]);
  });

  it.each([
    ['nothing at all', '# only a comment\n', /is empty/],
    ['no line of state', '0x0 0x200 -\n0x200 0x200 +\n', /line 1 .* line of state/],
    ['an unknown state', '0 + 1\n0 512 x\n', /line 2 .* not an area/],
    ['a word too many', '0 + 1\n0 512 - 1\n', /line 2 .* not an area/],
    ['a negative number', '0 + 1\n-512 512 -\n', /line 2 .* not an area/],
    ['no number', '0 + 1\n0 9z -\n', /line 2 .* not an area/],
    ['a gap', '0 + 1\n0 512 +\n1024 512 -\n', /line 3 .* does not follow/],
    ['an overlap', '0 + 1\n0 1024 +\n512 512 -\n', /line 3 .* does not follow/],
    ['an area of nothing', '0 + 1\n0 0 -\n', /line 2 .* does not follow/],
    ['a number beyond any disk', '0 + 1\n0x1 0x1FFFFFFFFFFFFF -\n', /line 2 .* beyond any disk/],
  ])('with %s is refused', (_what, map, message) => {
    expect(() => parseDdrescue(map, { failed: false })).toThrow(message);
  });
});

describe('ranges', () => {
  it('become whole units, merged and ascending', () => {
    const bytes = [
      { from: 9000, to: 9001 },
      { from: 512, to: 1024 },
      { from: 1024, to: 4097 },
      { from: 20_480, to: 24_576 },
      { from: 7, to: 7 },
    ];
    const blocks = unitsTouched(bytes, 4096);
    expect(blocks).toEqual([
      { from: 0, to: 3 },
      { from: 5, to: 6 },
    ]);
    expect(totalOf(blocks)).toBe(4);
  });

  it('are cut into pieces', () => {
    expect([
      ...inPieces(
        [
          { from: 1, to: 8 },
          { from: 9, to: 10 },
        ],
        3,
      ),
    ]).toEqual([
      { from: 1, to: 4 },
      { from: 4, to: 7 },
      { from: 7, to: 8 },
      { from: 9, to: 10 },
    ]);
  });
});
