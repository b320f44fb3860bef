import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { pool } from '../../tests/forecast/pool.ts';
import { scrutinyBuckets } from '../../tests/forecast/scrutiny-buckets.ts';
import { anyInput, NOW } from '../../tests/forecast/any-input.ts';
import { worsenings } from '../../tests/forecast/worsen.ts';
import { forecast, rankOf } from './forecast.ts';
import { DAY_MS } from './hazard.ts';
import { forecastInputSchema, unknownInput, type Counter, type ForecastInput } from './input.ts';
import { levelRatio, levelTables } from './levels.ts';
import { forecastSchema, type Forecast } from './output.ts';

const healthy: ForecastInput = {
  ...unknownInput(NOW, 'hdd'),
  powerOnHours: 0,
  ownVerdict: 'passed',
  attributes: {
    reallocated: count(0),
    spinRetries: count(0),
    uncorrectable: count(0),
    reallocationEvents: count(0),
    pending: count(0),
    offlineUncorrectable: count(0),
    linkErrors: count(0),
  },
};

function count(value: number, days: number | null = null): Counter {
  const rose = days === null ? null : NOW - days * DAY_MS;
  return { value, rose, firstSeen: rose };
}

function withAttributes(part: Partial<ForecastInput['attributes']>, base = healthy): ForecastInput {
  return { ...base, attributes: { ...base.attributes, ...part } };
}

/** The three numbers and the verdict's rank: none may fall when an input gets worse. */
function badness({ probability, verdict }: Forecast): number[] {
  return [probability.low, probability.point, probability.high, rankOf(verdict)];
}

/** Rounding of powers and exponentials, and nothing else. */
const ROUNDING = 1e-12;

describe('the forecast of any input', () => {
  it('is a valid forecast: the band holds the point, every probability is one', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const told = forecast(forecastInputSchema.parse(input));
        expect(forecastSchema.safeParse(told).error).toBeUndefined();
        expect(badness(told).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(Object.entries(worsenings))('never improves when %s', (_name, worsen) => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 0, max: 10_000 }), (input, by) => {
        const before = badness(forecast(input));
        const after = badness(forecast(worsen(input, by)));
        before.forEach((value, index) => expect(after[index]).toBeGreaterThanOrEqual(value - ROUNDING));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same whatever the link counts', () => {
    fc.assert(
      fc.property(anyInput, anyInput, (input, other) => {
        const { linkErrors } = other.attributes;
        expect(badness(forecast(withAttributes({ linkErrors }, input)))).toEqual(badness(forecast(input)));
      }),
    );
  });

  it('says first what the drive says of itself, whatever else there is', () => {
    fc.assert(
      fc.property(anyInput, fc.constantFrom('failed', 'said-failed'), (input, ownVerdict) => {
        const told = forecast({ ...input, ownVerdict });
        expect(told.verdict).toBe('failing');
        expect(told.terms[0]?.id).toBe('own-verdict');
        expect(told.numberHolds).toBe(false);
      }),
    );
  });
});

