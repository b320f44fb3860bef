import { describe, expect, it } from 'vitest';
import {
  eventsOf,
  expectUnreadable,
  failUnreadable,
  MAIN_TAG,
  read,
  readSingly,
  sectorsWithTag,
  statsSince,
  succeed,
  tags,
  tagsOnDisk,
  trap,
  useKernelLab,
  write,
} from './harness/index.ts';

const fixture = useKernelLab();

describe('a write over a bad block', () => {
  it('succeeds, is remapped once, and is read back without main', async () => {
    const { target, main, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    const from = (await target.status()).lastEvent;
    main.faults.add({ kind: 'medium', ranges: [{ first: 1000, count: 8 }] });

    await succeed(io, write(target, 1000, 8, 7));

    const status = await target.status();
    expect(status).toMatchObject({
      mode: 'rw',
      spareUsed: 1,
      auto: 1,
      manual: 0,
      proactive: 0,
      pending: 0,
      partial: 0,
    });
    expect(status.writeErrors).toBe(1);
    const [row, ...others] = await target.remaps();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ block: 125, state: 'mapped', cause: 'auto', residency: 0xffn });
    expect(eventsOf(await target.events(from), 'remap')).toMatchObject([{ block: 125, spareBlock: row?.spareBlock }]);
    expect(sectorsWithTag(spare, 7)).toHaveLength(8);

    const stats = main.stats;
    expect(await succeed(io, read(target, 1000, 8))).toEqual(tags(7, 8));
    await succeed(io, write(target, 1000, 8, 8));
    expect(await succeed(io, read(target, 1000, 8))).toEqual(tags(8, 8));
    expect(statsSince(main, stats)).toMatchObject({ reads: 0, writes: 0 });
    expect((await target.status()).spareUsed).toBe(1);
    expect(await succeed(io, read(target, 992, 8))).toEqual(tags(MAIN_TAG, 8));
    expect(await succeed(io, read(target, 1008, 8))).toEqual(tags(MAIN_TAG, 8));
  });

  it('moves a pending block although main would take the write', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 240, count: 1 }] });
    await failUnreadable(io, read(target, 240, 8));
    const stats = main.stats;

    await succeed(io, write(target, 240, 8, 9));

    expect(await target.remaps()).toMatchObject([{ block: 30, state: 'mapped', cause: 'auto', residency: 0xffn }]);
    expect(await target.status()).toMatchObject({ pending: 0, auto: 1, spareUsed: 1 });
    expect(await succeed(io, read(target, 240, 8))).toEqual(tags(9, 8));
    expect(statsSince(main, stats).writes).toBe(0);
    expect(tagsOnDisk(main, 240, 8)).toEqual(tags(MAIN_TAG, 8));
  });

  it('of one sector moves that sector alone; the mask grows with later writes', async () => {
    const { target, main, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [3, 5].map((n) => ({ first: 1600 + n, count: 1 })) });

    await succeed(io, write(target, 1603, 1, 20));

    expect(await target.remaps()).toMatchObject([{ block: 200, state: 'mapped', residency: 0b0000_1000n }]);
    expect(await target.status()).toMatchObject({ spareUsed: 1, partial: 1, auto: 1, pending: 0 });
    expect(sectorsWithTag(spare, 20)).toHaveLength(1);
    expect(await readSingly(io, target, 1600, 8)).toEqual([1, 1, 1, 20, 1, 'error', 1, 1]);
    expectUnreadable(await io.one(read(target, 1600, 8)));
    expect(await succeed(io, read(target, 1600, 5))).toEqual([1, 1, 1, 20, 1]);

    // Other sectors stay on main: what main holds now is what is read, until they are written.
    const [slot] = sectorsWithTag(spare, 20);
    const neighbours = spare.readSectors({ first: (slot ?? 0) + 3, count: 2 });
    expect(neighbours.every((byte) => byte === 0)).toBe(true);

    await succeed(io, write(target, 1605, 2, 21));
    expect(await target.remaps()).toMatchObject([{ residency: 0b0110_1000n }]);
    expect(await succeed(io, read(target, 1600, 8))).toEqual([1, 1, 1, 20, 1, 21, 21, 1]);

    await succeed(io, write(target, 1600, 8, 22));
    expect(await target.remaps()).toMatchObject([{ residency: 0xffn }]);
    expect(await target.status()).toMatchObject({ spareUsed: 1, partial: 0, auto: 1 });
    expect(await succeed(io, read(target, 1600, 8))).toEqual(tags(22, 8));
  });

  it('that spans good, mapped, partly mapped and pending blocks puts every sector in its place', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    // Blocks 100 to 104: good, mapped, partly mapped (sectors 2 and 3), pending, good.
    main.faults.add({ kind: 'medium', ranges: [{ first: 808, count: 24 }] });
    await succeed(io, write(target, 808, 8, 30), write(target, 818, 2, 31));
    await failUnreadable(io, read(target, 824, 8));
    main.faults.clear();

    const expected = [...tags(1, 8), ...tags(30, 8), 1, 1, 31, 31, ...tags(1, 20)];
    expect(await succeed(io, read(target, 800, 40))).toEqual(expected);
    expect(await succeed(io, read(target, 806, 20))).toEqual(expected.slice(6, 26));
    // The read found the pending block good; fail it once more.
    main.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 824, count: 1 }] });
    await failUnreadable(io, read(target, 824, 8));

    await succeed(io, write(target, 805, 26, 32));
    expect(await target.remaps()).toMatchObject([
      { block: 101, residency: 0xffn },
      { block: 102, residency: 0xffn },
      { block: 103, residency: 0x0fn | 0x70n },
    ]);
    main.faults.clear();
    expect(await succeed(io, read(target, 800, 40))).toEqual([...tags(1, 5), ...tags(32, 26), ...tags(1, 9)]);
  });

  it('is found by later requests however they meet it', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    // map() looks at 64 blocks at once, from a multiple of 8: 512 is such a one, 530 lies in between.
    main.faults.add({ kind: 'medium', ranges: [512, 530].map((block) => ({ first: block * 8, count: 8 })) });
    await succeed(io, write(target, 512 * 8, 8, 50), write(target, 530 * 8, 8, 51));
    // From here on main would answer with old data. After failed writes everything is looked at until main takes one.
    main.faults.clear();
    await succeed(io, write(target, 0, 8, MAIN_TAG));

    const reads: [first: number, content: readonly number[]][] = [
      [510, tags(MAIN_TAG, 16)],
      [511, [...tags(MAIN_TAG, 8), ...tags(50, 8)]],
      [512, tags(50, 8)],
      [513, tags(MAIN_TAG, 17 * 8)],
      [520, [...tags(MAIN_TAG, 80), ...tags(51, 8), ...tags(MAIN_TAG, 40)]],
      [400, [...tags(MAIN_TAG, 112 * 8), ...tags(50, 8), ...tags(MAIN_TAG, 17 * 8), ...tags(51, 8)]],
      [531, tags(MAIN_TAG, 8)],
    ];
    for (const [first, content] of reads) {
      expect(await succeed(io, read(target, first * 8, content.length))).toEqual(content);
    }
  });

  it('is one of eight that fail at the same instant, all of which are remapped', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    const blocks = [3, 70, 71, 500, 501, 900, 1300, 2047];
    main.faults.add({ kind: 'medium', ranges: blocks.map((block) => ({ first: block * 8, count: 8 })) });

    const outcomes = await io.together(blocks.map((block, n) => write(target, block * 8, 8, 40 + n)));

    expect(outcomes.map(({ error }) => error)).toEqual(blocks.map(() => null));
    const rows = await target.remaps();
    expect(rows.map(({ block }) => block)).toEqual(blocks);
    expect(new Set(rows.map(({ spareBlock }) => spareBlock)).size).toBe(8);
    expect(await target.status()).toMatchObject({ auto: 8, spareUsed: 8, partial: 0 });
    for (const [n, block] of blocks.entries()) {
      expect(await succeed(io, read(target, block * 8, 8))).toEqual(tags(40 + n, 8));
    }
  });

  it('keeps both of two writers to different sectors of one block, one of which triggers the move', async () => {
    const rounds = Number(process.env['REMAP_TEST_ROUNDS'] ?? '240');
    const { target, main } = await fixture.pair({ core: { storm_limit: 0 } });
    const { io } = fixture.kernelLab;
    main.faults.add({
      kind: 'medium',
      ranges: Array.from({ length: rounds }, (_, block) => ({ first: block * 8 + 2, count: 1 })),
    });

    for (let first = 0; first < rounds; first += 8) {
      const blocks = Array.from({ length: Math.min(8, rounds - first) }, (_, n) => first + n);
      const outcomes = await io.together(
        blocks.flatMap((block) => {
          const bad = write(target, block * 8 + 1, 2, 50);
          const good = write(target, block * 8 + 3, 3, 51);
          // Which of them starts first changes from block to block.
          return block % 2 === 0 ? [bad, good] : [good, bad];
        }),
      );
      expect(outcomes.filter(({ error }) => error !== null)).toEqual([]);
    }

    expect(await target.status()).toMatchObject({ auto: rounds, spareUsed: rounds });
    const blocks = await io.each(Array.from({ length: rounds }, (_, block) => read(target, block * 8, 8)));
    for (const { error, tags: found } of blocks) {
      expect(error).toBeNull();
      expect(found).toEqual([1, 50, 50, 51, 51, 51, 1, 1]);
    }
  });

  it('is durable for O_DSYNC and fsync: nothing of it waits in the spare’s cache', async () => {
    const { target, main, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 320, count: 16 }] });

    await succeed(io, write(target, 320, 8, 60, { durable: true }));
    expect(spare.stats.dirtySectors).toBe(0);

    await succeed(io, write(target, 320, 8, 61));
    await succeed(io, { op: 'fsync', device: target.path });
    expect(spare.stats.dirtySectors).toBe(0);
    expect(sectorsWithTag(spare, 61)).toHaveLength(8);
  });
});

describe('a write that is under way on main', () => {
  it('is waited for when its block is moved, and moves with it', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    const gate = trap(main, { kind: 'hang', operations: ['write'], ranges: [{ first: 80, count: 8 }] });
    const writing = succeed(io, write(target, 80, 8, 9));
    await gate.met;
    const moving = { isOver: false };
    const moved = target.ask('remap', 10).then(() => {
      moving.isOver = true;
    });
    // Each takes as long as a move does: what the block held before would be on the spare by then.
    for (let look = 0; look < 10; look += 1) await target.status();
    expect(moving.isOver).toBe(false);

    gate.open();
    await writing;
    await moved;
    const stats = main.stats;
    expect(await succeed(io, read(target, 80, 8))).toEqual(tags(9, 8));
    expect(statsSince(main, stats).reads).toBe(0);
  });
});
