import { setImmediate } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import type { TargetEvent } from '../../../app/domain/target.ts';
import { EventKeeper, READ_AGAIN_MS } from './event-keeper.ts';

function event(number: number): TargetEvent {
  return { number, milliseconds: number * 10, type: 'soft', block: number, spareBlock: null, detail: null };
}

/** A ring, and a history that may have no room. */
class Bench {
  ring: TargetEvent[] = [];
  readonly kept: TargetEvent[] = [];
  isFull = false;
  isSilent = false;
  uptime = 0;
  asked = 0;
  failures = 0;
  readonly keeper = new EventKeeper({
    newest: () => this.kept.at(-1) ?? null,
    keep: (events) => {
      if (this.isFull) throw new Error('no room');
      this.kept.push(...events);
    },
    fetch: (after, max) => {
      this.asked += 1;
      if (this.isSilent) return Promise.reject(new Error('no answer'));
      const events = this.ring.filter(({ number }) => number > after).slice(0, max);
      return Promise.resolve({ events, next: null });
    },
    failed: () => (this.failures += 1),
    uptime: () => this.uptime,
  });

  /** The device meets an event; those who listen are told of it where `told`. */
  async meets(number: number, told: boolean): Promise<void> {
    this.ring.push(event(number));
    if (told) this.keeper.told([event(number)]);
    await this.looks();
  }

  /** A status is heard, as it is every few seconds. */
  async looks(): Promise<void> {
    this.keeper.heard(this.ring.at(-1)?.number ?? 0);
    await setImmediate();
  }

  get numbers(): number[] {
    return this.kept.map(({ number }) => number);
  }
}

describe.each([true, false])('an event that could not be kept (told: %s)', (told) => {
  it('is kept once there is room, without a further event', async () => {
    const bench = new Bench();
    await bench.meets(1, true);
    bench.isFull = true;
    await bench.meets(2, told);
    await bench.meets(3, told);
    expect([bench.numbers, bench.failures > 0]).toEqual([[1], true]);
    bench.isFull = false;
    bench.uptime += READ_AGAIN_MS;
    await bench.looks();
    expect(bench.numbers).toEqual([1, 2, 3]);
  });

  it('is not asked for with every status while there is none', async () => {
    const bench = new Bench();
    await bench.meets(1, true);
    bench.isFull = true;
    await bench.meets(2, told);
    await bench.meets(3, told);
    const { asked } = bench;
    bench.uptime += READ_AGAIN_MS - 1;
    for (let turn = 0; turn < 20; turn += 1) await bench.looks();
    for (let number = 4; number < 24; number += 1) await bench.meets(number, told);
    expect(bench.asked).toBe(asked);
    bench.uptime += 1;
    await bench.looks();
    expect(bench.asked).toBeGreaterThan(asked);
  });
});

it('a ring that did not answer is read later', async () => {
  const bench = new Bench();
  bench.isSilent = true;
  await bench.meets(1, false);
  bench.isSilent = false;
  bench.uptime += READ_AGAIN_MS;
  await bench.looks();
  expect(bench.numbers).toEqual([1]);
});

it('a ring that was read whole is not read again for an event that it does not have', async () => {
  const bench = new Bench();
  await bench.meets(1, false);
  bench.keeper.heard(5);
  await setImmediate();
  const { asked } = bench;
  bench.keeper.heard(5);
  await setImmediate();
  expect([bench.asked, bench.numbers]).toEqual([asked, [1]]);
});