describe('the model', () => {
  const point = (input: ForecastInput): number => forecast(input).probability.point;

  it('starts from 1.4 to 2 % a year', () => {
    expect(point(healthy)).toBeCloseTo(1 - Math.exp((-0.014 * 60) / 365), 12);
    expect(point({ ...healthy, powerOnHours: 60_000 })).toBeCloseTo(1 - Math.exp((-0.02 * 60) / 365), 12);
  });

  it.each<[string, Partial<ForecastInput['attributes']>, number]>([
    ['a first pending sector, Google 16 times', { pending: count(1, 5) }, 16],
    ['a first scan error, Google 39 times', { offlineUncorrectable: count(1, 59) }, 39],
    ['a first reallocation, Google 14 times', { reallocated: count(2, 60) }, 14],
    ['a level above the event, Backblaze', { pending: count(300, 5) }, 3.3 / 0.0255],
    ['an old count, Backblaze level only', { pending: count(2, 240) }, 0.342 / 0.0255],
    ['a count of unknown age, level only', { reallocated: count(20) }, 0.236 / 0.0252],
    ['few old reallocations, hardly anything', { reallocated: count(3, 300) }, 0.0274 / 0.0252],
    ['halfway between event and level', { reallocated: count(3, 150) }, Math.sqrt(14 * (0.0274 / 0.0252))],
    ['the larger of one family', { pending: count(1, 5), offlineUncorrectable: count(1, 5) }, 39],
    ['a count that fell back to zero but rose lately', { pending: count(0, 5) }, 16],
  ])('%s', (_name, attributes, ratio) => {
    expect(point(withAttributes(attributes))).toBeCloseTo(1 - Math.exp((-0.014 * ratio * 60) / 365), 10);
  });

  it.each<[string, ForecastInput, Forecast['verdict']]>([
    ['nothing known', unknownInput(NOW, 'hdd'), 'unknown'],
    ['nothing wrong', healthy, 'none'],
    ['nothing wrong on an old disk', { ...healthy, powerOnHours: 90_000 }, 'none'],
    ['few stable reallocations', withAttributes({ reallocated: count(4, 400) }), 'none'],
    ['a new reallocation', withAttributes({ reallocated: count(1, 1) }), 'plan'],
    ['a new scan error', withAttributes({ offlineUncorrectable: count(1, 1) }), 'soon'],
    ['only the cable', withAttributes({ linkErrors: count(40_000, 1) }), 'none'],
    ['a slow zone', { ...healthy, speed: { score: 1, places: [] } }, 'watch'],
  ])('%s: %s', (_name, input, verdict) => {
    expect(forecast(input).verdict).toBe(verdict);
  });

  it('tells to check the cable and leaves the link out of the number', () => {
    const [term] = forecast(withAttributes({ linkErrors: count(7, 2) })).terms;
    expect(term).toMatchObject({ family: 'link', ratio: null, decides: false });
    expect(term?.sentence).toBe('7 errors on the link to the disk, the count rose 2 days ago. Check the cable.');
  });

  it('says which part turned slow, the worst first, and does not raise the number', () => {
    const places = [
      { firstBlock: 7812, blockCount: 7812, presentUs: 2400, usualUs: 2000 },
      { firstBlock: 500_000, blockCount: 15_625, presentUs: 13_400, usualUs: 950 },
    ];
    const told = forecast({ ...healthy, speed: { score: 4, places } });
    expect(told.terms).toHaveLength(1);
    expect(told.terms[0]).toMatchObject({ id: 'latency', ratio: null, decides: false });
    expect(told.terms[0]?.sentence).toBe(
      'Part of the disk answers slower than its own past explains: blocks 500,000 to 515,624, 13 ms on average where ' +
        '0.95 ms were usual, and 1 other place.',
    );
    expect(told.probability).toEqual(forecast(healthy).probability);
    expect(forecast({ ...healthy, speed: { score: 0.9, places: [] } }).terms).toEqual([]);
  });

  it('tells each sign with its source, its failures and its false alarms', () => {
    const [first, second] = forecast(withAttributes({ pending: count(2, 9), reallocated: count(3, 400) })).terms;
    expect(first).toMatchObject({
      decides: true,
      sentence:
        '2 pending sectors, the count rose 9 days ago: drives with such a first event failed 16 times as often in the next 60 days.',
      source: 'Pinheiro, Weber, Barroso (Google), FAST 2007, section 3.5.4',
      evidence:
        'Of 100 disks with this sign alone, about 96 still work after 60 days. More than 100,000 drives of 2005 and 2006.',
    });
    expect(second).toMatchObject({ id: 'reallocated', decides: false, weak: true });
    expect(second?.evidence).toContain('6 failures stand behind this number: too few to lean on.');
  });

  it('multiplies the surface with the mechanics, of which only an upper end is known', () => {
    const surface = forecast(withAttributes({ pending: count(1, 5) })).probability;
    const both = forecast(withAttributes({ pending: count(1, 5), spinRetries: count(1) })).probability;
    expect([both.low, both.point]).toEqual([surface.low, surface.point]);
    expect(Math.log(1 - both.high) / Math.log(1 - surface.high)).toBeCloseTo(10, 6);
  });

  it('prints no number for the motor, which one failure stands behind', () => {
    const [term] = forecast(withAttributes({ spinRetries: count(2) })).terms;
    expect(term).toMatchObject({ id: 'spin-retries', weak: true });
    expect(`${term?.sentence ?? ''}${term?.evidence ?? ''}`).not.toMatch(/\d+ times/);
  });
});

