import { describe, expect, it } from 'vitest';
import {
  errnoOf,
  eventsOf,
  failUnreadable,
  MAIN_TAG,
  meanwhile,
  parseStatus,
  read,
  readSingly,
  statsSince,
  succeed,
  tags,
  useKernelLab,
  write,
} from './harness/index.ts';

const MIB = 1024 * 1024;
const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 16 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

const MALFORMED = [
  ['nonsense'],
  ['REMAP', '1'],
  ['remap'],
  ['remap', 'x'],
  ['remap', '-1'],
  ['remap', '+1'],
  ['remap', '1', '2', '3'],
  ['remap', '0x10'],
  ['remaps'],
  ['remaps', '0'],
  ['remaps', '0', '0'],
  ['remaps', '0', 'all'],
  ['remaps', '0', '1', '2'],
  ['events', '0'],
  ['events', '-1', '5'],
  ['health', '0', '4096'],
  ['health', '0', '4096', '0'],
  ['health', '0', '4096', '65537'],
  ['health', '4096', '1', '1'],
  ['health', '0', '4097', '1'],
  ['health', '0', '0', '1'],
  ['set'],
  ['set', 'retries'],
  ['set', 'retries', '17'],
  ['set', 'retries', '-1'],
  ['set', 'retries', '3', '4'],
  ['set', 'retry_delay_ms', '0'],
  ['set', 'low_spare', '101'],
  ['set', 'uuid', '6f1cbb1e-4a3c-4f0e-9d55-0a1b2c3d4e5f'],
  ['set', 'main_id', 'other'],
  ['set', 'nothing', '1'],
  ['continue', 'please'],
  ['save', 'it'],
  ['unmap'],
  ['unmap', 'x'],
  ['unmap', '1', '2'],
  ['unmap', '4096'],
  ['unmap', '7'],
  ['scan'],
] as const;

describe('status', () => {
  it('is one line of the fields described, and has no side effects', async () => {
    const { target, main, spare } = await fixture.pair();
    const line = await target.statusLine();
    expect(line).toMatch(/^0 32768 remap rw 8 0 \d+ 0 0 0 0 0 0 0 0 0 0 (\d+)\/\1 off \d+ 0 0 0 \d+$/);
    expect(line).not.toMatch(/\n| {2}/);
    const before = [main.stats, spare.stats] as const;

    for (let index = 0; index < 20; index++) expect(await target.statusLine()).toBe(line);
    const table = await target.table();
    expect(await target.table()).toBe(table);

    expect(statsSince(main, before[0])).toMatchObject({ reads: 0, writes: 0, flushes: 0 });
    expect(statsSince(spare, before[1])).toMatchObject({ reads: 0, writes: 0, flushes: 0 });
    expect(await target.statusLine()).toBe(line);
    expect(parseStatus(line).copies).toBeGreaterThanOrEqual(2);
    expect(parseStatus(line).spareTotal).toBeGreaterThan(1000);
  });
});

