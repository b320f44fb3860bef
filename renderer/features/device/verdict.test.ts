import { describe, expect, it } from 'vitest';

import { defaultSettings } from '../../../app/domain/settings.ts';
import { spareFree } from '../../../app/domain/spare.ts';
import { modeSchema, type TargetStatus } from '../../../app/domain/target.ts';
import { makeStatus } from '../../testing/fixtures.ts';
import { verdictOf, type VerdictInput } from './verdict.ts';

const judge = (status: Partial<TargetStatus>, rest: Partial<VerdictInput> = {}) =>
  verdictOf({
    status: makeStatus({ spareTotal: 1000, ...status }),
    settings: defaultSettings,
    missing: [],
    words: { main: 'no', spare: 'no' },
    suspended: false,
    live: true,
    off: false,
    ...rest,
  });

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

  it.each([10, 40, 2])('warns from %i percent of the spare left where that is set, not before', (lowSparePercent) => {
    const low = 1000 - lowSparePercent * 10;
    const set = { settings: { lowSparePercent } };
    expect(judge({ spareUsed: low - 1 }, set).tone).toBe('ok');
    expect(judge({ spareUsed: low }, set)).toMatchObject({ tone: 'attention', short: 'Spare low' });
    expect(judge({ spareUsed: low - 100, spareBad: 100 }, set).short).toBe('Spare low');
  });

  it.each<[VerdictInput['missing'], Partial<TargetStatus>, string, string]>([
    [['main'], {}, 'Main disk missing', 'The main disk is no longer seen: nothing on it can be reached.'],
    [
      ['main'],
      { spareUsed: 1, mode: 'halted' },
      'Main disk missing',
      'The main disk is no longer seen: only 1 block on the spare can be reached.',
    ],
    [['spare'], {}, 'Spare missing', 'The spare is no longer seen: no further bad block can be moved.'],
    [
      ['spare'],
      { spareUsed: 3, mode: 'ro', pending: 2 },
      'Spare missing',
      '2 blocks cannot be read. The spare is no longer seen: 3 blocks on it cannot be reached, and no further bad block can be moved.',
    ],
    [
      ['main', 'spare'],
      {},
      'Both disks missing',
      'Neither disk of this pair is seen any more: nothing on it can be reached.',
    ],
  ])('is a danger while %o is missing, whatever the status says: %o', (missing, status, short, sentence) => {
    const verdict = judge(status, { missing });
    expect(verdict).toMatchObject({ tone: 'danger', short, sentence });
    expect(verdict.advice).toContain('Check cable and power.');
    expect(verdict.notes).toEqual([]);
  });

  it('notes a missing disk where nothing works, and where nothing is heard', () => {
    for (const rest of [
      judge({ mode: 'fail' }, { missing: ['main'] }),
      judge({}, { missing: ['main'], live: false }),
    ]) {
      expect(rest.sentence).not.toContain('seen');
      expect(rest.notes).toContain('The main disk was not seen any more.');
    }
  });

  it.each<[VerdictInput['words'], string, string]>([
    [{ main: 'says', spare: 'no' }, 'Main drive failing', 'the main drive says that it is failing.'],
    [
      { main: 'no', spare: 'said' },
      'Spare drive failing',
      'the spare drive said that it is failing when it was last read.',
    ],
    [{ main: 'says', spare: 'says' }, 'Both drives failing', 'both drives say that they are failing.'],
  ])('never calls a pair protected of which a drive says that it fails: %o', (words, short, sentence) => {
    for (const status of [{}, { spareUsed: 4, partial: 2 }, { spareUsed: 950 }, { metadataGood: 1 }]) {
      const verdict = judge(status, { words });
      expect(verdict).toMatchObject({ tone: 'danger', short });
      expect(verdict.sentence).toBe(`No unreadable block is known, but ${sentence}`);
      expect(verdict.advice).toContain('Copy your data off now');
    }
    expect(judge({ spareUsed: 4, partial: 2 }, { words }).notes).toContain(
      'In 2 moved blocks some sectors are still read from the main disk.',
    );
  });

  it('says a drive’s own word beside another danger, and as a note while nothing is heard', () => {
    const words = { main: 'says', spare: 'no' } as const;
    const sentence = 'The main drive says that it is failing.';
    for (const status of [{ pending: 2 }, { mode: 'spent' as const }]) {
      const verdict = judge(status, { words });
      expect(verdict.tone).toBe('danger');
      expect(verdict.sentence).toBe(`${judge(status).sentence} ${sentence}`);
    }
    expect(judge({}, { words, missing: ['spare'] }).sentence).toContain(`can be moved. ${sentence}`);
    expect(judge({}, { words, live: false })).toMatchObject({ tone: 'unknown' });
    expect(judge({}, { words, live: false }).notes).toContain(
      'The main drive said that it is failing when it was last read.',
    );
  });

  it('asks for attention when the records lose a copy, before anything less', () => {
    for (const less of [{}, { partial: 2, spareUsed: 2 }, { spareUsed: 950 }]) {
      const verdict = judge({ metadataGood: 1, metadataCopies: 2, ...less });
      expect(verdict).toMatchObject({ tone: 'attention', short: 'Records damaged' });
      expect(verdict.sentence).toContain('the spare could not keep every copy of its records');
    }
    expect(judge({ metadataGood: 1, metadataCopies: 2, pending: 1 }).tone).toBe('danger');
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
