import { describe, expect, it } from 'vitest';
import { errnoOf, MAIN_TAG, meanwhile, read, succeed, tags, useKernelLab, write } from './harness/index.ts';
import { failReads, firstHit } from './harness/pairs.ts';

/** Blocks that are moved at once. */
const BATCH = 256;
const BAD = 100;

const fixture = useKernelLab();

describe('moving neighbours of which one cannot be read', () => {
  it('moves the others, and lets a write to them wait for one try of the bad one, not for all', async () => {
    const pair = await fixture.pair();
    const { target, main } = pair;
    const { io } = fixture.kernelLab;
    failReads(pair, BAD);
    main.faults.add({ kind: 'slow', operations: ['read'], delayMs: 1000, ranges: [{ first: BAD * 8, count: 8 }] });
    let tries = 0;
    main.faults.onHit(({ kind }) => void (tries += Number(kind === 'medium')));
    const tried = firstHit(main);
    const moving = meanwhile(target.ask('remap', 0, BATCH));
    await tried;
    await succeed(io, write(target, 3 * 8, 8, 71));
    // That of the batch, and at most that of the smaller one that came after it.
    expect(tries).toBeLessThanOrEqual(2);
    await moving;
    // Whole, and sector by sector.
    expect(tries).toBeGreaterThan(8);
    expect(await target.status()).toMatchObject({ spareUsed: BATCH, partial: 1 });
    expect(await succeed(io, read(target, 3 * 8, 8))).toEqual(tags(71, 8));
    expect(await succeed(io, read(target, 200 * 8, 8))).toEqual(tags(MAIN_TAG, 8));
    main.faults.clear();
  });

  it('ends when the device is suspended, and leaves what was not moved as it was', async () => {
    const pair = await fixture.pair();
    const { target, main } = pair;
    failReads(pair, 0, BATCH);
    main.faults.add({ kind: 'slow', operations: ['read'], delayMs: 300 });
    const tried = firstHit(main);
    const moving = meanwhile(target.message('remap', 0, BATCH));
    await tried;
    await target.suspend('--noflush', '--nolockfs');
    expect(errnoOf(await moving)).toBe('EBUSY');
    await target.resume();
    main.faults.clear();
    const { spareUsed } = await target.status();
    expect(spareUsed).toBeLessThan(BATCH);
    expect(await target.remaps()).toHaveLength(spareUsed);
  });
});
