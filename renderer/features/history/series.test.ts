import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { GAP_MS, type HistoryPoint } from '../../../app/history/schema.ts';
import { readingOf } from '../../../app/history/figures.ts';
import { pointOf } from '../../../tests/doubles/past.ts';
import { figures } from '../../../tests/doubles/history-figures.ts';
import { makeEvent } from '../../testing/fixtures.ts';
import { durationText, fromField, toField } from './ranges.ts';
import { gapsOf, lastOf, marksOf, rowsOf, spanOf } from './series.ts';

function point(from: number, to: number, moved = 0): HistoryPoint {
  return { ...pointOf(readingOf(figures({ moved }), to)), from };
}

describe('a chart', () => {
  it('breaks the line in a gap and nowhere else, and marks a point that no line leads to', () => {
    const far = 10 * GAP_MS;
    const points = [point(0, 10), point(10 + GAP_MS, 400_000), point(400_000 + far, 400_001 + far)];
    expect(gapsOf(points)).toEqual([{ from: 400_000, to: 400_000 + far }]);
    expect(rowsOf(points).map(({ at, figures: known, alone }) => [at, known !== null, alone])).toEqual([
      [10, true, false],
      [400_000, true, false],
      [400_000 + far - 1, false, false],
      [400_001 + far, true, true],
    ]);
    const [row] = rowsOf([point(0, 1, 7)]);
    if (row === undefined) throw new Error('no row');
    expect([lastOf(row, 'moved'), spanOf(row, 'moved'), row.alone]).toEqual([7, [7, 7], true]);
  });

  it('has its rows in the order of time, one break for each gap', () => {
    const someTimes = fc.array(fc.tuple(fc.nat(2 * GAP_MS), fc.nat(2 * GAP_MS)), { maxLength: 30 });
    fc.assert(
      fc.property(someTimes, (steps) => {
        let at = 0;
        const points = steps.map(([wait, length]) => {
          const from = at + wait + 1;
          at = from + length;
          return point(from, at);
        });
        const rows = rowsOf(points);
        expect(rows.filter(({ figures: known }) => known === null)).toHaveLength(gapsOf(points).length);
        for (const [index, row] of rows.entries()) {
          if (index > 0) expect(row.at).toBeGreaterThan(rows[index - 1]?.at ?? Infinity);
        }
      }),
    );
  });

  it('makes one mark of events of a type that stand close, and keeps those of others', () => {
    const events = [
      makeEvent({ number: 1, milliseconds: 0, type: 'pending' }),
      makeEvent({ number: 2, milliseconds: 5, type: 'activate' }),
      makeEvent({ number: 3, milliseconds: 10, type: 'pending' }),
      makeEvent({ number: 4, milliseconds: 11, type: 'pending' }),
    ];
    expect(marksOf(events, 10).map(({ type, count, last }) => [type, count, last.number])).toEqual([
      ['pending', 2, 3],
      ['activate', 1, 2],
      ['pending', 1, 4],
    ]);
  });
});

it('a date field holds a moment to the minute, and nothing that is no date', () => {
  const noon = new Date(2026, 0, 15, 12, 34, 56).getTime();
  expect(toField(noon)).toBe('2026-01-15T12:34');
  expect(fromField('2026-01-15T12:34')).toBe(new Date(2026, 0, 15, 12, 34, 59, 999).getTime());
  expect([fromField(''), fromField('yesterday')]).toEqual([null, null]);
});

it.each([
  [30_000, 'less than a minute'],
  [60_000, '1 minute'],
  [5_400_000, '2 hours'],
  [3 * 86_400_000, '3 days'],
  [12 * 365 * 86_400_000, '12 years'],
])('%d ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
