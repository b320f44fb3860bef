import fc from 'fast-check';

import { DAY_MS } from '../../app/forecast/hazard.ts';
import type { Counter, ForecastInput } from '../../app/forecast/input.ts';

/** Noon of a fixed day, Unix milliseconds. */
export const NOW = Date.UTC(2026, 0, 15, 12);

/** A time up to two years back, or a little ahead as after a clock was set back. */
const anyInstant = fc.integer({ min: -5, max: 730 }).map((days) => NOW - days * DAY_MS);
/** Small values as often as large ones: the tables end at 17,000. */
const anyCount = fc.oneof(fc.nat(3), fc.nat(300), fc.nat(100_000), fc.constant(Number.MAX_SAFE_INTEGER));
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });

export const anyCounter: fc.Arbitrary<Counter> = fc.record({
  value: maybe(anyCount),
  rose: maybe(anyInstant),
  firstSeen: maybe(anyInstant),
});

/** Every input that the schema takes, as good as. */
export const anyInput: fc.Arbitrary<ForecastInput> = fc.record({
  now: fc.constant(NOW),
  kind: fc.constantFrom('hdd', 'ssd', 'nvme', 'unknown'),
  powerOnHours: maybe(fc.nat(200_000)),
  ownVerdict: fc.constantFrom('passed', 'warned', 'failed', 'said-failed', 'unknown'),
  attributes: fc.record({
    reallocated: anyCounter,
    spinRetries: anyCounter,
    uncorrectable: anyCounter,
    reallocationEvents: anyCounter,
    pending: anyCounter,
    offlineUncorrectable: anyCounter,
    linkErrors: anyCounter,
  }),
  nvme: maybe(
    fc.record({
      criticalWarning: maybe(
        fc.record({
          spareLow: fc.boolean(),
          temperature: fc.boolean(),
          degraded: fc.boolean(),
          readOnly: fc.boolean(),
          backupFailed: fc.boolean(),
          persistentMemoryReadOnly: fc.boolean(),
        }),
      ),
      mediaErrors: anyCounter,
      percentageUsed: maybe(fc.nat(255)),
      availableSpare: maybe(fc.nat(255)),
      availableSpareThreshold: maybe(fc.nat(255)),
    }),
  ),
  own: fc.record({
    pendingBlocks: anyCounter,
    movedBlocks: anyCounter,
    scanErrors: anyCounter,
    softErrors: anyCounter,
    slowReads: anyCounter,
  }),
  speed: maybe(
    fc.record({
      score: fc.double({ min: 0, max: 1000, noNaN: true }),
      places: fc.array(
        fc.record({
          firstBlock: fc.nat(1_000_000),
          blockCount: fc.integer({ min: 1, max: 1_000_000 }),
          presentUs: fc.nat(5_000_000),
          usualUs: fc.nat(5_000_000),
        }),
        { maxLength: 5 },
      ),
    }),
  ),
});
