import { setImmediate } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import type { HealthCell } from '../../../app/domain/target.ts';
import { LEAST_PAST } from '../../../app/forecast/latency.ts';
import type { ZoneSample } from '../../ports.ts';
import { ASK_AGAIN_MS, SAMPLE_EVERY_MS, ZoneKeeper } from './zone-keeper.ts';

const BLOCKS = 4;

/** A disk of four zones behind a keeper that may be made anew, as after a restart of the program. */
class Bench {
  averages = [1000, 1100, 1200, 1300];
  worst = 5000;
  now = 1_800_000_000_000;
  uptime = 0;
  broken = false;
  isForgetful = false;
  readonly kept: ZoneSample[] = [];
  readonly asked: number[] = [];
  readonly failures: unknown[] = [];
  found = 0;
  keeper = this.make();

  make(): ZoneKeeper {
    return new ZoneKeeper({
      blocks: BLOCKS,
      remembered: () => {
        if (this.isForgetful) throw new Error('no history');
        return this.kept;
      },
      keep: (sample) => this.kept.push(sample),
      fetch: (cells) => {
        this.asked.push(cells);
        return this.broken ? Promise.reject(new Error('no answer')) : Promise.resolve(this.cells());
      },
      found: () => (this.found += 1),
      failed: (thrown) => this.failures.push(thrown),
      uptime: () => this.uptime,
    });
  }

  async hears(scanPasses: number): Promise<void> {
    this.keeper.heard({ scanPasses }, this.now);
    await setImmediate();
  }

  cells(): HealthCell[] {
    const nothing = { mapped: 0, pending: 0, soft: 0, slow: 0, risk: 0, confidence: 0 };
    return this.averages.map((averageLatencyUs, cell) => ({
      ...nothing,
      cell,
      scannedBlocks: 1,
      averageLatencyUs,
      worstLatencyUs: this.worst,
    }));
  }

  /** Passes of the scanner that each find about the same. */
  async passes(count: number): Promise<void> {
    for (let pass = 1; pass <= count; pass += 1) {
      this.worst += 1;
      await this.hears(pass);
    }
  }
}

describe('zones', () => {
  it('are sampled at first, when a pass has ended, and after a day; not otherwise', async () => {
    const bench = new Bench();
    await bench.hears(0);
    await bench.hears(0);
    bench.averages[2] = 1250;
    await bench.hears(1);
    bench.averages[2] = 1260;
    bench.now += SAMPLE_EVERY_MS - 1;
    await bench.hears(1);
    bench.now += 1;
    await bench.hears(1);
    expect(bench.asked).toEqual([BLOCKS, BLOCKS, BLOCKS]);
    expect(bench.kept.map(({ scanPasses, zones }) => [scanPasses, zones.map(({ zone }) => zone)])).toEqual([
      [0, [0, 1, 2, 3]],
      [1, [2]],
      [1, [2]],
    ]);
  });

  it('make no sample when they were not timed since the one before, nor when they never were', async () => {
    const bench = new Bench();
    bench.averages[3] = 0;
    await bench.hears(0);
    expect(bench.kept[0]?.zones.map(({ zone }) => zone)).toEqual([0, 1, 2]);
    await bench.hears(1);
    expect(bench.kept).toHaveLength(1);
    bench.keeper = bench.make();
    bench.now += SAMPLE_EVERY_MS;
    await bench.hears(2);
    expect(bench.kept).toHaveLength(1);
    expect(bench.asked).toHaveLength(3);
  });

  it('that turn slow are found by their own past, also by a program that was started anew', async () => {
    const bench = new Bench();
    await bench.passes(LEAST_PAST);
    expect(bench.keeper.speed).toBeNull();
    bench.averages[1] = 9000;
    await bench.hears(LEAST_PAST + 1);
    expect(bench.keeper.speed?.places).toEqual([]);
    bench.worst += 1;
    await bench.hears(LEAST_PAST + 2);
    expect(bench.keeper.speed?.places).toEqual([{ firstBlock: 1, blockCount: 1, presentUs: 9000, usualUs: 1100 }]);
    const told = bench.found;
    bench.keeper = bench.make();
    await bench.hears(LEAST_PAST + 2);
    expect(bench.keeper.speed?.places).toHaveLength(1);
    expect(bench.found).toBe(told + 1);
    expect(bench.asked).toHaveLength(LEAST_PAST + 2);
  });

  it('are asked for again some time after a question that failed', async () => {
    const bench = new Bench();
    bench.broken = true;
    await bench.hears(0);
    bench.broken = false;
    bench.uptime = ASK_AGAIN_MS - 1;
    await bench.hears(0);
    expect([bench.failures.length, bench.kept.length]).toEqual([1, 0]);
    bench.uptime = ASK_AGAIN_MS;
    await bench.hears(0);
    expect(bench.kept).toHaveLength(1);
  });

  it('are those of a past that is known once it could be read', async () => {
    const bench = new Bench();
    bench.isForgetful = true;
    expect(bench.keeper.knowsPast).toBe(false);
    await bench.hears(0);
    expect(bench.keeper.knowsPast).toBe(false);
    bench.isForgetful = false;
    bench.uptime += ASK_AGAIN_MS;
    await bench.hears(0);
    expect(bench.keeper.knowsPast).toBe(true);
  });

  it('are sampled by a clock that was set back by more than a day', async () => {
    const bench = new Bench();
    await bench.hears(3);
    bench.now -= 30 * SAMPLE_EVERY_MS;
    bench.averages[0] = 1001;
    await bench.hears(3);
    expect(bench.kept).toHaveLength(2);
  });

  it('of a device that is followed no more are not kept', async () => {
    const bench = new Bench();
    bench.keeper.heard({ scanPasses: 0 }, bench.now);
    bench.keeper.stop();
    await setImmediate();
    expect(bench.kept).toEqual([]);
  });
});
