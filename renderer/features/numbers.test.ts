import { describe, expect, it } from 'vitest';

import { makeEvent } from '../testing/fixtures.ts';
import { classLabel, formatMicroseconds, countText, summaryOf } from '../words/heatmap.ts';
import { agoText } from './device/heard.ts';
import { percent } from './device/Tiles.tsx';
import { mergeEvents } from './events/merge.ts';
import { noBlocks } from './heatmap/counts.ts';
import { trendLabel, trendPoints } from './overview/Trend.tsx';

describe('percent', () => {
  it.each([
    [0, '0 %'],
    [0.0004, 'under 0.1 %'],
    [0.012, '1.2 %'],
    [0.5, '50 %'],
    [0.9954, '99.5 %'],
    [0.9999, 'over 99.9 %'],
    [1, '100 %'],
  ])('%d is %s: something is never nothing, almost all is never all', (part, text) => {
    expect(percent(part)).toBe(text);
  });
});

it.each([
  [999, '0 s'],
  [59_000, '59 s'],
  [60_000, '1 min'],
  [7_200_000, '2 h'],
  [259_200_000, '3 days'],
])('%d ms ago is %s', (ms, text) => {
  expect(agoText(ms)).toBe(text);
});

it('latency classes are named by their limits, and read times have units', () => {
  expect([0, 1, 2].map((at) => classLabel([3, 10], at, 'ms'))).toEqual(['under 3 ms', '3–10 ms', '10 ms and more']);
  expect([999, 1500, 12_000].map(formatMicroseconds)).toEqual(['999 µs', '1.5 ms', '12 ms']);
});

it('the summary tells trouble first and what is not known last', () => {
  const counts = { ...noBlocks, blocks: 100, read: 40, pending: 1, moved: 2 };
  expect(summaryOf(counts, 0, '', true)).toBe(
    'The whole disk: 1 block cannot be read, 2 blocks moved to the spare. 40 of 100 blocks were read.',
  );
  expect(summaryOf({ ...noBlocks, blocks: 8 }, 2, '0 B – 4 KiB', false)).toBe(
    'The part 0 B – 4 KiB: no block with trouble is known. 0 of 8 blocks were read. 2 blocks near recent trouble may fail next.',
  );
  expect(summaryOf({ ...noBlocks, blocks: 8, read: 2, unheard: 6 }, 0, '', true)).toBe(
    'The whole disk: no block with trouble is known. 2 of 8 blocks were read. 6 blocks still being asked about.',
  );
});

it('a number of which not all is known yet says so', () => {
  expect([countText(0, 0), countText(1200, 0), countText(0, 5), countText(1200, 5)]).toEqual([
    '0',
    '1,200',
    '…',
    '1,200…',
  ]);
});

it('mergeEvents gives each event once, newest first', () => {
  const events = (...numbers: number[]) => numbers.map((number) => makeEvent({ number }));
  expect(mergeEvents(events(1, 2, 3), events(3, 4)).map(({ number }) => number)).toEqual([4, 3, 2, 1]);
});

it('the trend rises from left to right inside its box', () => {
  const sample = { pending: 0, spareFree: 0, readErrors: 0, writeErrors: 0 };
  const points = trendPoints([
    { ...sample, milliseconds: 0, moved: 5 },
    { ...sample, milliseconds: 10, moved: 9 },
  ]);
  expect(points).toBe('2.0,31.0 148.0,3.0');
});

it.each([
  [5, 6, /^1 more block on the spare since /],
  [5, 9, /^4 more blocks on the spare since /],
  [5, 3, /^2 fewer blocks on the spare since /],
  [5, 5, /^As many blocks on the spare as at /],
])('from %d to %d blocks the trend says which way they went', (before, after, words) => {
  const sample = { pending: 0, spareFree: 0, readErrors: 0, writeErrors: 0 };
  const label = trendLabel(
    { ...sample, milliseconds: 0, moved: before },
    { ...sample, milliseconds: 10, moved: after },
  );
  expect(label).toMatch(words);
});
