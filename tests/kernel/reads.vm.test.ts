import { describe, expect, it } from 'vitest';
import {
  eventsOf,
  expectUnreadable,
  failUnreadable,
  MAIN_TAG,
  meanwhile,
  read,
  readSingly,
  statsSince,
  succeed,
  tags,
  tagsOnDisk,
  useKernelLab,
  type IoOutcome,
} from './harness/index.ts';

const fixture = useKernelLab();

describe('a block that cannot be read', () => {
  it('is an error to a direct reader each time, never zeroes or old data, and takes no spare block', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    const before = await target.status();
    const stats = main.stats;
    main.faults.add({ kind: 'medium', ranges: [{ first: 1000, count: 8 }] });

    const outcomes = await io.each(Array(3).fill(read(target, 1000, 8)));

    for (const outcome of outcomes) expectUnreadable(outcome);
    const after = await target.status();
    expect(after).toMatchObject({ mode: 'rw', spareUsed: 0, spareBad: 0, pending: 1, partial: 0, auto: 0 });
    expect(after.readErrors).toBe(before.readErrors + 3);
    expect(after.spareTotal).toBe(before.spareTotal);
    expect(statsSince(main, stats)).toMatchObject({ writes: 0, trims: 0 });
    expect(tagsOnDisk(main, 1000, 8)).toEqual(tags(MAIN_TAG, 8));
  });

  it('leaves its neighbours in the same 1 MiB read alone', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 2048 + 1003, count: 1 }] });

    expectUnreadable(await io.one(read(target, 2048, 2048)));
    expect(await target.remaps()).toMatchObject([{ block: 381, state: 'pending', spareBlock: null }]);

    const blocks = await io.each(Array.from({ length: 256 }, (_, n) => read(target, 2048 + n * 8, 8)));
    blocks.forEach((outcome, n) => {
      if (n === 125) expectUnreadable(outcome);
      else expect(outcome).toEqual({ error: null, tags: tags(MAIN_TAG, 8) });
    });
    expect((await target.status()).pending).toBe(1);
  });

  it('costs a buffered reader of 1 MiB no page that main alone would not', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 4096 + 1000, count: 8 }] });
    const pages = (device: string): Promise<IoOutcome[]> =>
      io.each(
        Array.from({ length: 256 }, (_, n) => ({ op: 'read', device, sector: 4096 + n * 8, count: 8, buffered: true })),
      );

    const found = await pages(target.path);
    // Newer kernels read several pages at once into one folio, all of which they give up.
    const alone = await pages(fixture.kernelLab.device('main'));

    found.forEach((outcome, n) => {
      if (n === 125) expectUnreadable(outcome);
      else if (alone[n]?.error === null) expect(outcome).toEqual({ error: null, tags: tags(MAIN_TAG, 8) });
    });
    expect(alone.filter(({ error }) => error !== null).length).toBeLessThanOrEqual(64);
    expect(await target.remaps()).toMatchObject([{ block: 637, state: 'pending' }]);
  });

  it('gives the sectors of it that can be read, one by one', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 803, count: 2 }] });

    expectUnreadable(await io.one(read(target, 800, 8)));
    expect(await readSingly(io, target, 800, 8)).toEqual([1, 1, 1, 'error', 'error', 1, 1, 1]);
    expect((await target.status()).pending).toBe(1);
  });

  it('is counted, listed and told of once, and has recovered when it was read whole', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    const from = (await target.status()).lastEvent;
    const fault = main.faults.add({ kind: 'medium', ranges: [{ first: 80, count: 1 }] });
    const clock = Date.now() / 1000;

    await failUnreadable(io, read(target, 80, 8), read(target, 80, 8));

    const [row, ...others] = await target.remaps();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ block: 10, spareBlock: null, state: 'pending', cause: '-', residency: 0n });
    expect(Math.abs((row?.seconds ?? 0) - clock)).toBeLessThan(3600);
    const told = await target.events(from);
    expect(told).toMatchObject([{ number: from + 1, type: 'pending', block: 10, spareBlock: null }]);
    expect((await target.status()).lastEvent).toBe(from + 1);

    main.faults.remove(fault);
    expect(await succeed(io, read(target, 81, 1))).toEqual([MAIN_TAG]);
    expect((await target.status()).pending).toBe(1);
    expect(await succeed(io, read(target, 80, 8))).toEqual(tags(MAIN_TAG, 8));

    expect((await target.status()).pending).toBe(0);
    expect(await target.remaps()).toEqual([]);
    expect(eventsOf(await target.events(from), 'recovered')).toMatchObject([{ block: 10 }]);
  });

  it('stays pending when a part of it was read after a first failure', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    const fault = main.faults.add({ kind: 'medium', ranges: [{ first: 80, count: 1 }] });
    await failUnreadable(io, read(target, 80, 8));
    main.faults.remove(fault);
    main.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 82, count: 1 }], failures: 1 });

    expect(await succeed(io, read(target, 82, 2))).toEqual(tags(MAIN_TAG, 2));

    expect(await target.remaps()).toMatchObject([{ block: 10, state: 'pending' }]);
  });

  it('wakes dmsetup wait', async () => {
    const { target, main, blockSectors } = await fixture.pair();
    const { kernelLab } = fixture;
    const info = await kernelLab.dmsetup(['info', '-c', '--noheadings', '-o', 'events', target.name]);
    const events = Number(info.stdout.trim());
    main.faults.add({ kind: 'medium', ranges: [{ first: 160, count: blockSectors }] });

    const waited = meanwhile(kernelLab.dmsetup(['wait', target.name, String(events)], { timeoutMs: 30_000 }));
    await failUnreadable(kernelLab.io, read(target, 160, 8));

    expect((await waited).code).toBe(0);
  });

  it('recovers when a long read finds it good again', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 400, count: 1 }] });
    main.faults.add({ kind: 'medium', ranges: [{ first: 420, count: 1 }] });
    await failUnreadable(io, read(target, 384, 64));
    expect(await target.remaps()).toMatchObject([{ block: 50 }, { block: 52 }]);

    main.faults.clear();
    expect(await succeed(io, read(target, 384, 64))).toEqual(tags(MAIN_TAG, 64));

    expect(await target.status()).toMatchObject({ pending: 0, spareUsed: 0 });
  });

  it('is one of eight that fail at the same instant, none of which is forgotten', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    const blocks = [3, 70, 71, 500, 501, 900, 1300, 2047];
    main.faults.add({ kind: 'medium', ranges: blocks.map((block) => ({ first: block * 8 + 4, count: 1 })) });

    for (const outcome of await io.together(blocks.map((block) => read(target, block * 8, 8))))
      expectUnreadable(outcome);

    expect((await target.remaps()).map(({ block }) => block)).toEqual(blocks);
    expect(await target.status()).toMatchObject({ pending: 8, readErrors: 8, spareUsed: 0 });
  });
});
