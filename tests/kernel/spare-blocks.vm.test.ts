import { describe, expect, it } from 'vitest';
import {
  errnoOf,
  eventsOf,
  expectUnreadable,
  failUnreadable,
  MAIN_TAG,
  read,
  readSingly,
  sectorsWithTag,
  succeed,
  tags,
  useKernelLab,
  write,
  type Pair,
} from './harness/index.ts';

const MIB = 1024 * 1024;
const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 16 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
    { name: 'small', bytes: 2 * MIB, bus: 'virtio-scsi', serial: 'TEST-SMALL' },
  ],
});

/** Moves a block by writing over a bad sector of it, and tells where on the spare it went. */
async function moved(pair: Pair, block: number, tag: number): Promise<{ slot: number; sector: number }> {
  const { io } = fixture.kernelLab;
  pair.main.faults.add({ kind: 'medium', ranges: [{ first: block * pair.blockSectors, count: pair.blockSectors }] });
  await succeed(io, write(pair.target, block * pair.blockSectors, pair.blockSectors, tag));
  const row = (await pair.target.remaps()).find((found) => found.block === block);
  // A spare block that failed may hold a part of the write, before the one that took it.
  const sector = sectorsWithTag(pair.spare, tag).at(-pair.blockSectors);
  if (typeof row?.spareBlock !== 'number' || sector === undefined)
    throw new Error(`block ${String(block)} was not moved`);
  return { slot: row.spareBlock, sector };
}

describe('a spare block that cannot be written', () => {
  it('at its first use is marked bad, and the next one is taken', async () => {
    const pair = await fixture.pair();
    const { target, main, spare } = pair;
    const { io } = fixture.kernelLab;
    const first = await moved(pair, 10, 70);
    // The next three spare blocks, the second of them only in its last sector.
    spare.faults.add({ kind: 'medium', ranges: [{ first: first.sector + 8, count: 8 }] });
    spare.faults.add({ kind: 'medium', ranges: [{ first: first.sector + 16 + 7, count: 1 }] });
    const before = await target.status();

    const second = await moved(pair, 20, 71);

    expect(second.sector - first.sector).toBe((second.slot - first.slot) * 8);
    const status = await target.status();
    expect(status).toMatchObject({ mode: 'rw', spareUsed: 2, spareBad: 2, auto: 2, spareTotal: before.spareTotal });
    const events = await target.events(before.lastEvent);
    expect(eventsOf(events, 'spare_bad').map(({ spareBlock }) => spareBlock)).toEqual([first.slot + 1, first.slot + 2]);
    expect(eventsOf(events, 'remap')).toMatchObject([{ block: 20, spareBlock: second.slot }]);
    expect(await succeed(io, read(target, 160, 8))).toEqual(tags(71, 8));

    // Bad stays bad, also when it could be written again.
    spare.faults.clear();
    const others = await Promise.all([moved(pair, 30, 72), moved(pair, 40, 73)]);
    expect(others.map(({ slot }) => slot)).not.toContain(first.slot + 1);
    expect(others.map(({ slot }) => slot)).not.toContain(first.slot + 2);
    expect(main.faults.list()).toHaveLength(4);
  });

  it('when its mask grows is left for another, with everything it held', async () => {
    const pair = await fixture.pair();
    const { target, main, spare } = pair;
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 80, count: 1 }] });
    await succeed(io, write(target, 80, 2, 74));
    const [sector = 0] = sectorsWithTag(spare, 74);
    spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: sector + 4, count: 1 }] });

    await succeed(io, write(target, 84, 1, 75));

    expect(await target.status()).toMatchObject({ spareUsed: 1, spareBad: 1, auto: 1, partial: 1 });
    expect(await target.remaps()).toMatchObject([{ block: 10, residency: 0b0001_0011n, cause: 'auto' }]);
    expect(await readSingly(io, target, 80, 8)).toEqual([74, 74, 1, 1, 75, 1, 1, 1]);
  });

  it('when a resident sector is rewritten is left for another', async () => {
    const pair = await fixture.pair();
    const { target, spare } = pair;
    const { io } = fixture.kernelLab;
    const { slot, sector } = await moved(pair, 10, 76);
    spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: sector + 3, count: 1 }] });

    await succeed(io, write(target, 83, 1, 77));

    expect(await target.status()).toMatchObject({ spareUsed: 1, spareBad: 1, auto: 1, partial: 0 });
    const [row] = await target.remaps();
    expect(row).toMatchObject({ block: 10, residency: 0xffn });
    expect(row?.spareBlock).not.toBe(slot);
    spare.faults.clear();
    expect(await succeed(io, read(target, 80, 8))).toEqual([76, 76, 76, 77, 76, 76, 76, 76]);
  });
});

