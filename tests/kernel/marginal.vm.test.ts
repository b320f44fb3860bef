import { describe, expect, it } from 'vitest';
import { eventsOf, MAIN_TAG, read, succeed, tags, useKernelLab, type Pair, type Target } from './harness/index.ts';
import { follow } from './harness/follow.ts';
import { failWrites, reopen } from './harness/pairs.ts';
import { SpareImage } from './harness/spare-image.ts';

const fixture = useKernelLab();
const CORE = { retries: 3, scan_rate: 0, slow_ms: 300 } as const;

/** A block is read with one failure, which a second try alone makes good. */
async function readWeak({ main }: Pair, target: Target, block: number): Promise<void> {
  main.faults.add({ kind: 'medium', operations: ['read'], failures: 2, ranges: [{ first: block * 8, count: 8 }] });
  expect(await succeed(fixture.kernelLab.io, read(target, block * 8, 8))).toEqual(tags(MAIN_TAG, 8));
}

/** A scan finds a block slow, as often as is said. */
async function readSlowly({ main }: Pair, target: Target, block: number, times: number): Promise<void> {
  const ranges = [{ first: block * 8, count: 8 }];
  const id = main.faults.add({ kind: 'slow', operations: ['read'], delayMs: 1500, ranges });
  for (let n = 0; n < times; n += 1) {
    const { lastEvent } = await target.status();
    await target.ask('scan', 'start', block, 1);
    const told = await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'scan_end'));
    expect(eventsOf(told, 'slow')).toMatchObject([{ block }]);
  }
  main.faults.remove(id);
}

/** Soft errors and slow reads of single blocks. */
async function marksOf(target: Target): Promise<(readonly [number, number, number])[]> {
  const rows = await target.health(0, 1000, 1000);
  return rows.filter(({ soft, slow }) => soft + slow > 0).map(({ cell, soft, slow }) => [cell, soft, slow] as const);
}

describe('a block that could only be read after retries, or slowly', () => {
  it('is as close to being moved after the next activation as before', async () => {
    const pair = await fixture.pair({ core: { ...CORE, soft_threshold: 2 } });
    await readWeak(pair, pair.target, 50);
    expect(await pair.target.status()).toMatchObject({ softErrors: 1, spareUsed: 0 });
    await pair.target.remove();

    const again = await reopen(fixture, pair);
    const { lastEvent } = await again.status();
    await readWeak(pair, again, 50);
    const told = await follow(again, lastEvent, (rows) => rows.some(({ type }) => type === 'remap'));
    expect(eventsOf(told, 'soft')).toMatchObject([{ block: 50, detail: '2' }]);
    expect(eventsOf(told, 'remap')).toMatchObject([{ block: 50, detail: 'proactive' }]);
    expect(await again.status()).toMatchObject({ softErrors: 2, proactive: 1 });
  });

  it('is shown as such after the next activation, and is on the spare as the format says', async () => {
    const pair = await fixture.pair({ core: CORE });
    const { target } = pair;
    await readWeak(pair, target, 50);
    await readWeak(pair, target, 50);
    await readWeak(pair, target, 700);
    await readSlowly(pair, target, 300, 2);
    await readSlowly(pair, target, 700, 1);
    const marks = [
      [50, 2, 0],
      [300, 0, 2],
      [700, 1, 1],
    ] as const;
    expect(await marksOf(target)).toEqual(marks);
    await target.remove();
    // Those with soft errors first.
    expect(new SpareImage(pair.spare, 8).state()?.marginal).toEqual([
      { block: 50, soft: 2, slow: 0 },
      { block: 700, soft: 1, slow: 1 },
      { block: 300, soft: 0, slow: 2 },
    ]);

    const again = await reopen(fixture, pair);
    expect(await marksOf(again)).toEqual(marks);
    await again.suspend();
    await again.resume();
    expect(await marksOf(again)).toEqual(marks);
  });

  it('is forgotten once it was moved', async () => {
    const pair = await fixture.pair({ core: CORE });
    const { target } = pair;
    await readWeak(pair, target, 50);
    await readWeak(pair, target, 60);
    await target.ask('remap', 50);
    failWrites(pair, 50);
    await target.remove();
    expect(new SpareImage(pair.spare, 8).state()?.marginal).toEqual([{ block: 60, soft: 1, slow: 0 }]);
    expect(await marksOf(await reopen(fixture, pair))).toEqual([[60, 1, 0]]);
  });
});
