import { describe, expect, it } from 'vitest';
import type { ExecOutcome, LabDisk } from '../../lab/index.ts';
import {
  MAIN_TAG,
  meanwhile,
  read,
  resetToContents,
  statsSince,
  succeed,
  tags,
  tagsOnDisk,
  trap,
  untilInFlight,
  useKernelLab,
  write,
  type Pair,
  type Target,
} from './harness/index.ts';

const MIB = 1024 * 1024;
const ROUNDS = Number(process.env['REMAP_TEST_ROUNDS'] ?? 12);
const BUSES = ['nvme', 'virtio-blk', 'virtio-scsi'] as const;

const fixture = useKernelLab({
  disks: [
    ...BUSES.map((bus) => ({ name: bus, bytes: 8 * MIB, bus, serial: `TEST-${bus.toUpperCase()}`, discards: true })),
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE', discards: true },
  ],
});

/** Runs blkdiscard over sectors, whatever comes of it. */
async function erase(
  target: Target,
  first: number,
  count: number,
  ...options: readonly string[]
): Promise<ExecOutcome> {
  const place = ['--offset', String(first * 512), '--length', String(count * 512)];
  return fixture.kernelLab.lab.exec('/usr/sbin/blkdiscard', [...options, ...place, target.path]);
}

/** What blkdiscard says, without the name of the device. */
function complaint({ code, stderr }: ExecOutcome): readonly [number | null, string] {
  return [code, stderr.replace(/\/dev\/\S+/, '')];
}

async function slotOf(target: Target, block: number): Promise<{ first: number; count: number }> {
  const row = (await target.remaps()).find((found) => found.block === block);
  if (typeof row?.spareBlock !== 'number') throw new Error(`block ${block} is not mapped`);
  return { first: row.spareBlock * 8, count: 8 };
}

function trimsOf(disk: LabDisk, after: number, { first, count }: { first: number; count: number }) {
  const touches = (sector: number, length: number): boolean => sector < first + count && first < sector + length;
  return disk.log.entries(after).filter((entry) => entry.operation === 'trim' && touches(entry.sector, entry.count));
}

// No disk of the lab, and no driver of Debian's kernel that makes a disk of memory, offers a secure erase; of those that
// the machine has, only mmc and virtio-blk could, and QEMU's devices of both do not.
describe.each(BUSES)('over a main on %s', (bus) => {
  const RANGE = [800, 32] as const;
  /** Block 101 is mapped; the range has blocks 100 to 103. */
  const MAPPED = { first: 808, count: 8 };

  it.each([
    ['a discard', []],
    ['a write of zeroes', ['-z']],
    ['a secure erase', ['-s']],
  ])('%s ends as on dm-linear, and does the same to what is not mapped', async (_, options) => {
    const { kernelLab } = fixture;
    const main = kernelLab.lab.disk(bus);
    resetToContents(main);
    const linear = fixture.target();
    await linear.create(`0 ${main.bytes / 512} linear ${kernelLab.device(bus)} 0`);
    const expected = complaint(await erase(linear, ...RANGE, ...options));
    await linear.remove();
    const cleared = tagsOnDisk(main, 792, 48);

    const { target, spare } = await fixture.pair({ main: bus });
    await target.ask('remap', 101);
    await succeed(kernelLab.io, write(target, 808, 8, 9));
    const rows = await target.remaps();
    const before = [main.hash(), spare.hash()];
    expect(complaint(await erase(target, ...RANGE, ...options))).toEqual(expected);

    expect(await target.remaps()).toEqual(rows);
    const own = tagsOnDisk(main, MAPPED.first, MAPPED.count);
    expect(own, 'what main has of the mapped block').toEqual(tags(MAIN_TAG, 8));
    expect(tagsOnDisk(main, 792, 48)).toEqual(cleared.toSpliced(16, 8, ...own));
    const found = await succeed(kernelLab.io, read(target, 808, 8));
    if (options[0] === '-s') {
      expect(expected[0]).not.toBe(0);
      expect([main.hash(), spare.hash()]).toEqual(before);
      expect(found).toEqual(tags(9, 8));
    } else {
      expect(expected[0]).toBe(0);
      // The disks of the lab give zeroes for what was discarded.
      expect(found).toEqual(tags(0, 8));
    }
    await succeed(kernelLab.io, write(target, 806, 8, 10));
    expect(await succeed(kernelLab.io, read(target, 806, 8))).toEqual(tags(10, 8));
  });
});

