import { describe, expect, it } from 'vitest';
import type { FaultId } from '../../lab/index.ts';
import {
  errnoOf,
  eventsOf,
  MAIN_TAG,
  meanwhile,
  read,
  succeed,
  tableLine,
  tags,
  useKernelLab,
  write,
  type Pair,
  type Target,
} from './harness/index.ts';
import { failMoves, failWrites, firstHit, reopen } from './harness/pairs.ts';
import { superUnit, TABLE_ENTRIES, tableUnit, UNIT_SECTORS } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';

const MIB = 1024 * 1024;
const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 16 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
    { name: 'large', bytes: 64 * MIB, bus: 'virtio-scsi', serial: 'TEST-LARGE' },
  ],
});
/** Most entries of the list of missed units. */
const MISSED_MAX = 100;
const COPIES = [0, 1] as const;

interface Left {
  readonly pair: Pair;
  readonly image: SpareImage;
  readonly unit: number;
}

/**
 * Block 10 is mapped in both copies; then block 20, which holds tag 9, in one only, as the other one's unit could not be
 * written, or nothing of that copy could. Main answers everywhere, with old data.
 */
async function leaveBehind(copy: 0 | 1, what: 'unit' | 'all' = 'unit'): Promise<Left> {
  const pair = await fixture.pair();
  await pair.target.ask('remap', 10);
  const image = new SpareImage(pair.spare, 8);
  const unit = Math.floor((image.mapped()[0]?.spareBlock ?? 0) / TABLE_ENTRIES);
  const { layout } = image;
  const range =
    what === 'unit'
      ? { first: tableUnit(layout, copy, unit) * UNIT_SECTORS, count: UNIT_SECTORS }
      : { first: superUnit(layout, copy) * UNIT_SECTORS, count: layout.areaUnits * UNIT_SECTORS };
  const faults = [
    pair.spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [range] }),
    failMoves(pair, image, copy),
  ];
  failWrites(pair, 20);
  await succeed(fixture.kernelLab.io, write(pair.target, 160, 8, 9));
  expect(await pair.target.status()).toMatchObject({ mode: 'rw', copiesGood: 1, spareUsed: 2 });
  for (const fault of faults) pair.spare.faults.remove(fault);
  pair.main.faults.clear();
  return { pair, image, unit };
}

/** Activation is refused, says what is lost, and writes nothing. */
async function expectRefused({ pair }: Left): Promise<void> {
  const before = pair.spare.hash();
  const target = fixture.target();
  const log = await fixture.kernelLab.logged(async () => {
    expect(errnoOf(await target.tryCreate(tableLine(pair.table)))).toBe('EUCLEAN');
  });
  expect(log.join('\n')).toMatch(/damaged in every copy; not activated/);
  expect(pair.spare.hash()).toBe(before);
}

/** Block 30 is remapped, and the power fails before a unit of the spare is written. */
async function cutDuringRemap({ spare }: Pair, target: Target, unit: number): Promise<void> {
  const range = { first: unit * UNIT_SECTORS, count: UNIT_SECTORS };
  spare.faults.add({ kind: 'hang', operations: ['write'], ranges: [range] });
  const reached = firstHit(spare, 'hang');
  const moving = meanwhile(target.ask('remap', 30));
  await reached;
  const cut = spare.snapshot();
  spare.faults.clear();
  await moving;
  await target.remove();
  spare.restore(cut);
}

