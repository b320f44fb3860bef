import { describe, expect, it } from 'vitest';

import { modeSchema, type TargetStatus } from '../../../app/domain/target.ts';
import { makeStatus } from '../../testing/fixtures.ts';
import { spareFree, verdictOf } from './verdict.ts';

const judge = (status: Partial<TargetStatus>, rest: { suspended?: boolean; live?: boolean; off?: boolean } = {}) =>
  verdictOf({ status: makeStatus({ spareTotal: 1000, ...status }), suspended: false, live: true, off: false, ...rest });

describe('verdictOf', () => {
  it('says that nothing failed, and no more than that, on a quiet disk', () => {
    expect(judge({})).toMatchObject({
      tone: 'ok',
      sentence: 'Protected. No block of this disk has failed since protection began.',
    });
    expect(judge({}).advice).toContain('backup');
  });

  it('counts the moved blocks, one and many', () => {
    expect(judge({ spareUsed: 1 }).sentence).toContain('1 bad block was moved');
    expect(judge({ spareUsed: 1400, spareTotal: 10_000 }).sentence).toContain('1,400 bad blocks were moved');
  });

  it.each([
    [{ readErrors: 5 }, '5 errors were met since protection began.'],
    [{ writeErrors: 1 }, '1 error was met since protection began.'],
    [{ readErrors: 2, writeErrors: 1, auto: 3 }, '3 errors were met since protection began.'],
    [{ auto: 2, proactive: 1 }, '3 bad blocks had been moved to the spare, and none is there now.'],
    [{ proactive: 1 }, '1 bad block had been moved to the spare, and none is there now.'],
  ])('does not say that nothing failed after %o', (met, words) => {
    expect(judge(met).sentence).toBe(`Protected. No block is known to be unreadable now; ${words}`);
    expect(judge(met).advice).toContain('may fail again');
  });

  it('calls blocks bad only where none was moved by request', () => {
    expect(judge({ spareUsed: 3, auto: 2, proactive: 1 }).sentence).toContain('3 bad blocks were moved to the spare;');
    const { sentence, advice } = judge({ spareUsed: 3, manual: 3 });
    expect(sentence).toBe('Protected. 3 blocks were moved to the spare by request; no unreadable block is known.');
    expect(advice).not.toContain('aging');
    // Moved by request, given back, then moved after errors; and counts that a crash took.
    for (const causes of [{ manual: 2, auto: 3 }, { manual: 5, auto: 5 }, { manual: 1 }]) {
      const mixed = judge({ spareUsed: 5, ...causes }).sentence;
      expect(mixed).toContain('5 blocks were moved to the spare, after errors or by request;');
    }
    expect(judge({ manual: 4 }).sentence).toContain('No block of this disk has failed');
  });

  it('puts unreadable blocks first in every mode that can serve data, and never calls that protected', () => {
    for (const mode of modeSchema.options) {
      if (mode === 'fail') continue;
      const { sentence, tone } = judge({ mode, pending: 3, spareUsed: 5 });
      expect(sentence).toMatch(/^3 blocks cannot be read\./);
      expect(sentence).not.toContain('Protected');
      expect(tone).toBe('danger');
    }
  });

  it('does not promise more than is known about the rest when blocks are unreadable', () => {
    expect(judge({ pending: 1 }).sentence).toBe(
      '1 block cannot be read. What it holds is damaged; no other damage is known.',
    );
  });

  it('tells a gap in moved blocks as attention, or as a note where something is worse', () => {
    expect(judge({ partial: 2, spareUsed: 4 })).toMatchObject({ tone: 'attention', short: 'Partly moved' });
    for (const worse of [{ pending: 1 }, { mode: 'spent' as const }, { mode: 'halted' as const }]) {
      const verdict = judge({ partial: 2, spareUsed: 4, ...worse });
      expect(verdict.tone).toBe('danger');
      expect(verdict.notes).toContain('In 2 moved blocks some sectors are still read from the main disk.');
    }
  });

  it.each([
    ['spent', 'used up'],
    ['halted', 'halted'],
    ['ro', 'No further bad block can be moved'],
    ['fail', 'Nothing can be read or written'],
  ] as const)('is a danger in mode %s and says why', (mode, words) => {
    const verdict = judge({ mode });
    expect(verdict.tone).toBe('danger');
    expect(verdict.sentence).toContain(words);
    expect(verdict.advice).not.toBe('');
  });

  it('warns from a tenth of the spare left, not before', () => {
    expect(judge({ spareUsed: 899 }).tone).toBe('ok');
    expect(judge({ spareUsed: 900 })).toMatchObject({ tone: 'attention', short: 'Spare nearly full' });
    expect(judge({ spareUsed: 800, spareBad: 100 }).short).toBe('Spare nearly full');
  });

  it('claims nothing about the present when the helper cannot be asked, and keeps what was lost in sight', () => {
    const verdict = judge({ pending: 2, spareUsed: 3 }, { live: false });
    expect(verdict.tone).toBe('unknown');
    expect(verdict.sentence).toContain('last heard');
    expect(verdict.notes[0]).toBe('2 blocks cannot be read.');
    expect(judge({ spareUsed: 3 }, { live: false }).notes[0]).toBe('3 blocks had been moved to the spare.');
  });

  it('does not say that protection goes on in a machine that is off', () => {
    const verdict = judge({ pending: 2 }, { live: false, off: true });
    expect(verdict.tone).toBe('unknown');
    expect(verdict.advice).not.toContain('goes on');
    expect(verdict.advice).toContain('Switch it on');
    expect(verdict.notes[0]).toBe('2 blocks cannot be read.');
  });

  it('notes damaged records, bad spare blocks, soft errors and suspension', () => {
    const { notes } = judge({ metadataGood: 1, metadataCopies: 2, spareBad: 1, softErrors: 4 }, { suspended: true });
    expect(notes).toEqual([
      'The device is suspended: programs that use it wait until it is resumed.',
      '1 of 2 copies of the records on the spare are good.',
      '1 block of the spare itself failed and will not be used.',
      '4 reads succeeded only after being tried again.',
    ]);
  });
});

it('spareFree never goes below zero', () => {
  expect(spareFree({ spareTotal: 10, spareUsed: 9, spareBad: 2 })).toBe(0);
});
