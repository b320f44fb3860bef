import { describe, expect, it } from 'vitest';
import type { LabDisk } from '../../lab/index.ts';
import {
  expectUnreadable,
  MAIN_TAG,
  meanwhile,
  read,
  readSingly,
  succeed,
  tags,
  tagsOnDisk,
  trap,
  untilInFlight,
  useKernelLab,
  write,
  type Target,
} from './harness/index.ts';

const fixture = useKernelLab();

/** 512-byte sectors that each data request since `mark` asked for, with what it did. */
function requestsSince(disk: LabDisk, mark: number): string[] {
  return disk.log
    .entries(mark)
    .filter(({ operation }) => operation === 'read' || operation === 'write')
    .map(({ operation, sector, count }) => `${operation} ${String(sector)}+${String(count)}`);
}

async function spareBlocks(target: Target): Promise<Record<number, number | null>> {
  const rows = await target.remaps();
  return Object.fromEntries(rows.map(({ block, spareBlock }) => [block, spareBlock]));
}

describe('remapped blocks in a row', () => {
  it('that lie in a row on the spare are read, and written, in one request', async () => {
    const { target, main, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    await target.ask('remap', 100, 32);
    const { 100: first = null } = await spareBlocks(target);
    if (first === null) throw new Error('block 100 was not moved');
    const marks = [main.log.mark(), spare.log.mark()] as const;

    await succeed(io, write(target, 803, 250, 7));

    expect(requestsSince(spare, marks[1])).toEqual([`write ${String(first * 8 + 3)}+250`]);
    const afterWrite = spare.log.mark();
    expect(await succeed(io, read(target, 800, 256))).toEqual([
      ...tags(MAIN_TAG, 3),
      ...tags(7, 250),
      ...tags(MAIN_TAG, 3),
    ]);
    expect(requestsSince(spare, afterWrite)).toEqual([`read ${String(first * 8)}+256`]);
    expect(requestsSince(main, marks[0])).toEqual([]);
    expect(tagsOnDisk(main, 800, 256)).toEqual(tags(MAIN_TAG, 256));
  });

  it('that lie apart, or whose neighbours are not remapped, each come from where they lie', async () => {
    const { target } = await fixture.pair();
    const { io } = fixture.kernelLab;
    // 11 and 12 stand in a row on the spare, as do 13 and 10 in the other order; 14 stays on main.
    for (const block of [11, 12, 15, 13, 10, 16]) await target.ask('remap', block);
    const at = await spareBlocks(target);
    expect([at[12], at[15], at[13], at[10], at[16]]).toEqual([1, 2, 3, 4, 5].map((n) => (at[11] ?? Number.NaN) + n));
    for (let block = 9; block <= 17; block += 1) await succeed(io, write(target, block * 8, 8, block));

    const expected = Array.from({ length: 9 }, (_, n) => tags(9 + n, 8)).flat();
    expect(await succeed(io, read(target, 72, 72))).toEqual(expected);
    expect(await succeed(io, read(target, 75, 60))).toEqual(expected.slice(3, 63));

    await succeed(io, write(target, 75, 66, 30));
    expect(await succeed(io, read(target, 72, 72))).toEqual([...tags(9, 3), ...tags(30, 66), ...tags(17, 3)]);
  });

  it('of which one cannot be read are an error together, and only that one alone', async () => {
    const { target, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    await target.ask('remap', 20, 4);
    const { 22: bad = null } = await spareBlocks(target);
    if (bad === null) throw new Error('block 22 was not moved');
    await succeed(io, write(target, 160, 32, 5));
    spare.faults.add({
      kind: 'medium',
      operations: ['read'],
      healOnWrite: false,
      ranges: [{ first: bad * 8 + 1, count: 1 }],
    });

    expectUnreadable(await io.one(read(target, 160, 32)));
    expect(await readSingly(io, target, 160, 32)).toEqual([...tags(5, 17), 'error', ...tags(5, 14)]);

    // The one that is not trusted any more moves on, the others are written where they are.
    await succeed(io, write(target, 160, 32, 6));
    expect(await succeed(io, read(target, 160, 32))).toEqual(tags(6, 32));
    const at = await spareBlocks(target);
    expect([at[20], at[21], at[23]]).toEqual([bad - 2, bad - 1, bad + 1]);
    expect(at[22]).not.toBe(bad);
    expect(await target.status()).toMatchObject({ spareUsed: 4, spareBad: 1, partial: 0, pending: 0 });
  });

  it('of which one cannot be written: that one moves on, nothing is lost', async () => {
    const { target, spare } = await fixture.pair();
    const { io } = fixture.kernelLab;
    await target.ask('remap', 20, 4);
    const { 21: bad = null } = await spareBlocks(target);
    if (bad === null) throw new Error('block 21 was not moved');
    spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: bad * 8, count: 8 }] });

    await succeed(io, write(target, 162, 28, 6));

    expect(await succeed(io, read(target, 160, 32))).toEqual([
      ...tags(MAIN_TAG, 2),
      ...tags(6, 28),
      ...tags(MAIN_TAG, 2),
    ]);
    expect(await target.status()).toMatchObject({ spareUsed: 4, spareBad: 1 });
  });

  it('of which one is only partly on the spare give each sector from where it is', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 248, count: 2 }] });
    await target.ask('remap', 30);
    // Sector 249 cannot be read, so only what is written goes to the spare.
    await succeed(io, write(target, 248, 1, 9));
    await target.ask('remap', 32);
    const at = await spareBlocks(target);
    expect([at[31], at[32]]).toEqual([1, 2].map((n) => (at[30] ?? Number.NaN) + n));
    expect((await target.status()).partial).toBe(1);

    expectUnreadable(await io.one(read(target, 240, 24)));
    expect(await readSingly(io, target, 240, 24)).toEqual([...tags(MAIN_TAG, 8), 9, 'error', ...tags(MAIN_TAG, 14)]);
    await succeed(io, write(target, 244, 16, 10));
    expect(await succeed(io, read(target, 240, 24))).toEqual([
      ...tags(MAIN_TAG, 4),
      ...tags(10, 16),
      ...tags(MAIN_TAG, 4),
    ]);
    expect((await target.status()).partial).toBe(0);
  });

  it('of which one is on its way back to main are written each where it then lies', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    await succeed(io, write(target, 160, 32, 5));
    await target.ask('remap', 20, 4);
    const gate = trap(main, { kind: 'hang', operations: ['write'], ranges: [{ first: 176, count: 8 }] });
    const moving = meanwhile(target.ask('unmap', 22));
    await gate.met;
    // What was copied is 5; a write that did not wait would be lost with the spare block.
    const writing = meanwhile(io.one(write(target, 160, 32, 6)));
    await untilInFlight(target);

    gate.open();
    await moving;

    expect(await writing).toMatchObject({ error: null });
    expect(await succeed(io, read(target, 160, 32))).toEqual(tags(6, 32));
    expect(tagsOnDisk(main, 160, 32)).toEqual([...tags(5, 16), ...tags(6, 8), ...tags(5, 8)]);
    expect(Object.keys(await spareBlocks(target))).toEqual(['20', '21', '23']);
  });
});