describe.each(COPIES)('copy %d, left behind by a failed write,', (copy) => {
  const other = copy === 0 ? 1 : 0;

  it('never brings its older entries back when the other one rots', async () => {
    const left = await leaveBehind(copy);
    await left.pair.target.remove();
    left.image.damage(tableUnit(left.image.layout, other, left.unit));
    await expectRefused(left);
  });

  it('nor when all of the other one is lost', async () => {
    // Its own superblock could not be written either, so it does not know.
    const left = await leaveBehind(copy, 'all');
    const { layout } = left.image;
    left.pair.spare.faults.add({ kind: 'medium', operations: ['write'] });
    await left.pair.target.remove();
    left.pair.spare.faults.clear();
    const first = superUnit(layout, other) * UNIT_SECTORS;
    left.pair.spare.writeSectors(first, Buffer.alloc(layout.areaUnits * UNIT_SECTORS * 512));
    await expectRefused(left);
  });

  it('is mended by the next activation, and then stands for itself', async () => {
    const left = await leaveBehind(copy);
    const { pair, image, unit } = left;
    const { io } = fixture.kernelLab;
    await pair.target.remove();
    let target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 2, spareUsed: 2 });
    expect(eventsOf(await target.events(), 'metadata_repaired')).toHaveLength(1);
    expect(image.copiesAgree()).toBe(true);
    await target.remove();
    image.damage(tableUnit(image.layout, other, unit));
    target = await reopen(fixture, pair);
    expect(await succeed(io, read(target, 152, 24))).toEqual([...tags(MAIN_TAG, 8), ...tags(9, 8), ...tags(1, 8)]);
  });

  it('counts again as soon as the unit was written to it', async () => {
    const left = await leaveBehind(copy);
    const { pair, image, unit } = left;
    await pair.target.ask('remap', 30);
    await pair.target.remove();
    image.damage(tableUnit(image.layout, other, unit));
    const target = await reopen(fixture, pair);
    expect((await target.remaps()).map(({ block }) => block)).toEqual([10, 20, 30]);
    expect(await succeed(fixture.kernelLab.io, read(target, 160, 8))).toEqual(tags(9, 8));
  });

  it('counts again before the other one is written, which a power cut may tear', async () => {
    const { pair, image, unit } = await leaveBehind(copy);
    const torn = tableUnit(image.layout, other, unit);
    await cutDuringRemap(pair, pair.target, torn);
    image.damage(torn);
    const again = await reopen(fixture, pair);
    expect((await again.remaps()).map(({ block }) => block)).toEqual([10, 20, 30]);
    expect(await succeed(fixture.kernelLab.io, read(again, 160, 8))).toEqual(tags(9, 8));
  });
});

const FAR = 1n << 30n;

interface Missed {
  readonly copy: 0 | 1;
  readonly unit: number;
}

/** Adds to a superblock that a copy has missed a unit, up to a sequence. */
function listMissed(bytes: Buffer, { copy, unit }: Missed, sequence = FAR): void {
  const count = bytes.readUInt32LE(188);
  const at = 256 + 16 * count;
  bytes.writeUInt32LE(count + 1, 188);
  bytes.writeUIntLE(unit, at, 6);
  bytes.writeUInt8(0, at + 6);
  bytes.writeUInt8(copy, at + 7);
  bytes.writeBigUInt64LE(sequence, at + 8);
}

/** Says in both superblocks that no unit of a copy counts below a sequence that is far away. */
function ruleOut(image: SpareImage, copy: 0 | 1): void {
  image.changeSuperblocks((bytes) => {
    bytes.writeUInt32LE(1, 188);
    bytes.fill(0xff, 256, 263);
    bytes.writeUInt8(copy, 263);
    bytes.writeBigUInt64LE(FAR, 264);
  });
}

describe.each(COPIES)('copy %d, ruled out as a whole,', (copy) => {
  it('counts with what is written to it, when the other one can no longer be written', async () => {
    const pair = await fixture.pair();
    const { spare } = pair;
    await pair.target.ask('remap', 10);
    await pair.target.remove();
    const image = new SpareImage(spare, 8);
    const unit = Math.floor((image.mapped()[0]?.spareBlock ?? 0) / TABLE_ENTRIES);
    const failUnit = (which: 0 | 1): void => {
      const first = tableUnit(image.layout, which, unit) * UNIT_SECTORS;
      spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first, count: UNIT_SECTORS }] });
      failMoves(pair, image, which);
    };
    ruleOut(image, copy);
    // It cannot be mended at activation, so it stays ruled out.
    image.damage(tableUnit(image.layout, copy, unit));
    failUnit(copy);
    let target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 1 });

    spare.faults.clear();
    failUnit(copy === 0 ? 1 : 0);
    failWrites(pair, 20);
    await succeed(fixture.kernelLab.io, write(target, 160, 8, 9));
    await target.remove();
    spare.faults.clear();
    pair.main.faults.clear();
    target = await reopen(fixture, pair);
    expect((await target.remaps()).map(({ block }) => block)).toEqual([10, 20]);
    expect(await succeed(fixture.kernelLab.io, read(target, 160, 8))).toEqual(tags(9, 8));
  });
});