describe('a discard meets a block that is on its way', () => {
  async function usedPair(): Promise<Pair> {
    const pair = await fixture.pair({ main: 'nvme' });
    await succeed(fixture.kernelLab.io, write(pair.target, 80, 8, 9));
    return pair;
  }

  it('to the spare: it waits, and then reaches the spare block and not main', async () => {
    const { target, main, spare } = await usedPair();
    const { io } = fixture.kernelLab;
    const gate = trap(main, { kind: 'hang', operations: ['read'], ranges: [{ first: 80, count: 8 }] });
    const begin = main.log.mark();
    const before = [main.stats, spare.stats] as const;
    const moving = meanwhile(target.ask('remap', 10));
    await gate.met;
    const discarding = erase(target, 80, 8);
    await untilInFlight(target);
    expect(statsSince(main, before[0]).trims + statsSince(spare, before[1]).trims).toBe(0);

    gate.open();
    await moving;
    expect((await discarding).code).toBe(0);
    const slot = await slotOf(target, 10);
    expect(trimsOf(main, begin, { first: 80, count: 8 })).toEqual([]);
    const [copied] = spare.log
      .entries(begin)
      .filter(({ operation, sector }) => operation === 'write' && sector === slot.first);
    const trims = trimsOf(spare, begin, slot);
    expect(trims).toHaveLength(1);
    expect(trims[0]?.number).toBeGreaterThan(copied?.answered ?? Infinity);
    expect(await succeed(io, read(target, 72, 24))).toEqual([...tags(1, 8), ...tags(0, 8), ...tags(1, 8)]);
    expect(tagsOnDisk(main, 80, 8)).toEqual(tags(9, 8));
    await succeed(io, write(target, 84, 2, 11));
    expect(await succeed(io, read(target, 80, 8))).toEqual([0, 0, 0, 0, 11, 11, 0, 0]);
  });

  it('back to main: it waits, and then reaches main and not the spare block, which may be another one’s', async () => {
    const { target, main, spare } = await usedPair();
    const { io } = fixture.kernelLab;
    await target.ask('remap', 10);
    const slot = await slotOf(target, 10);
    const gate = trap(main, { kind: 'hang', operations: ['write'], ranges: [{ first: 80, count: 8 }] });
    const begin = main.log.mark();
    const before = [main.stats, spare.stats] as const;
    const moving = meanwhile(target.ask('unmap', 10));
    await gate.met;
    const discarding = erase(target, 80, 8);
    await untilInFlight(target);
    expect(statsSince(main, before[0]).trims + statsSince(spare, before[1]).trims).toBe(0);

    gate.open();
    await moving;
    expect((await discarding).code).toBe(0);
    expect(trimsOf(spare, begin, slot)).toEqual([]);
    expect(trimsOf(main, begin, { first: 80, count: 8 })).toHaveLength(1);
    expect(await succeed(io, read(target, 72, 24))).toEqual([...tags(1, 8), ...tags(0, 8), ...tags(1, 8)]);
    await target.ask('remap', 20);
    expect(await slotOf(target, 20)).toEqual(slot);
    expect(await succeed(io, read(target, 160, 8))).toEqual(tags(MAIN_TAG, 8));
  });

  it('which it has found on the spare: the block leaves only after the discard', async () => {
    const { target, spare } = await usedPair();
    await target.ask('remap', 10);
    const slot = await slotOf(target, 10);
    const begin = spare.log.mark();
    const slow = trap(spare, { kind: 'slow', operations: ['write'], ranges: [slot], delayMs: 1500 });
    const discarding = erase(target, 80, 8);
    await slow.met;
    await target.ask('unmap', 10);
    slow.open();
    expect((await discarding).code).toBe(0);
    const [trim] = trimsOf(spare, begin, slot);
    const reads = spare.log
      .entries(begin)
      .filter(({ operation, sector }) => operation === 'read' && sector >= slot.first && sector < slot.first + 8);
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.filter(({ number }) => number < (trim?.answered ?? Infinity))).toEqual([]);
    expect(await succeed(fixture.kernelLab.io, read(target, 80, 8))).toEqual(tags(0, 8));
  });
});

describe('discards and writes of zeroes beside moves to and fro', () => {
  it('take away what they were told to and nothing that was written after them', async () => {
    const { target, main } = await fixture.pair({ main: 'nvme' });
    const { kernelLab } = fixture;
    const { io } = kernelLab;
    const script = `
      export DM_DISABLE_UDEV=1
      for round in $(seq "$2"); do
        dmsetup message "$1" 0 remap 0 8 || exit 1
        for block in 0 1 2 3 4 5 6 7; do dmsetup message "$1" 0 unmap $block || exit 1; done
      done`;
    const args = ['-c', script, 'sh', target.name, String(ROUNDS)];
    const run = { isOver: false };
    const moving = meanwhile(
      kernelLab.run('/usr/bin/sh', args, { timeoutMs: 150_000 }).finally(() => (run.isOver = true)),
    );
    const content = tags(MAIN_TAG, 64);
    let tag = 100;
    for (let turn = 0; !run.isOver; turn++) {
      const [first, count] = [(turn % 7) * 8 + (turn % 3), 14];
      const zeroes = turn % 2 === 0;
      expect((await erase(target, first, count, ...(zeroes ? ['-z'] : []))).code).toBe(0);
      const found = await succeed(io, read(target, 0, 64));
      // What was discarded reads as zeroes or as it was before.
      for (let sector = first; sector < first + count; sector++) {
        if (zeroes || found[sector] === 0) content[sector] = 0;
      }
      expect(found).toEqual(content);
      content.fill(++tag, first + 1, first + count);
      await succeed(io, write(target, first + 1, count - 1, tag));
      expect(await succeed(io, read(target, 0, 64))).toEqual(content);
    }
    await moving;
    expect(tag).toBeGreaterThan(100 + ROUNDS / 4);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 0, spareBad: 0 });
    expect(await succeed(io, read(target, 0, 64))).toEqual(content);
    expect(tagsOnDisk(main, 64, 64)).toEqual(tags(MAIN_TAG, 64));
  });
});
