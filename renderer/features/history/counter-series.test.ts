import { describe, expect, it } from 'vitest';

import { valueAt, type CounterHistory } from '../../../app/history/counters.ts';
import { counterRows, everRose } from './counter-series.ts';
import { lastOf } from './series.ts';

const replaced: CounterHistory = {
  name: '5',
  changes: [
    { milliseconds: 100, value: 0 },
    { milliseconds: 200, value: 4 },
    { milliseconds: 300, value: 9 },
  ],
};
const waiting: CounterHistory = { name: '197', changes: [{ milliseconds: 250, value: 0 }] };

/** Time, and both counters, of every row. */
function rows(from: number, to: number, heard: number | null): unknown[] {
  return counterRows([replaced, waiting], from, to, heard).map((row) => [row.at, lastOf(row, '5'), lastOf(row, '197')]);
}

describe('counters of a drive on a chart', () => {
  it('have a row at each change and at both ends, and nothing before they were seen', () => {
    expect(rows(0, 1000, 900)).toEqual([
      [100, 0, null],
      [200, 4, null],
      [250, 4, 0],
      [300, 9, 0],
      [900, 9, 0],
    ]);
  });

  it('begin a later time with what was seen before it', () => {
    expect(rows(260, 280, 900)).toEqual([
      [260, 4, 0],
      [280, 4, 0],
    ]);
  });

  it('end where the drive was heard last, and are none of a time after that', () => {
    expect(rows(0, 1000, null).at(-1)).toEqual([300, 9, 0]);
    expect(rows(400, 1000, null)).toEqual([]);
    expect(counterRows([], 0, 1000, 900)).toEqual([]);
  });

  it('tell whether one was ever other than 0, and its value at a moment', () => {
    expect(['5', '197', '10'].map((name) => everRose([replaced, waiting], name as '5'))).toEqual([true, false, false]);
    expect([99, 100, 299, 5000].map((at) => valueAt(replaced, at))).toEqual([null, 0, 4, 9]);
  });
});
