import fc from 'fast-check';
import { expect, it } from 'vitest';

import { healthCellSchema, type HealthCell } from '../domain/target.ts';
import { packedHealthSchema, packHealth, unpackHealth } from './health-pack.ts';

const names = healthCellSchema.keyof().options;
const percents: readonly string[] = ['risk', 'confidence'];
const count = (name: string) => fc.integer({ min: 0, max: percents.includes(name) ? 100 : Number.MAX_SAFE_INTEGER });
const cells = fc.array(
  fc
    .tuple(...names.map(count))
    .map((values) => healthCellSchema.parse(Object.fromEntries(names.map((name, at) => [name, values[at]])))),
  { maxLength: 5 },
);

it('what is packed is taken, and is the same when it is unpacked', () => {
  fc.assert(
    fc.property(cells, (given: HealthCell[]) => {
      const packed = packHealth(given);
      expect(packedHealthSchema.parse(packed)).toBe(packed);
      expect(unpackHealth(packed)).toEqual(given);
    }),
  );
});

it.each([
  ['a row that is cut off', [1, 2, 3], 'expected 10 numbers for each row'],
  ['a percentage over 100', [0, 0, 0, 0, 0, 0, 0, 0, 101, 0], 'row 0: risk is 101'],
  ['a fraction', [...Array<number>(10).fill(0), 0, 0.5, ...Array<number>(8).fill(0)], 'row 1: scannedBlocks is 0.5'],
  ['a text', [...Array<number>(9).fill(0), '7'], 'row 0: confidence is 7'],
  ['no array', { length: 0 }, 'expected an array'],
])('%s is refused, saying what is wrong', (_what, packed, message) => {
  expect(packedHealthSchema.safeParse(packed).error?.issues.map((issue) => issue.message)).toEqual([message]);
});