describe('a copy that was ruled out as a whole and has a unit again', () => {
  it('is not the first to be written when the other one has missed that unit since', async () => {
    const pair = await fixture.pair();
    const { spare } = pair;
    await pair.target.ask('remap', 10);
    await pair.target.remove();
    const image = new SpareImage(spare, 8);
    const unit = Math.floor((image.mapped()[0]?.spareBlock ?? 0) / TABLE_ENTRIES);
    const failUnit = (copy: 0 | 1): void => {
      const range = { first: tableUnit(image.layout, copy, unit) * UNIT_SECTORS, count: UNIT_SECTORS };
      spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [range] });
      failMoves(pair, image, copy);
    };
    ruleOut(image, 1);
    image.damage(tableUnit(image.layout, 1, unit));
    failUnit(1);
    const target = await reopen(fixture, pair);
    spare.faults.clear();
    failUnit(0);
    await target.ask('remap', 20);
    spare.faults.clear();
    const torn = tableUnit(image.layout, 1, unit);
    await cutDuringRemap(pair, target, torn);
    image.damage(torn);
    const again = await reopen(fixture, pair);
    expect((await again.remaps()).map(({ block }) => block)).toEqual([10, 20, 30]);
  });
});

describe('a copy that was mended as a whole', () => {
  it('counts, also when the other one lacks a unit that could not be written', async () => {
    const pair = await fixture.pair();
    const { spare } = pair;
    await pair.target.ask('remap', 10);
    await pair.target.ask('remap', 1000, TABLE_ENTRIES);
    await pair.target.remove();
    const image = new SpareImage(spare, 8);
    const unit = Math.floor((image.mapped().find(({ block }) => block === 10)?.spareBlock ?? 0) / TABLE_ENTRIES);
    const failUnit = (copy: 0 | 1, index: number): void => {
      const range = { first: tableUnit(image.layout, copy, index) * UNIT_SECTORS, count: UNIT_SECTORS };
      spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [range] });
      failMoves(pair, image, copy);
    };
    // Copy 0 is ruled out, lacks a unit, and gets another one that counts.
    ruleOut(image, 0);
    image.damage(tableUnit(image.layout, 0, unit + 1));
    failUnit(0, unit + 1);
    let target = await reopen(fixture, pair);
    await target.ask('unmap', 10);
    await target.remove();
    spare.faults.clear();
    // All of copy 0 can be mended, and that one unit of copy 1 cannot.
    image.damage(tableUnit(image.layout, 1, unit));
    failUnit(1, unit);
    target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 1, spareUsed: TABLE_ENTRIES });
    await target.remove();
    spare.faults.clear();

    image.damage(tableUnit(image.layout, 1, unit + 1));
    target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 2, spareUsed: TABLE_ENTRIES });
    expect(image.copiesAgree()).toBe(true);
  });
});

describe('a superblock that could not be read when the pair was activated', () => {
  it('contradicts no other one when it can be read again', async () => {
    const pair = await fixture.pair();
    const { target, spare } = pair;
    await target.ask('remap', 10);
    const image = new SpareImage(spare, 8);
    const unit = Math.floor((image.mapped()[0]?.spareBlock ?? 0) / TABLE_ENTRIES);
    const range = { first: tableUnit(image.layout, 1, unit) * UNIT_SECTORS, count: UNIT_SECTORS };
    spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [range] });
    failMoves(pair, image, 1);
    // It alone says that copy 1 lacks the unit: the power fails before the next one is written.
    await cutDuringRemap(pair, target, superUnit(image.layout, 1));
    const first = superUnit(image.layout, 0) * UNIT_SECTORS;
    spare.faults.add({ kind: 'medium', healOnWrite: false, ranges: [{ first, count: UNIT_SECTORS }] });
    const away = await reopen(fixture, pair);
    expect(await away.status()).toMatchObject({ mode: 'rw', spareUsed: 2 });
    await away.remove();
    spare.faults.clear();

    const again = await reopen(fixture, pair);
    expect(await again.status()).toMatchObject({ mode: 'rw', spareUsed: 2, copiesGood: 2 });
    expect(image.copiesAgree()).toBe(true);
  });
});