describe('flash', () => {
  const nvme: ForecastInput = {
    ...unknownInput(NOW, 'nvme'),
    ownVerdict: 'passed',
    nvme: {
      criticalWarning: {
        spareLow: false,
        temperature: false,
        degraded: false,
        readOnly: false,
        backupFailed: false,
        persistentMemoryReadOnly: false,
      },
      mediaErrors: count(0),
      percentageUsed: 3,
      availableSpare: 100,
      availableSpareThreshold: 10,
    },
  };
  const changed = (part: Partial<NonNullable<ForecastInput['nvme']>>): ForecastInput => ({
    ...nvme,
    nvme: nvme.nvme === null ? null : { ...nvme.nvme, ...part },
  });
  const warned = (bit: string): ForecastInput => {
    const bits = nvme.nvme?.criticalWarning;
    return changed({ criticalWarning: bits === null || bits === undefined ? null : { ...bits, [bit]: true } });
  };

  it.each<[string, ForecastInput, Forecast['verdict']]>([
    ['all well', nvme, 'none'],
    ['read-only', warned('readOnly'), 'failing'],
    ['degraded', warned('degraded'), 'failing'],
    ['spare low by its bit', warned('spareLow'), 'failing'],
    ['spare below its threshold', changed({ availableSpare: 9 }), 'failing'],
    ['a threshold that means nothing', changed({ availableSpare: 9, availableSpareThreshold: 150 }), 'none'],
    ['neither spare nor threshold', changed({ availableSpare: 0, availableSpareThreshold: 0 }), 'none'],
    ['too warm', warned('temperature'), 'none'],
    ['worn', changed({ percentageUsed: 90 }), 'plan'],
    ['worn far beyond its rating', changed({ percentageUsed: 255 }), 'plan'],
    ['a new media error', changed({ mediaErrors: count(1, 3) }), 'plan'],
    ['an old media error', changed({ mediaErrors: count(1, 300) }), 'watch'],
    ['a slow zone, which on flash seldom ends in failure', { ...nvme, speed: { score: 9, places: [] } }, 'none'],
  ])('%s: %s', (_name, input, verdict) => {
    expect(forecast(input).verdict).toBe(verdict);
  });

  it('counts a new media error 15 times, for 30 days', () => {
    const base = forecast(nvme).probability.point;
    const fresh = forecast(changed({ mediaErrors: count(1, 30) })).probability.point;
    const later = forecast(changed({ mediaErrors: count(1, 31) })).probability.point;
    expect(Math.log(1 - fresh) / Math.log(1 - base)).toBeCloseTo(15, 6);
    expect(later).toBeLessThan(fresh);
  });
});

describe('the level tables', () => {
  it.each([5, 187, 196, 197, 198] as const)('%i is what the printed one gives when it is pooled', (attribute) => {
    const pooled = pool(scrutinyBuckets[attribute]);
    const table = levelTables[attribute];
    expect(table.map(({ atMost, failures }) => [atMost, failures])).toEqual(
      pooled.map(({ atMost, failures }) => [atMost, failures]),
    );
    table.forEach((level, index) => {
      for (const key of ['rate', 'low', 'high'] as const) {
        expect(level[key] / (pooled[index]?.[key] ?? 0)).toBeCloseTo(1, 2);
      }
    });
  });

  it('never improves with the value, at neither end of the band', () => {
    for (const table of Object.values(levelTables)) {
      fc.assert(
        fc.property(fc.nat(6000), fc.nat(6000), (value, more) => {
          const { ratio } = levelRatio(table, value);
          const worse = levelRatio(table, value + more).ratio;
          for (const key of ['low', 'point', 'high'] as const) expect(worse[key]).toBeGreaterThanOrEqual(ratio[key]);
          expect(ratio.low <= ratio.point && ratio.point <= ratio.high).toBe(true);
        }),
      );
    }
  });
});
