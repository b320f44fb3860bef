import { describe, expect, it } from 'vitest';

import { makeDisk } from '../../testing/fixtures.ts';
import { freeName, nameProblem } from './names.ts';
import { blockSizes, defaultBlockSectors, spareReasons } from './pair.ts';

describe('names', () => {
  it('finds one that is free and valid', () => {
    expect(freeName({ name: 'sda' }, [])).toBe('safe-sda');
    expect(freeName({ name: 'sda' }, ['safe-sda', 'safe-sda-2'])).toBe('safe-sda-3');
    expect(nameProblem(freeName({ name: 'cciss/c0d0' }, []), [])).toBeNull();
  });

  it('says what is wrong with a name', () => {
    expect(nameProblem('../x', [])).toContain('Use letters');
    expect(nameProblem('safe', ['safe'])).toContain('Another');
  });
});

describe('block sizes', () => {
  it('begin at the logical block of main and end at 64 KiB', () => {
    expect(blockSizes({ logicalBlockBytes: 512 })).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
    expect(blockSizes({ logicalBlockBytes: 4096 })).toEqual([8, 16, 32, 64, 128]);
    expect(defaultBlockSectors({ logicalBlockBytes: 512 })).toBe(8);
  });
});

describe('spareReasons', () => {
  const main = makeDisk();

  it('never lets the main disk or a part of it be the spare', () => {
    expect(spareReasons(main, main)).toMatchObject([{ code: 'same-disk', level: 'block' }]);
    const part = makeDisk({ devno: '8:1', diskDevno: '8:0', kind: 'partition', name: 'sda1' });
    expect(spareReasons(main, part)).toMatchObject([{ code: 'same-disk', level: 'block' }]);
  });

  it('keeps the reasons of the helper and warns when the pair looks the wrong way round', () => {
    const content = { type: 'ext4', usage: 'filesystem', label: null, uuid: null } as const;
    const mounted = { code: 'mounted', level: 'block', sentence: 'It is mounted.' } as const;
    const spare = makeDisk({ devno: '8:16', name: 'sdb', sizeSectors: 9_000_000, content, asSpare: [mounted] });
    expect(spareReasons(main, spare).map(({ code, level }) => [code, level])).toEqual([
      ['mounted', 'block'],
      ['larger-than-main', 'warn'],
    ]);
  });

  it('has nothing against a blank disk', () => {
    expect(spareReasons(main, makeDisk({ devno: '8:16', name: 'sdb' }))).toEqual([]);
  });
});