describe('the message remap', () => {
  it('moves blocks with what they hold, and main is not needed any more', async () => {
    const { target, main, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    await succeed(io, write(target, 80, 12, 60));
    const from = (await target.status()).lastEvent;
    const mainBefore = main.hash();

    expect(await target.ask('remap', 10)).toBe('');
    await target.ask('remap', 11, 3);

    expect(await target.remaps()).toMatchObject(
      [10, 11, 12, 13].map((block) => ({ block, state: 'mapped', cause: 'manual', residency: 0xffn })),
    );
    expect(await target.status()).toMatchObject({ manual: 4, auto: 0, spareUsed: 4, partial: 0 });
    expect(eventsOf(await target.events(from), 'remap')).toHaveLength(4);
    expect(spare.stats.dirtySectors).toBe(0);
    const stats = main.stats;
    expect(await succeed(io, read(target, 80, 32))).toEqual([...tags(60, 12), ...tags(MAIN_TAG, 20)]);
    expect(statsSince(main, stats).reads).toBe(0);
    expect(main.hash()).toBe(mainBefore);
  });

  it('leaves an unreadable sector on main, moves it with the next write, and moves nothing twice', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 162, count: 2 }] });

    await target.ask('remap', 20);
    const [row] = await target.remaps();
    expect(row).toMatchObject({ block: 20, cause: 'manual', residency: 0b1111_0011n });
    expect(await target.status()).toMatchObject({ partial: 1, manual: 1, pending: 0 });
    expect(await readSingly(io, target, 160, 8)).toEqual([1, 1, 'error', 'error', 1, 1, 1, 1]);

    // Nothing more can be read: nothing changes. The block keeps its place, its time and its cause.
    await target.ask('remap', 20);
    expect(await target.remaps()).toEqual([row]);

    // Now one of them can; the block is completed where it is.
    main.faults.heal({ first: 162, count: 1 });
    await target.ask('remap', 20);
    expect(await target.remaps()).toEqual([{ ...row, residency: 0b1111_0111n }]);
    await succeed(io, write(target, 163, 1, 61));
    expect(await target.remaps()).toEqual([{ ...row, residency: 0xffn }]);
    expect(await target.status()).toMatchObject({ partial: 0, manual: 1, spareUsed: 1 });
    expect(await succeed(io, read(target, 160, 8))).toEqual([1, 1, 1, 61, 1, 1, 1, 1]);

    await target.ask('remap', 20);
    expect(await target.remaps()).toEqual([{ ...row, residency: 0xffn }]);
  });

  it('completes a block that a failed write moved in part', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 242, count: 1 }] });
    await succeed(io, write(target, 242, 1, 62));

    await target.ask('remap', 30);

    expect(await target.remaps()).toMatchObject([{ block: 30, cause: 'auto', residency: 0xffn }]);
    expect(await target.status()).toMatchObject({ auto: 1, manual: 0, partial: 0 });
    expect(await succeed(io, read(target, 240, 8))).toEqual([1, 1, 62, 1, 1, 1, 1, 1]);
  });

  it('turns a pending block into a mapped one', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 323, count: 1 }] });
    await failUnreadable(io, read(target, 320, 8));
    await target.ask('remap', 40);
    expect(await target.status()).toMatchObject({ pending: 0, partial: 1, manual: 1 });
    expect(await readSingly(io, target, 320, 8)).toEqual([1, 1, 1, 'error', 1, 1, 1, 1]);
  });

  it('loses no write that was acknowledged before or during it', async () => {
    const rounds = Number(process.env['REMAP_TEST_ROUNDS'] ?? '12');
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    let tag = 100;
    for (let round = 0; round < rounds; round++) {
      // Sixteen blocks, each written by four writers at odd sectors, over and over while they move.
      const first = round * 16;
      const content = tags(MAIN_TAG, 128);
      const moving = meanwhile(target.ask('remap', first, 16));
      for (let turn = 0; turn < 4; turn++) {
        const writes = Array.from({ length: 20 }, (_, n) => {
          const at = n * 6 + turn;
          content.fill(++tag, at, at + 3);
          return write(target, first * 8 + at, 3, tag);
        });
        const outcomes = await io.together(writes);
        expect(outcomes.filter(({ error }) => error !== null)).toEqual([]);
      }
      await moving;
      expect(await succeed(io, read(target, first * 8, 128))).toEqual(content);
    }
    expect(await target.status()).toMatchObject({ manual: rounds * 16, partial: 0 });
    const stats = main.stats;
    await succeed(io, read(target, 0, 128));
    expect(statsSince(main, stats).reads).toBe(0);
  });

  it('is refused for blocks the target does not have', async () => {
    const { target } = await fixture.pair();
    const { kernelLab } = fixture;
    for (const words of [
      ['4096'],
      ['4095', '2'],
      ['0', '0'],
      ['18446744073709551615'],
      ['1', '18446744073709551615'],
    ]) {
      const log = await kernelLab.logged(async () => {
        expect(errnoOf(await target.message('remap', ...words)), words.join(' ')).toBe('EINVAL');
      });
      expect(log, words.join(' ')).toHaveLength(1);
    }
    expect(await target.status()).toMatchObject({ manual: 0, spareUsed: 0 });
    await target.ask('remap', 4095);
    expect(await target.remaps()).toMatchObject([{ block: 4095 }]);
  });
});

