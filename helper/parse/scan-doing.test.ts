import { describe, expect, it } from 'vitest';

import { AppError } from '../../app/errors.ts';
import { parseScanDoing } from './scan-doing.ts';

describe('what a scan is doing', () => {
  it('is read with its block, or without one', () => {
    expect(parseScanDoing('retrying 99 12034\n')).toEqual({ what: 'retrying', block: 99, milliseconds: 12_034 });
    expect(parseScanDoing('paused - 0\n')).toEqual({ what: 'paused', block: null, milliseconds: 0 });
  });

  it('is not known when a later target does something else', () => {
    expect(parseScanDoing('dreaming 5 6\n')).toBeNull();
  });

  it.each(['', 'reading', 'reading 5', 'reading 5 x', 'reading -1 5', 'reading 5 6 7', '5 5 5'])(
    'is an error when it is written as %j',
    (text) => {
      expect(() => parseScanDoing(text)).toThrow(AppError);
    },
  );
});
