import { expect, it } from 'vitest';

import { hasMarks } from './overlay.ts';

const nothing = { count: 10, cursor: null, hover: null, fresh: [] };

it('says whether anything lies above the cells, and nothing outside of the window does', () => {
  expect(hasMarks(nothing)).toBe(false);
  expect(hasMarks({ ...nothing, hover: 3 })).toBe(true);
  expect(hasMarks({ ...nothing, cursor: 0 })).toBe(true);
  expect(hasMarks({ ...nothing, cursor: -1 })).toBe(false);
  expect(hasMarks({ ...nothing, cursor: 10 })).toBe(false);
  expect(hasMarks({ ...nothing, fresh: [-1, 12] })).toBe(false);
  expect(hasMarks({ ...nothing, fresh: [-1, 9] })).toBe(true);
});
