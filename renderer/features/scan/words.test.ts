import { describe, expect, it } from 'vitest';

import type { ScanDoing } from '../../../app/domain/scan.ts';
import { makeStatus } from '../../testing/fixtures.ts';
import { coveredSentence, doingSentence, partSentence, scanShort, timeLeft } from './words.ts';

const began = 1_000_000;
const hour = 3_600_000;

describe('how long a scan may still take', () => {
  it('is judged by what it took so far', () => {
    expect(timeLeft({ part: 0.5, began, first: 0, blocks: 9 }, began + hour)).toBe(' About 60 minutes left.');
    expect(timeLeft({ part: 0.1, began, first: 0, blocks: 9 }, began + hour)).toBe(' About 9 hours left.');
    expect(timeLeft({ part: 0.01, began, first: 0, blocks: 9 }, began + hour)).toBe(' About 4 days left.');
    expect(timeLeft({ part: 0.9999, began, first: 0, blocks: 9 }, began + hour)).toBe(' About 1 minute left.');
  });

  it('is not told when nothing is known of it, or the clock was set back', () => {
    expect(timeLeft({ part: 0.5, began: null, first: 0, blocks: 9 }, began)).toBe('');
    expect(timeLeft({ part: 0.001, began, first: 0, blocks: 9 }, began + hour)).toBe('');
    expect(timeLeft({ part: 0.5, began, first: 0, blocks: 9 }, began - hour)).toBe('');
  });
});

describe('what a scan is doing', () => {
  const said = (what: ScanDoing['what'], block: number | null = 1234, milliseconds = 100): string =>
    doingSentence({ what, block, milliseconds }, 5678);

  it('names the block, and the time where it is long', () => {
    expect(said('reading')).toBe('Reading block 1,234');
    expect(said('reading', 1234, 12_900)).toBe('Reading block 1,234, 12 s');
    expect(said('near')).toBe('Looking around a bad block, at 1,234');
    expect(said('near', 1234, 2000)).toBe('Looking around a bad block, at 1,234, 2 s');
    expect(said('retrying', 99, 12_000)).toBe('Retrying block 99, 12 s');
    expect(said('retrying', 99)).toBe('Retrying block 99, 0 s');
  });

  it('says what it waits for', () => {
    expect(said('busy')).toBe('Waiting while the disk is busy');
    expect(said('halted')).toBe('Waiting, since moving is halted');
    expect(said('suspended', null)).toBe('Waiting until the device is resumed');
    expect(said('pacing')).toBe('Waiting, so as not to exceed the scan rate; block 1,234 next');
  });

  it('is what the status says where it is not known', () => {
    expect(doingSentence(null, 5678)).toBe('Reading the disk, block 5,678 next');
  });
});

describe('which blocks a scan covers', () => {
  const progress = { part: 0.125, began, first: 1000, blocks: 500 };

  it('is told where it is not all of them', () => {
    expect(coveredSentence(progress, 5000)).toBe(' Blocks 1,000 – 1,499 only.');
    expect(coveredSentence({ ...progress, first: 7, blocks: 1 }, 5000)).toBe(' Block 7 only.');
    expect(coveredSentence({ ...progress, first: 0, blocks: 5000 }, 5000)).toBe('');
  });

  it('tells beside other blocks that another scan is under way', () => {
    expect(partSentence(progress, 1000, 500)).toBe('It is being scanned, 12.5 % of it done.');
    expect(partSentence(progress, 1000, 501)).toContain('Another scan is under way, 12.5 % of it done.');
    expect(partSentence(progress, 999, 500)).toContain('Another scan is under way');
  });
});

describe('the scan on a card', () => {
  const progress = { part: 0.5, began, first: 0, blocks: 9 };

  it('says how far it is while it is under way', () => {
    expect(scanShort(makeStatus({ scanState: 'running' }), progress, began + hour)).toEqual({
      value: '50.0 %',
      unit: 'done. About 60 minutes left.',
    });
    expect(scanShort(makeStatus({ scanState: 'paused' }), progress, began + hour).unit).toBe('paused');
    expect(scanShort(makeStatus({ scanState: 'running', mode: 'halted' }), progress, began + hour).unit).toBe(
      'waiting',
    );
  });

  it('says how often the disk was read whole while none is', () => {
    expect(scanShort(makeStatus({ scanState: 'idle' }), null, began).value).toBe('Never');
    expect(scanShort(makeStatus({ scanState: 'off', scanPasses: 2 }), null, began)).toEqual({
      value: '2 times',
      unit: 'whole disk read; only on request',
    });
  });
});