describe('two copies that each lack a unit', () => {
  it('are served from by a spare that takes no writes, when no more could be listed and a place cannot be read', async () => {
    const pair = await fixture.pair({ spare: 'large' });
    const { spare } = pair;
    await pair.target.ask('remap', 10);
    await pair.target.remove();
    const image = new SpareImage(spare, 8);
    const { layout } = image;
    const unit = Math.floor((image.mapped()[0]?.spareBlock ?? 0) / TABLE_ENTRIES);
    image.changeSuperblocks((bytes) => {
      // As the target lists them: further above than the jump over what could not be read.
      const sequence = bytes.readBigUInt64LE(24) + 1_048_576n;
      listMissed(bytes, { copy: 0, unit: unit + 1 }, sequence);
      listMissed(bytes, { copy: 1, unit }, sequence);
      for (let n = 2; n < MISSED_MAX; n++) listMissed(bytes, { copy: 1, unit: unit + n }, sequence);
    });
    image.damage(tableUnit(layout, 0, unit + 1));
    image.damage(tableUnit(layout, 1, unit));
    const first = (layout.places[2] ?? 0) * UNIT_SECTORS;
    spare.faults.add({ kind: 'medium', operations: ['read'], healOnWrite: false, ranges: [{ first, count: 1 }] });
    spare.faults.add({ kind: 'medium', operations: ['write'] });
    const target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'ro', spareUsed: 1 });
    expect((await target.remaps()).map(({ block }) => block)).toEqual([10]);
  });

  it('still lack it when the table cannot grow and one of them would be ruled out as a whole', async () => {
    const { pair, image, unit } = await leaveBehind(0);
    const { spare } = pair;
    await pair.target.remove();
    const ready = unit + 1;
    image.setTableReady(ready);
    image.changeSuperblocks((bytes) => listMissed(bytes, { copy: 1, unit: 0 }));
    image.damage(tableUnit(image.layout, 1, 0));
    const failTable = (copy: 0 | 1, index: number): FaultId => {
      const range = { first: tableUnit(image.layout, copy, index) * UNIT_SECTORS, count: UNIT_SECTORS };
      return spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [range] });
    };
    for (const copy of COPIES) failMoves(pair, image, copy);
    failTable(0, unit);
    failTable(1, 0);
    const target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 0 });
    const last = Math.max(...image.mapped().map(({ spareBlock }) => spareBlock));
    await target.ask('remap', 1000, ready * TABLE_ENTRIES - 1 - last);
    const growth = failTable(0, ready);
    expect(errnoOf(await target.message('remap', 2000))).toBe('EIO');
    spare.faults.remove(growth);
    await target.ask('remap', 2000);
    await target.remove();

    image.damage(tableUnit(image.layout, 1, unit));
    await expectRefused({ pair, image, unit });
  });
});

describe('a copy that lacks a unit', () => {
  it('keeps the other one from being ruled out as a whole when the table grows', async () => {
    const { pair, image, unit } = await leaveBehind(0);
    const { io } = fixture.kernelLab;
    const { spare } = pair;
    await pair.target.remove();
    // Only copy 1 has the unit, and the table ends with it.
    const ready = unit + 1;
    image.setTableReady(ready);
    const failTable = (copy: 0 | 1, index: number): void => {
      const range = { first: tableUnit(image.layout, copy, index) * UNIT_SECTORS, count: UNIT_SECTORS };
      spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [range] });
      failMoves(pair, image, copy);
    };
    failTable(0, unit);
    const target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 1 });
    failTable(1, ready);
    expect(errnoOf(await target.message('remap', 1000, TABLE_ENTRIES))).toBe('EIO');
    await target.remove();
    spare.faults.clear();
    const again = await reopen(fixture, pair);
    expect(await again.status()).toMatchObject({ mode: 'rw', copiesGood: 2 });
    expect(await succeed(io, read(again, 152, 24))).toEqual([...tags(MAIN_TAG, 8), ...tags(9, 8), ...tags(1, 8)]);
    expect(image.copiesAgree()).toBe(true);
  });
});
