import { afterEach, expect, it, vi } from 'vitest';

import { hasMarks } from './overlay.ts';

afterEach(() => vi.restoreAllMocks());

const nothing = { count: 10, cursor: null, hover: null, fresh: [], since: 0 };

it('says whether anything lies above the cells, and nothing outside of the window does', () => {
  expect(hasMarks(nothing)).toBe(false);
  expect(hasMarks({ ...nothing, hover: 3 })).toBe(true);
  expect(hasMarks({ ...nothing, cursor: 0 })).toBe(true);
  expect(hasMarks({ ...nothing, cursor: -1 })).toBe(false);
  expect(hasMarks({ ...nothing, cursor: 10 })).toBe(false);
});

it('says that fresh cells glow once, however often it is asked', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(10_000);
  const since = 10_000;
  expect(hasMarks({ ...nothing, since, fresh: [-1, 12] })).toBe(false);
  expect(hasMarks({ ...nothing, since, fresh: [-1, 9] })).toBe(true);
  now.mockReturnValue(11_599);
  expect(hasMarks({ ...nothing, since, fresh: [9] })).toBe(true);
  now.mockReturnValue(11_600);
  expect(hasMarks({ ...nothing, since, fresh: [9] })).toBe(false);
});
