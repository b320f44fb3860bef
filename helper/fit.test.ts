import { expect, it } from 'vitest';

import type { Reason } from '../app/domain/block-device.ts';
import { cut, cutMiddle } from './cut.ts';
import { fitReasons } from './fit.ts';

const reason = (level: Reason['level'], sentence = 'It is so.'): Reason => ({ code: 'held', level, sentence });

it('reasons left out are counted, and block when one of them does', () => {
  const all = [...Array<Reason>(60).fill(reason('block')), ...Array<Reason>(5).fill(reason('warn'))];
  const fitted = fitReasons(all);
  expect(fitted).toHaveLength(50);
  expect(fitted.at(-1)).toEqual(reason('block', 'There are 16 more reasons like these.'));
  expect(fitReasons(all.slice(0, 50))).toEqual(all.slice(0, 50));
  expect(fitReasons([reason('warn', 'x'.repeat(1500))])[0]?.sentence).toHaveLength(1000);
});

it('what is cut has the length asked for at most, and no half characters', () => {
  expect([cut('abcdef', 6), cut('abcdef', 4)]).toEqual(['abcdef', 'abc…']);
  expect(cut('ab😀cd', 4)).toBe('ab…');
  expect(cutMiddle('abcdefghij', 7, 3)).toBe('abc…hij');
  expect(cutMiddle('abcdef😀j', 6, 2)).toBe('abc……j');
});