describe('the message remaps', () => {
  it('gives pages from a cursor on, mapped and pending blocks in one order', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    expect(await target.ask('remaps', 0, 10)).toMatch(/^end\n?$/);
    await target.ask('remap', 700, 5);
    await target.ask('remap', 100, 5);
    main.faults.add({ kind: 'medium', ranges: [{ first: 102 * 8, count: 8 }] });
    const bad = [50, 300, 702 + 100];
    main.faults.add({ kind: 'medium', ranges: bad.map((block) => ({ first: block * 8, count: 1 })) });
    await failUnreadable(io, ...bad.map((block) => read(target, block * 8, 8)));
    const blocks = [50, 100, 101, 102, 103, 104, 300, 700, 701, 702, 703, 704, 802];

    expect((await target.remaps()).map(({ block }) => block)).toEqual(blocks);
    for (const size of [1, 2, 3, 13, 14]) {
      expect((await target.remaps(size)).map(({ block }) => block)).toEqual(blocks);
    }
    expect(await target.remapsPage(0, 12)).toMatchObject({ next: 802 });
    expect(await target.remapsPage(0, 13)).toMatchObject({ next: null });
    expect((await target.remapsPage(101, 2)).rows.map(({ block }) => block)).toEqual([101, 102]);
    expect((await target.remapsPage(105, 1)).rows).toMatchObject([{ block: 300, state: 'pending' }]);
    expect(await target.remapsPage(803, 5)).toEqual({ rows: [], next: null });
    expect(await target.remapsPage(Number.MAX_SAFE_INTEGER, 5)).toEqual({ rows: [], next: null });
  });

  it('gives thousands of lines at once or in pages, the same', async () => {
    const { target } = await fixture.pair({ blockSectors: 1, core: { low_spare: 0 } });
    await target.ask('remap', 1000, 6000);
    const all = await target.remapsPage(0, 100_000);
    expect(all.next).toBeNull();
    expect(all.rows.map(({ block }) => block)).toEqual(Array.from({ length: 6000 }, (_, n) => 1000 + n));
    expect(new Set(all.rows.map(({ spareBlock }) => spareBlock)).size).toBe(6000);
    expect(await target.remaps(1700)).toEqual(all.rows);
  });

  it('shows masks of 128 sectors whole', async () => {
    const { target, main } = await fixture.pair({ blockSectors: 128 });
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 128 * 5, count: 128 }] });
    await succeed(io, write(target, 128 * 5 + 3, 1, 70), write(target, 128 * 5 + 100, 2, 71));
    expect(await target.remaps()).toMatchObject([{ block: 5, residency: (1n << 3n) | (3n << 100n) }]);
    await succeed(io, write(target, 128 * 5, 128, 72));
    expect(await target.remaps()).toMatchObject([{ block: 5, residency: (1n << 128n) - 1n }]);
    expect(await succeed(io, read(target, 128 * 5 - 1, 130))).toEqual([1, ...tags(72, 128), 1]);
  });
});

