import { describe, expect, it } from 'vitest';

import { nameless, piecesOf, rowsOf, runsOf, uncovered, unitsOf } from './spans.ts';

const free = nameless('free', null);
const journal = nameless('metadata', 'journal', 8);

describe('rows of blocks of a pair', () => {
  it('are one for neighbouring blocks of one owner, and several for a block of several owners', () => {
    // A partition at sector 12 of the pair, blocks of 8 sectors: the owners change within block 2.
    const pieces = [{ first: 0, count: 28, pairFirst: 12 }];
    const owned = [
      { first: 0, count: 8, ...free },
      { first: 8, count: 2, ...journal },
      { first: 10, count: 100, ...free },
    ];
    expect(rowsOf(pieces, owned, 8, 0)).toEqual([
      { firstBlock: 1, blockCount: 4, ...free, place: 0 },
      { firstBlock: 2, blockCount: 1, ...journal, place: 0 },
    ]);
  });

  it('are of the asked blocks only, where the file system’s are larger', () => {
    const owned = [{ first: 0, count: 128, ...free }];
    expect(rowsOf([{ first: 16, count: 8, pairFirst: 16 }], owned, 8, 2)).toEqual([
      { firstBlock: 2, blockCount: 1, ...free, place: 2 },
    ]);
  });
});

it('what nothing was told of is unknown, and not left out', () => {
  const owned = [
    { first: 0, count: 8, ...free },
    { first: 16, count: 8, ...journal },
    // Shared by two owners: as long as the piece in sum, and yet not all of it.
    { first: 16, count: 8, ...free },
  ];
  const rows = rowsOf([{ first: 0, count: 24, pairFirst: 0 }], owned, 8, 0);
  expect(rows.map(({ firstBlock, kind }) => [firstBlock, kind])).toEqual([
    [0, 'free'],
    [1, 'unknown'],
    [2, 'free'],
    [2, 'metadata'],
  ]);
});

it('what is not covered is what is left on either side and between', () => {
  const covers = [
    { first: 12, count: 2 },
    { first: 0, count: 11 },
    { first: 13, count: 3 },
  ];
  expect(uncovered({ first: 10, count: 10 }, covers)).toEqual([
    { first: 11, count: 1 },
    { first: 16, count: 4 },
  ]);
  expect(uncovered({ first: 1, count: 4 }, covers)).toEqual([]);
});

it('the last block of a pair may be cut off by its end', () => {
  expect(piecesOf([{ firstBlock: 1, blockCount: 2 }], 8, 20)).toEqual([{ first: 8, count: 12, pairFirst: 8 }]);
});

it('units are those that are touched, each once, ascending', () => {
  const spans = [
    { first: 17, count: 1 },
    { first: 0, count: 9 },
    { first: 8, count: 1 },
  ];
  expect(unitsOf(spans, 8)).toEqual([0, 1, 2]);
  expect(runsOf([1, 2, 4, 5, 6, 9])).toEqual([
    { first: 1, count: 2 },
    { first: 4, count: 3 },
    { first: 9, count: 1 },
  ]);
});