describe('a spare block that cannot be read', () => {
  it('once, while its block leaves it, is read again: nothing is lost', async () => {
    const pair = await fixture.pair({ core: { retries: 8 } });
    const { target, spare } = pair;
    const { io } = fixture.kernelLab;
    const { sector } = await moved(pair, 10, 76);
    spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: sector + 3, count: 1 }] });
    // More often than a SCSI disk's driver tries by itself.
    spare.faults.add({ kind: 'medium', operations: ['read'], failures: 8, ranges: [{ first: sector + 5, count: 1 }] });

    await succeed(io, write(target, 83, 1, 77));

    expect(await target.status()).toMatchObject({ spareUsed: 1, spareBad: 1 });
    expect(await readSingly(io, target, 80, 8)).toEqual([76, 76, 76, 77, 76, 76, 76, 76]);
  });

  it('is an error to the reader, never what main holds; the next write moves the block on', async () => {
    const pair = await fixture.pair();
    const { target, main, spare } = pair;
    const { io } = fixture.kernelLab;
    const { slot, sector } = await moved(pair, 10, 80);
    // Main would answer now, with its old data.
    main.faults.clear();
    const from = (await target.status()).lastEvent;
    spare.faults.add({
      kind: 'medium',
      operations: ['read'],
      healOnWrite: false,
      ranges: [{ first: sector + 2, count: 1 }],
    });

    expectUnreadable(await io.one(read(target, 80, 8)));
    expect(await readSingly(io, target, 80, 8)).toEqual([80, 80, 'error', 80, 80, 80, 80, 80]);
    expect(eventsOf(await target.events(from), 'spare_bad')[0]).toMatchObject({ block: 10, spareBlock: slot });

    await succeed(io, write(target, 86, 1, 81));

    const [row] = await target.remaps();
    expect(row).toMatchObject({ block: 10, state: 'mapped', cause: 'auto' });
    expect(row?.spareBlock).not.toBe(slot);
    expect(await target.status()).toMatchObject({ spareUsed: 1, spareBad: 1, auto: 1 });
    // The sector is lost until it is written: neither zeroes nor main's old data.
    expect(await readSingly(io, target, 80, 8)).toEqual([80, 80, 'error', 80, 80, 80, 81, 80]);
    await succeed(io, write(target, 82, 1, 82));
    expect(await succeed(io, read(target, 80, 8))).toEqual([80, 80, 82, 80, 80, 80, 81, 80]);
    spare.faults.clear();
    expect(await succeed(io, read(target, 80, 8))).toEqual([80, 80, 82, 80, 80, 80, 81, 80]);
  });

  it('is whole again after a write of all of it', async () => {
    const pair = await fixture.pair();
    const { target, main, spare } = pair;
    const { io } = fixture.kernelLab;
    const { sector } = await moved(pair, 10, 83);
    main.faults.clear();
    spare.faults.add({ kind: 'medium', ranges: [{ first: sector, count: 8 }] });
    await failUnreadable(io, read(target, 80, 8));

    await succeed(io, write(target, 80, 8, 84));

    expect(await succeed(io, read(target, 80, 8))).toEqual(tags(84, 8));
    expect(await target.status()).toMatchObject({ spareUsed: 1, spareBad: 1, partial: 0, pending: 0 });
  });
});

describe('when the spare blocks run out', () => {
  it('errors pass through, an event says so, and what is mapped goes on', async () => {
    const pair = await fixture.pair({ spare: 'small', core: { low_spare: 0 } });
    const { target, main } = pair;
    const { io } = fixture.kernelLab;
    const { spareTotal } = await target.status();
    await target.ask('remap', 1000, spareTotal - 1);
    expect(await target.status()).toMatchObject({ mode: 'rw', manual: spareTotal - 1, spareUsed: spareTotal - 1 });
    main.faults.add({ kind: 'medium', ranges: [{ first: 80, count: 160 }] });
    const from = (await target.status()).lastEvent;

    const outcomes = await io.each([10, 11, 12].map((block) => write(target, block * 8, 8, 85)));

    expect(outcomes[0]?.error).toBeNull();
    expectUnreadable(outcomes[1]);
    expectUnreadable(outcomes[2]);
    const status = await target.status();
    expect(status).toMatchObject({ mode: 'spent', spareUsed: spareTotal, auto: 1, writeErrors: 3 });
    expect(eventsOf(await target.events(from), 'spent')).toHaveLength(1);
    expect(eventsOf(await target.events(from), 'low_spare')).toEqual([]);

    expectUnreadable(await io.one(read(target, 88, 8)));
    expect(await succeed(io, read(target, 80, 8))).toEqual(tags(85, 8));
    await succeed(io, write(target, 8000, 8, 86));
    expect(await succeed(io, read(target, 8000, 16))).toEqual([...tags(86, 8), ...tags(MAIN_TAG, 8)]);
    await succeed(io, write(target, 400, 8, 87));
    expect(await succeed(io, read(target, 400, 8))).toEqual(tags(87, 8));

    const refused = await target.message('remap', 50);
    expect(errnoOf(refused)).toBe('ENOSPC');
    expect(await succeed(io, read(target, 400, 8))).toEqual(tags(87, 8));
  });

  it('a move of more blocks than are left moves what it can and says ENOSPC', async () => {
    const { target } = await fixture.pair({ spare: 'small', core: { low_spare: 0 } });
    const { spareTotal } = await target.status();

    const outcome = await target.message('remap', 0, spareTotal + 40);

    expect(errnoOf(outcome)).toBe('ENOSPC');
    expect(await target.status()).toMatchObject({ mode: 'spent', spareUsed: spareTotal, manual: spareTotal });
    expect(await succeed(fixture.kernelLab.io, read(target, 0, 2048))).toEqual(tags(MAIN_TAG, 2048));
  });

  it('a warning comes before, once', async () => {
    const { target } = await fixture.pair({ spare: 'small', core: { low_spare: 50 } });
    const { spareTotal, lastEvent } = await target.status();
    const half = Math.floor(spareTotal / 2);

    await target.ask('remap', 0, half - 2);
    expect(eventsOf(await target.events(lastEvent), 'low_spare')).toEqual([]);
    await target.ask('remap', half - 2, 12);

    expect(eventsOf(await target.events(lastEvent), 'low_spare')).toHaveLength(1);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: half + 10 });
  });
});
