import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { HealthCell } from '../../../app/domain/target.ts';
import { makeCell } from '../../testing/fixtures.ts';
import { RegionTimes } from './ages.ts';
import { classOf, codes, goodCode, stateOf } from './cells.ts';
import { ageLayer, codeIn, riskLayer, speedLayer, stateLayer, type Layer } from './layer.ts';
import { Neighbourhoods } from './neighbourhood.ts';
import { speedScales } from './presets.ts';

const DAY = 86_400;
const NOW = 2_000 * DAY;
/** Region 0 read `days` ago, region 1 ten times that, region 2 never. */
const read = (days: number) =>
  new RegionTimes({ regionBlocks: 128, readAt: [NOW - days * DAY, NOW - 10 * days * DAY, 0] });
const classIn = (layer: Layer, part: Partial<HealthCell>, first = 0, blocks = 100) =>
  classOf(layer.judge(makeCell(part), first, blocks));

describe('every layer', () => {
  const layers = [
    stateLayer,
    ...speedScales.map((scale) => speedLayer('worst', scale, null)),
    riskLayer,
    ageLayer(read(0.1), NOW),
    ageLayer(null, NOW),
  ];
  it.each(layers)('shows what is bad and what was not read as such: %#', (layer) => {
    const count = fc.nat(3);
    fc.assert(
      fc.property(
        fc.record({
          scannedBlocks: fc.nat(100),
          mapped: count,
          pending: count,
          soft: count,
          slow: count,
          risk: fc.nat(100),
        }),
        (part) => {
          const state = stateOf(codeIn(layer, makeCell(part), 0, 100));
          if (part.pending > 0) expect(state).toBe('pending');
          else if (part.mapped > 0) expect(state).toBe('moved');
          else if (part.soft > 0) expect(state).toBe('soft');
          else if (part.slow > 0) expect(state).toBe('slow');
          else expect(state).toBe(part.scannedBlocks === 0 ? 'unread' : 'good');
        },
      ),
    );
    expect(codeIn(layer, undefined, 0, 100)).toBe(codes.unread);
  });
});

describe('the layer of speed', () => {
  it.each([
    ['dm-remap', [2_999, 3_000, 10_000, 50_000, 150_000, 500_000]],
    ['five', [4_999, 5_000, 20_000, 50_000, 150_000, 500_000]],
    ['victoria', [4_999, 5_000, 20_000, 50_000, 200_000, 600_000]],
    ['hddscan', [4_999, 5_000, 10_000, 20_000, 50_000, 150_000, 500_000]],
  ] as const)('has the classes of %s, a limit in the class above it', (scale, times) => {
    const layer = speedLayer('average', scale, null);
    expect(times.map((averageLatencyUs) => classIn(layer, { averageLatencyUs }))).toEqual(times.map((_, at) => at));
    expect(layer.classes).toBe(times.length);
    expect(classIn(layer, { averageLatencyUs: 50_000 })).toBe(layer.notable);
  });

  it('counts the time that was chosen, and tells nothing where none was measured', () => {
    const part = { averageLatencyUs: 1000, worstLatencyUs: 600_000 };
    expect(classIn(speedLayer('average', 'five', null), part)).toBe(0);
    expect(classIn(speedLayer('worst', 'five', null), part)).toBe(5);
    const unmeasured = makeCell({ averageLatencyUs: 0, worstLatencyUs: 0 });
    expect(codeIn(speedLayer('average', 'five', null), unmeasured, 0, 100)).toBe(codes.unknown);
  });

  it('tells nothing beside a neighbourhood that is not known', () => {
    expect(classIn(speedLayer('average', 'neighbourhood', null), {})).toBeNull();
  });
});

describe('beside its neighbourhood', () => {
  /** Times in ms by place of ten blocks. */
  const around = (ms: readonly number[]) =>
    new Neighbourhoods(
      10,
      ms.map((one, at) => makeCell({ cell: at, averageLatencyUs: one * 1000 })),
      (one) => one.averageLatencyUs,
    );

  it('a cell counts as so many times the median, which a slow place does not move', () => {
    const usual = around(Array.from({ length: 40 }, (_, at) => (at === 20 ? 900 : 4)));
    const layer = speedLayer('average', 'neighbourhood', usual);
    const times = [4, 4.99, 5, 6, 8, 16, 32].map((ms) => classIn(layer, { averageLatencyUs: ms * 1000 }, 200, 10));
    expect(times).toEqual([0, 0, 1, 2, 3, 4, 5]);
    expect(classIn(layer, { averageLatencyUs: 8000 }, 200, 10)).toBe(layer.notable);
  });

  it('the outer and the inner tracks have each their own', () => {
    const usual = around(Array.from({ length: 200 }, (_, at) => (at < 100 ? 4 : 8)));
    expect([usual.usualAt(500), usual.usualAt(1500)]).toEqual([4000, 8000]);
  });

  it('too few measured places say nothing, and unmeasured ones are left out', () => {
    const seven = [0, 0, ...Array.from({ length: 7 }, () => 5)];
    expect(around(seven).usualAt(30)).toBeNull();
    expect(around([...seven, 7]).usualAt(30)).toBe(5000);
    expect(around(seven).usualAt(100_000)).toBeNull();
  });
});

describe('the layer of risk', () => {
  it.each([
    [0, 0],
    [1, 1],
    [19, 1],
    [20, 2],
    [59, 3],
    [60, 4],
    [80, 5],
    [100, 5],
  ])('a risk of %d is class %d', (risk, ofClass) => {
    expect(classIn(riskLayer, { risk })).toBe(ofClass);
  });

  it('draws weaker what is less sure', () => {
    const codesOf = [0, 33, 34, 66, 67, 100].map((confidence) => codeIn(riskLayer, makeCell({ confidence }), 0, 100));
    expect(codesOf).toEqual([1, 1, 2, 2, 3, 3].map((strength) => goodCode(0, strength)));
  });
});

describe('the layer of the last read', () => {
  it.each([
    [0, 0],
    [1, 0],
    [1.01, 1],
    [7, 1],
    [14, 2],
    [30, 3],
    [31, 4],
  ])('%d days ago is class %d', (days, ofClass) => {
    expect(classIn(ageLayer(read(days), NOW), {})).toBe(ofClass);
  });

  it('counts the region that was read longest ago, and none that never was', () => {
    const layer = ageLayer(read(1), NOW);
    expect(classIn(layer, {}, 0, 128)).toBe(0);
    expect(classIn(layer, {}, 0, 129)).toBe(2);
    expect(classIn(layer, {}, 0, 1000)).toBe(2);
    expect(classIn(layer, {}, 256, 128)).toBeNull();
    expect(classIn(layer, {}, 9999, 1)).toBeNull();
  });

  it('tells nothing where times are not known', () => {
    expect(codeIn(ageLayer(null, NOW), makeCell(), 0, 100)).toBe(codes.unknown);
  });
});
