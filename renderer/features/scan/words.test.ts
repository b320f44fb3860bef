import { describe, expect, it } from 'vitest';

import { makeStatus } from '../../testing/fixtures.ts';
import { scanShort, timeLeft } from './words.ts';

const began = 1_000_000;
const hour = 3_600_000;

describe('how long a scan may still take', () => {
  it('is judged by what it took so far', () => {
    expect(timeLeft({ part: 0.5, began, blocks: 9 }, began + hour)).toBe(' About 60 minutes left.');
    expect(timeLeft({ part: 0.1, began, blocks: 9 }, began + hour)).toBe(' About 9 hours left.');
    expect(timeLeft({ part: 0.01, began, blocks: 9 }, began + hour)).toBe(' About 4 days left.');
    expect(timeLeft({ part: 0.9999, began, blocks: 9 }, began + hour)).toBe(' About 1 minute left.');
  });

  it('is not told when nothing is known of it, or the clock was set back', () => {
    expect(timeLeft({ part: 0.5, began: null, blocks: 9 }, began)).toBe('');
    expect(timeLeft({ part: 0.001, began, blocks: 9 }, began + hour)).toBe('');
    expect(timeLeft({ part: 0.5, began, blocks: 9 }, began - hour)).toBe('');
  });
});

describe('the scan on a card', () => {
  const progress = { part: 0.5, began, blocks: 9 };

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
