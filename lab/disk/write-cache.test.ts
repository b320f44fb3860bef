import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkStore } from './chunk-store.ts';
import { SECTOR_BYTES } from './ranges.ts';
import { WriteCache } from './write-cache.ts';

const SECTORS = 16;

function sectors(value: number, count = 1): Buffer {
  return Buffer.alloc(count * SECTOR_BYTES, value);
}

function make(limitBytes = 1024 * 1024): { store: ChunkStore; cache: WriteCache; medium: (sector: number) => number } {
  const store = new ChunkStore(SECTORS * SECTOR_BYTES);
  const medium = (sector: number): number => store.read(sector * SECTOR_BYTES, 1)[0] ?? -1;
  return { store, cache: new WriteCache(store, limitBytes), medium };
}

test('holds a write back until a flush, and reads see it before', () => {
  const { cache, medium } = make();
  cache.write(0, sectors(5), false);
  expect(cache.read(0, SECTOR_BYTES)).toEqual(sectors(5));
  expect(medium(0)).toBe(0);
  expect(cache.dirtySectors).toBe(1);
  cache.flush();
  expect(medium(0)).toBe(5);
  expect(cache.dirtySectors).toBe(0);
});

test('loses everything that was not flushed, and nothing that was', () => {
  const { cache, medium } = make();
  cache.write(0, sectors(1), false);
  cache.flush();
  cache.write(0, sectors(2), false);
  cache.write(SECTOR_BYTES, sectors(3), false);
  cache.cutPower('all');
  expect([medium(0), medium(1)]).toEqual([1, 0]);
  expect(cache.read(0, SECTOR_BYTES)).toEqual(sectors(1));
});

test('a durable write survives, and older held writes of its sector cannot come back over it', () => {
  for (let seed = 0; seed < 64; seed++) {
    const { cache, medium } = make();
    cache.write(0, sectors(1, 2), false);
    cache.write(0, sectors(2), true);
    cache.write(0, sectors(3), false);
    cache.cutPower({ seed });
    expect([2, 3]).toContain(medium(0));
    expect([0, 1]).toContain(medium(1));
  }
});

test('a seeded loss is the same each time, and different seeds lose different parts', () => {
  const outcome = (seed: number): string => {
    const { cache, store } = make();
    for (let sector = 0; sector < SECTORS; sector++) cache.write(sector * SECTOR_BYTES, sectors(sector + 1), false);
    cache.cutPower({ seed });
    return store.read(0, SECTORS * SECTOR_BYTES).toString('hex');
  };
  expect(outcome(7)).toBe(outcome(7));
  expect(new Set(Array.from({ length: 8 }, (_, seed) => outcome(seed))).size).toBeGreaterThan(4);
});

test('without a cache every write is on the medium at once', () => {
  const { cache, medium } = make(0);
  cache.write(0, sectors(9), false);
  cache.cutPower('all');
  expect(medium(0)).toBe(9);
});

test('beyond its limit the oldest write goes to the medium', () => {
  const { cache, medium } = make(2 * SECTOR_BYTES);
  for (const sector of [0, 1, 2]) cache.write(sector * SECTOR_BYTES, sectors(sector + 1), false);
  expect([medium(0), medium(1), medium(2)]).toEqual([1, 0, 0]);
});

test('a trimmed sector does not come back', () => {
  for (let seed = 0; seed < 16; seed++) {
    const { cache, store, medium } = make();
    cache.write(0, sectors(4, 2), false);
    cache.discard(0, SECTOR_BYTES);
    store.zero(0, SECTOR_BYTES);
    cache.cutPower({ seed });
    expect(medium(0)).toBe(0);
  }
});

const action = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    first: fc.integer({ min: 0, max: SECTORS - 4 }),
    count: fc.integer({ min: 1, max: 4 }),
    durable: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('flush' as const) }),
);

test('after any power cut each sector holds its last durable write or one that came after it', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), fc.integer(), (actions, seed) => {
      const { cache, medium } = make(8 * SECTOR_BYTES);
      const allowed = Array.from({ length: SECTORS }, () => [0]);
      let value = 0;
      for (const step of actions) {
        if (step.kind === 'flush') {
          cache.flush();
          for (const values of allowed) values.splice(0, values.length - 1);
          continue;
        }
        value += 1;
        cache.write(step.first * SECTOR_BYTES, sectors(value, step.count), step.durable);
        for (let sector = step.first; sector < step.first + step.count; sector++) {
          if (step.durable) allowed[sector] = [value];
          else allowed[sector]?.push(value);
          expect(cache.read(sector * SECTOR_BYTES, 1)[0]).toBe(value);
        }
      }
      cache.cutPower({ seed });
      allowed.forEach((values, sector) => {
        expect(values).toContain(medium(sector));
      });
    }),
  );
});
