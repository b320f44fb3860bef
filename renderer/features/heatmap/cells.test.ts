import { describe, expect, it } from 'vitest';

import type { HealthCell } from '../../../app/domain/target.ts';
import { cellCode, classOf, codes, countBlocks, DIMMED, latencyClass, mayHold, stateOf } from './cells.ts';

const cell = (part: Partial<HealthCell> = {}): HealthCell => ({
  cell: 0,
  scannedBlocks: 100,
  mapped: 0,
  pending: 0,
  soft: 0,
  slow: 0,
  averageLatencyUs: 1000,
  worstLatencyUs: 2000,
  risk: 0,
  confidence: 0,
  ...part,
});
const state = (part: Partial<HealthCell>, partial = false) => stateOf(cellCode(cell(part), 100, partial));

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
    const read = (scannedBlocks: number) => cellCode(cell({ scannedBlocks }), 100);
    expect(read(100)).toBe(codes.good + 2);
    expect(read(34)).toBe(codes.good + 1);
    expect(read(1)).toBe(codes.good);
  });
});

describe('latencyClass', () => {
  it.each([
    [0, 0],
    [2_999, 0],
    [3_000, 1],
    [9_999, 1],
    [49_999, 2],
    [50_000, 3],
    [150_000, 4],
    [9_000_000, 4],
  ])('%d µs is class %d', (us, expected) => {
    expect(latencyClass(us)).toBe(expected);
    expect(classOf(cellCode(cell({ averageLatencyUs: us }), 100))).toBe(expected);
  });
});

it('a dimmed code keeps its state, and a loading one has none', () => {
  expect(stateOf(codes.pending | DIMMED)).toBe('pending');
  expect(stateOf(codes.loading)).toBeNull();
});

it('countBlocks sums and keeps what was not read apart', () => {
  expect(countBlocks([cell({ mapped: 2, soft: 1 }), cell({ pending: 3, scannedBlocks: 10 })], 500)).toEqual({
    blocks: 500,
    read: 110,
    slow: 0,
    soft: 1,
    moved: 2,
    pending: 3,
  });
});

it('mayHold is exact for single blocks', () => {
  const one = cell({ scannedBlocks: 1 });
  expect(mayHold(one, 1, 'good')).toBe(true);
  expect(mayHold(one, 1, 'unread')).toBe(false);
  expect(mayHold(undefined, 1, 'unread')).toBe(true);
  expect(mayHold(undefined, 1, 'good')).toBe(false);
  expect(mayHold(cell({ scannedBlocks: 1, mapped: 1 }), 1, 'good')).toBe(false);
  expect(mayHold(cell({ slow: 1 }), 100, 'slow')).toBe(true);
});
