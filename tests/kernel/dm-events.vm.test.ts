import { describe, expect, it } from 'vitest';
import { eventNumber, follow } from './harness/follow.ts';
import { eventsOf, useKernelLab, write } from './harness/index.ts';
import { failWrites } from './harness/pairs.ts';

const fixture = useKernelLab();

describe('device-mapper events', () => {
  it('wake dmsetup wait on a remap, and on a pending block', async () => {
    const pair = await fixture.pair();
    const { target } = pair;
    const { lastEvent } = await target.status();
    await follow(target, 0, (rows) => rows.some(({ type }) => type === 'activate'));
    const waiting = follow(target, lastEvent, (rows) => rows.length > 0);
    failWrites(pair, 9);
    await fixture.kernelLab.io.one(write(target, 72, 8, 5));
    expect(await waiting).toMatchObject([{ type: 'remap', block: 9, detail: 'auto' }]);

    const pending = follow(target, lastEvent + 1, (rows) => rows.length > 0);
    pair.main.faults.add({ kind: 'medium', ranges: [{ first: 800, count: 8 }] });
    await fixture.kernelLab.io.one({ op: 'read', device: target.path, sector: 800, count: 8 });
    expect(await pending).toMatchObject([{ type: 'pending', block: 100, spareBlock: null, detail: null }]);
  });

  it('come at most ten a second in a burst of 200 remaps, and none is lost from the ring', async () => {
    const pair = await fixture.pair({ core: { retries: 0 } });
    const { target } = pair;
    const { lastEvent } = await target.status();
    const before = await eventNumber(target);
    failWrites(pair, 100, 200);
    const started = performance.now();
    const following = follow(target, lastEvent, (rows) => eventsOf(rows, 'remap').length === 200);
    const blocks = Array.from({ length: 200 }, (_, index) => 100 + index);
    const outcomes = await fixture.kernelLab.io.together(blocks.map((block) => write(target, block * 8, 8, block)));
    expect(outcomes.map(({ error }) => error)).toEqual(blocks.map(() => null));
    const rows = await following;
    const raised = (await eventNumber(target)) - before;
    const seconds = (performance.now() - started) / 1000;
    // At both ends of the time a part of a tenth of a second may count.
    expect(raised).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 1);
    expect(raised).toBeGreaterThan(0);
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => lastEvent + 1 + index));
    expect(
      eventsOf(rows, 'remap')
        .map(({ block }) => block)
        .sort((a, b) => (a ?? 0) - (b ?? 0)),
    ).toEqual(blocks);
    expect((await target.status()).lastEvent).toBe(rows.at(-1)?.number);
  });

  it('follow for what happens right after one was raised', async () => {
    const pair = await fixture.pair({ core: { retries: 0 } });
    const { target } = pair;
    failWrites(pair, 100, 40);
    const told: boolean[] = [];
    for (let round = 0; round < 10 && !told.includes(true); round++) {
      const { lastEvent } = await target.status();
      const before = await eventNumber(target);
      const first = (100 + 2 * round) * 8;
      await fixture.kernelLab.io.each([write(target, first, 8, 5), write(target, first + 8, 8, 5)]);
      const [one, two] = await target.events(lastEvent);
      const apart = (two?.milliseconds ?? Infinity) - (one?.milliseconds ?? 0);
      // Only the second of two that are close together has to wait for its turn.
      if (apart >= 80) continue;
      // Both may be told of by one event when the first was not raised before the second happened.
      const args = ['wait', '--noflush', target.name, String(before + 1)];
      told.push(
        await fixture.kernelLab.dmsetup(args, { timeoutMs: 3000 }).then(
          () => true,
          () => false,
        ),
      );
    }
    expect(told).toContain(true);
  });

  it('are listed whole, whatever the size of a page', async () => {
    const { target } = await fixture.pair();
    const script = 'for i in $(seq $2); do dmsetup message $1 0 set retries $((i % 17)) || exit 1; done';
    await fixture.kernelLab.run('/usr/bin/sh', ['-c', script, 'sh', target.name, '60'], { timeoutMs: 120_000 });
    const all = await target.events();
    expect(eventsOf(all, 'set')).toHaveLength(60);
    // Pages of any size give the same rows.
    expect(await target.events(0, 7)).toEqual(all);
    expect(await target.events(all[10]?.number ?? 0)).toEqual(all.slice(11));
  });
});
