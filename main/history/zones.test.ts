import { describe, expect, it } from 'vitest';

import { MAX_ZONE_SAMPLES } from '../../app/forecast/speed.ts';
import { memoryHistory, reading, SOME_PAIR } from '../../tests/doubles/history.ts';
import type { ZoneSample } from '../ports.ts';
import { THIN_EVERY_MS } from './store.ts';
import { ZONES_KEPT_MS } from './zones.ts';

const { uuid } = SOME_PAIR;

function sample(milliseconds: number, zones = [0]): ZoneSample {
  return {
    milliseconds,
    scanPasses: milliseconds,
    zones: zones.map((zone) => ({ zone, averageUs: 1000 + zone, worstUs: 2000 })),
  };
}

describe('times of zones', () => {
  it('come back in the order in which they were taken, whatever the clock said, each pair its own', () => {
    const history = memoryHistory();
    const told = [sample(50, [0, 1, 127]), sample(10, [5]), sample(30)];
    for (const one of told) history.addZones(SOME_PAIR, one);
    history.addZones({ ...SOME_PAIR, uuid: 'other' }, sample(99, [8]));
    expect(history.zones(uuid)).toEqual(told);
    expect(history.zones('none')).toEqual([]);
    history.close();
  });

  it('are dropped after their time, and the oldest when there are too many', () => {
    const clock = { now: ZONES_KEPT_MS + 1000, uptime: 0 };
    const history = memoryHistory(clock);
    history.addZones(SOME_PAIR, sample(999));
    for (let at = 1000; at < 1000 + MAX_ZONE_SAMPLES + 5; at += 1) history.addZones(SOME_PAIR, sample(at));
    history.addReading(SOME_PAIR, reading(clock.now));
    const kept = history.zones(uuid);
    expect(kept).toHaveLength(MAX_ZONE_SAMPLES);
    expect(kept[0]?.milliseconds).toBe(1005);
    clock.now += 200;
    clock.uptime += THIN_EVERY_MS;
    history.addReading(SOME_PAIR, reading(clock.now));
    expect(history.zones(uuid)[0]).toEqual(sample(1200));
    history.close();
  });
});
