import { describe, expect, it } from 'vitest';

import type { HealthCell } from '../../../app/domain/target.ts';
import { makeCell } from '../../testing/fixtures.ts';
import { cellCode, classOf, codes, DIMMED, goodCode, isPicked, mayHold, stateOf } from './cells.ts';
import { Tally } from './counts.ts';

const state = (part: Partial<HealthCell>, partial = false) => stateOf(cellCode(makeCell(part), 100, partial));

describe('cellCode', () => {
  it('never lets a cell look good that was not read', () => {
    expect(stateOf(cellCode(undefined, 100))).toBe('unread');
    expect(state({ scannedBlocks: 0 })).toBe('unread');
  });

  it('lets the worst state win', () => {
    const all = { slow: 1, soft: 1, mapped: 1, pending: 1 };
    expect(state(all, true)).toBe('pending');
    expect(state({ ...all, pending: 0 }, true)).toBe('partial');
    expect(state({ ...all, pending: 0 })).toBe('moved');
    expect(state({ ...all, pending: 0, mapped: 0 })).toBe('soft');
    expect(state({ slow: 1 })).toBe('slow');
    expect(state({})).toBe('good');
  });

  it('tells how much of a good cell was read', () => {
    const read = (scannedBlocks: number) => cellCode(makeCell({ scannedBlocks }), 100);
    expect(read(100)).toBe(codes.good + 2);
    expect(read(34)).toBe(codes.good + 1);
    expect(read(1)).toBe(codes.good);
  });
});

describe('the class of a good cell', () => {
  it.each([
    [0, 0],
    [2_999, 0],
    [3_000, 1],
    [9_999, 1],
    [49_999, 2],
    [50_000, 3],
    [150_000, 4],
    [9_000_000, 4],
  ])('of %d µs is %d', (us, expected) => {
    expect(classOf(cellCode(makeCell({ averageLatencyUs: us }), 100))).toBe(expected);
  });
});

it('a dimmed code keeps its state, and a loading one has none', () => {
  expect(stateOf(codes.pending | DIMMED)).toBe('pending');
  expect(stateOf(codes.loading)).toBeNull();
});

it('a cell is picked by its state or by its class, and one the layer cannot tell of by no class', () => {
  expect([0, 1].map((at) => isPicked(codes.good + 3, at))).toEqual([false, true]);
  expect(isPicked(codes.good + 3, 'good')).toBe(true);
  expect([classOf(codes.unknown), classOf(codes.slow), classOf(codes.unread)]).toEqual([null, null, null]);
  expect(stateOf(codes.unknown)).toBe('good');
});

describe('counts', () => {
  it('sum the cells, by class', () => {
    const tally = new Tally();
    tally.add(makeCell({ mapped: 2, soft: 1 }), 100, codes.moved);
    tally.add(makeCell({ pending: 3, scannedBlocks: 10 }), 100, codes.pending);
    tally.add(makeCell(), 100, goodCode(2, 1));
    tally.add(makeCell({ scannedBlocks: 40 }), 100, codes.unknown);
    const twice = new Tally();
    twice.addAll(tally);
    expect(twice.total(500)).toEqual({
      blocks: 500,
      unheard: 0,
      read: 250,
      unread: 247,
      slow: 0,
      soft: 1,
      moved: 2,
      pending: 3,
      classes: [0, 0, 100, 0, 0, 0, 0],
      unknown: 40,
    });
  });

  it('take no moved and no pending block for one that was not read', () => {
    const tally = new Tally();
    tally.add(makeCell({ scannedBlocks: 0, mapped: 1 }), 1, codes.moved);
    tally.add(makeCell({ scannedBlocks: 0, pending: 1 }), 1, codes.pending);
    tally.add(makeCell({ scannedBlocks: 1, mapped: 1 }), 1, codes.moved);
    expect(tally.total(5).unread).toBe(2);
    expect(tally.total(5, 1)).toMatchObject({ unread: 1, unheard: 1 });
  });
});

it('mayHold is exact for single blocks', () => {
  const one = makeCell({ scannedBlocks: 1 });
  expect(mayHold(one, 1, 'good')).toBe(true);
  expect(mayHold(one, 1, 'unread')).toBe(false);
  expect(mayHold(undefined, 1, 'unread')).toBe(true);
  expect(mayHold(makeCell({ scannedBlocks: 0, mapped: 1 }), 1, 'unread')).toBe(false);
  expect(mayHold(makeCell({ scannedBlocks: 0, mapped: 1 }), 2, 'unread')).toBe(true);
  expect(mayHold(undefined, 1, 'good')).toBe(false);
  expect(mayHold(makeCell({ scannedBlocks: 1, mapped: 1 }), 1, 'good')).toBe(false);
  expect(mayHold(makeCell({ slow: 1 }), 100, 'slow')).toBe(true);
});