describe('the message events', () => {
  it('gives pages after a number, each event once and in order', async () => {
    const { target } = await fixture.pair();
    const from = (await target.status()).lastEvent;
    const clock = Date.now();
    for (const value of [1, 2, 3, 4, 5]) await target.ask('set', 'slow_ms', value);

    const all = await target.events(from);
    expect(all).toMatchObject(
      [1, 2, 3, 4, 5].map((value) => ({ number: from + value, type: 'set', block: null, spareBlock: null })),
    );
    expect(all.map(({ detail }) => detail)).toEqual([1, 2, 3, 4, 5].map((value) => `slow_ms=${String(value)}`));
    for (const { milliseconds } of all) expect(Math.abs(milliseconds - clock)).toBeLessThan(3_600_000);
    expect((await target.status()).lastEvent).toBe(from + 5);
    for (const size of [1, 2, 5, 6]) expect(await target.events(from, size)).toEqual(all);
    expect(await target.eventsPage(from, 4)).toMatchObject({ next: from + 4 });
    expect(await target.eventsPage(from, 5)).toMatchObject({ next: null });
    expect(await target.eventsPage(from + 5, 5)).toEqual({ rows: [], next: null });
    expect(await target.eventsPage(Number.MAX_SAFE_INTEGER, 5)).toEqual({ rows: [], next: null });
    expect((await target.events(0)).some(({ type }) => type === 'activate')).toBe(true);
  });

  it('keeps the newest when there are more than the ring holds; the gap shows in the numbers', async () => {
    const { target } = await fixture.pair({ blockSectors: 1, core: { low_spare: 0 } });
    await target.ask('remap', 0, 10_000);
    const { lastEvent } = await target.status();
    const events = await target.events(0);
    expect(events.at(-1)?.number).toBe(lastEvent);
    expect(events.length).toBeGreaterThan(1000);
    expect(events[0]?.number).toBeGreaterThan(1);
    events.forEach(({ number }, index) => expect(number).toBe((events[0]?.number ?? 0) + index));
  });
});

describe('the message health', () => {
  it('counts what is known in equal cells, at any zoom', async () => {
    const { target, main } = await fixture.pair({ core: { retries: 2 } });
    const { io } = fixture.kernelLab;
    expect(await target.health(0, 4096, 64)).toEqual([]);
    await target.ask('remap', 64, 3);
    main.faults.add({ kind: 'medium', ranges: [{ first: 200 * 8, count: 1 }] });
    await failUnreadable(io, read(target, 1600, 8));
    main.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 4095 * 8, count: 1 }], failures: 2 });
    await succeed(io, read(target, 4095 * 8, 8));

    const brief = (rows: Awaited<ReturnType<typeof target.health>>): number[][] =>
      rows.map(({ cell, mapped, pending, soft, slow }) => [cell, mapped, pending, soft, slow]);
    expect(brief(await target.health(0, 4096, 64))).toEqual([
      [1, 3, 0, 0, 0],
      [3, 0, 1, 0, 0],
      [63, 0, 0, 1, 0],
    ]);
    expect(brief(await target.health(0, 4096, 1))).toEqual([[0, 3, 1, 1, 0]]);
    expect(brief(await target.health(64, 4, 4))).toEqual([
      [0, 1, 0, 0, 0],
      [1, 1, 0, 0, 0],
      [2, 1, 0, 0, 0],
    ]);
    expect(brief(await target.health(66, 135, 135))).toEqual([
      [0, 1, 0, 0, 0],
      [134, 0, 1, 0, 0],
    ]);
    expect(brief(await target.health(0, 4096, 4096)).map(([cell]) => cell)).toEqual([64, 65, 66, 200, 4095]);
    expect(await target.health(67, 100, 10)).toEqual([]);
    // More cells than blocks: each block is told of once.
    expect(brief(await target.health(64, 1, 65_536)).map(([, mapped]) => mapped)).toEqual([1]);
  });
});

describe('a malformed message', () => {
  it('is EINVAL and a line in the log, and changes nothing', async () => {
    const { kernelLab } = fixture;
    const { target } = await fixture.pair();
    const before = [await target.statusLine(), await target.table(), await target.ask('events', 0, 100)];

    for (const words of MALFORMED) {
      const log = await kernelLab.logged(async () => {
        const outcome = await target.message(...words);
        expect(errnoOf(outcome), words.join(' ')).toBe('EINVAL');
      });
      expect(log, words.join(' ')).toHaveLength(1);
      expect(log[0], words.join(' ')).toMatch(/^device-mapper: remap: /);
    }

    expect([await target.statusLine(), await target.table(), await target.ask('events', 0, 100)]).toEqual(before);
  });
});
