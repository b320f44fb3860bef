import { describe, expect, it } from 'vitest';
import type { FaultId } from '../../lab/index.ts';
import {
  errnoOf,
  eventsOf,
  MAIN_TAG,
  read,
  succeed,
  tags,
  useKernelLab,
  write,
  type Pair,
  type Target,
} from './harness/index.ts';
import { failMoves, failWrites, reopen } from './harness/pairs.ts';
import { sealUnit, superUnit, TABLE_ENTRIES, tableUnit, UNIT_SECTORS, writeMoved } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';

const MIB = 1024 * 1024;
const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 16 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 4 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});
const COPIES = [0, 1] as const;

/** Every write to a unit of the spare fails from now on. */
function failUnit({ spare }: Pair, unit: number): FaultId {
  const range = { first: unit * UNIT_SECTORS, count: UNIT_SECTORS };
  return spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [range] });
}

interface Used {
  readonly pair: Pair;
  readonly image: SpareImage;
  /** The unit of the table that tells of block 10, which is mapped. */
  readonly unit: number;
}

async function usedPair(blockSectors = 8): Promise<Used> {
  const pair = await fixture.pair({ blockSectors, core: { storm_limit: 0 } });
  await pair.target.ask('remap', 10);
  const image = new SpareImage(pair.spare, blockSectors);
  return { pair, image, unit: Math.floor((image.mapped()[0]?.spareBlock ?? 0) / TABLE_ENTRIES) };
}

/** Remaps a block by a write that fails on main. */
async function remapByWrite({ pair }: Used, target: Target, block: number, tag: number): Promise<void> {
  const { blockSectors } = pair;
  failWrites(pair, block);
  await succeed(fixture.kernelLab.io, write(target, block * blockSectors, blockSectors, tag));
}

async function expectBlocks({ pair }: Used, target: Target, tagsOf: Readonly<Record<number, number>>): Promise<void> {
  const { blockSectors } = pair;
  const { io } = fixture.kernelLab;
  for (const [block, tag] of Object.entries(tagsOf)) {
    const found = await succeed(io, read(target, Number(block) * blockSectors, blockSectors));
    expect(found, `block ${block}`).toEqual(tags(tag, blockSectors));
  }
}

describe.each([1, 8, 128])('with blocks of %d sectors, a table unit that cannot be written', (blockSectors) => {
  it.each(COPIES)('is moved, and counts at its new place, in copy %d', async (copy) => {
    const used = await usedPair(blockSectors);
    const { pair, image, unit } = used;
    const other = copy === 0 ? 1 : 0;
    const before = await pair.target.status();
    failUnit(pair, tableUnit(image.layout, copy, unit));
    await remapByWrite(used, pair.target, 20, 9);

    expect(image.moved()).toEqual([{ copy, unit, place: image.tableAt(copy, unit) }]);
    expect(image.tableAt(copy, unit)).toBeGreaterThan(copy === 0 ? image.layout.areaUnits : image.layout.copies[1]);
    expect(image.copiesAgree()).toBe(true);
    const kept = blockSectors === 1 ? UNIT_SECTORS : 1;
    expect(await pair.target.status()).toMatchObject({
      mode: 'rw',
      copiesGood: 2,
      spareUsed: before.spareUsed + 1,
      spareTotal: before.spareTotal - kept,
    });
    const [event] = eventsOf(await pair.target.events(before.lastEvent), 'metadata_repaired');
    expect(event?.detail).toBe(`moved:copy${copy}`);
    expect(pair.spare.stats.dirtySectors, 'the move is durable').toBe(0);

    // Only what was moved tells of block 20.
    await pair.target.remove();
    image.damage(tableUnit(image.layout, other, unit));
    const target = await reopen(fixture, pair);
    await expectBlocks(used, target, { 10: MAIN_TAG, 20: 9, 21: MAIN_TAG });
    expect(await target.status()).toMatchObject({ copiesGood: 2, spareTotal: before.spareTotal - kept });
    await remapByWrite(used, target, 30, 11);
    expect(image.copiesAgree()).toBe(true);
  });
});

describe('a table unit that cannot be written', () => {
  it('is moved in both copies, and moved again when its new place fails', async () => {
    const used = await usedPair();
    const { pair, image, unit } = used;
    const { target } = pair;
    for (const copy of COPIES) failUnit(pair, tableUnit(image.layout, copy, unit));
    await remapByWrite(used, target, 20, 9);
    const places = COPIES.map((copy) => image.tableAt(copy, unit));
    expect(image.moved()).toHaveLength(2);
    const { spareTotal } = await target.status();

    for (const place of places) failUnit(pair, place);
    await remapByWrite(used, target, 30, 11);
    expect(image.moved()).toHaveLength(2);
    for (const copy of COPIES) expect(places).not.toContain(image.tableAt(copy, unit));
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 2, spareUsed: 3, spareTotal });
    await target.remove();
    await expectBlocks(used, await reopen(fixture, pair), { 10: MAIN_TAG, 20: 9, 30: 11 });
    expect(image.copiesAgree()).toBe(true);
  });

  it('passes over places that cannot be written either', async () => {
    const used = await usedPair();
    const { pair, image, unit } = used;
    const last = Math.floor(image.layout.spareSectors / UNIT_SECTORS) - 1;
    for (const bad of [tableUnit(image.layout, 1, unit), last, last - 1]) failUnit(pair, bad);
    await remapByWrite(used, pair.target, 20, 9);
    expect(image.moved()).toEqual([{ copy: 1, unit, place: last - 2 }]);
    expect(image.copiesAgree()).toBe(true);
  });

  it('never gives its new place to data, however full the spare gets, and needs no room once it is full', async () => {
    const used = await usedPair();
    const { pair, image, unit } = used;
    const { target } = pair;
    for (const copy of COPIES) failUnit(pair, tableUnit(image.layout, copy, unit));
    await remapByWrite(used, target, 20, 9);
    const moved = image.moved();
    expect(moved).toHaveLength(2);
    const { spareTotal, spareUsed } = await target.status();
    await target.ask('remap', 1000, spareTotal - spareUsed);
    expect(await target.status()).toMatchObject({ mode: 'spent', spareUsed: spareTotal, copiesGood: 2 });
    const taken = new Set(image.mapped().map(({ spareBlock }) => spareBlock));
    expect(taken.size).toBe(spareTotal);
    for (const { place } of moved) expect(taken.has(place)).toBe(false);

    // No room is left: the copy is left behind, and told of.
    failUnit(pair, image.tableAt(0, unit));
    await target.ask('unmap', 10);
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 1, spareUsed: spareTotal - 1 });
    await target.remove();
    pair.spare.faults.clear();
    const again = await reopen(fixture, pair);
    expect(await again.status()).toMatchObject({ copiesGood: 2, spareTotal, spareUsed: spareTotal - 1 });
    await expectBlocks(used, again, { 10: MAIN_TAG, 20: 9, 1000: MAIN_TAG });
    expect(image.copiesAgree()).toBe(true);
  });

  it('is moved at activation when it is damaged', async () => {
    const used = await usedPair();
    const { pair, image, unit } = used;
    await remapByWrite(used, pair.target, 20, 9);
    await pair.target.remove();
    image.damage(tableUnit(image.layout, 0, unit));
    failUnit(pair, tableUnit(image.layout, 0, unit));
    let target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 2 });
    expect(image.moved()).toMatchObject([{ copy: 0, unit }]);
    await target.remove();
    image.damage(tableUnit(image.layout, 1, unit));
    target = await reopen(fixture, pair);
    await expectBlocks(used, target, { 10: MAIN_TAG, 20: 9 });
  });

  it('is moved when a spare is formatted', async () => {
    const used = await usedPair();
    const { pair, image, unit } = used;
    await pair.target.remove();
    const bad = [tableUnit(image.layout, 0, unit), tableUnit(image.layout, 1, 0)];
    pair.spare.writeSectors(0, Buffer.alloc(pair.spare.bytes));
    for (const one of bad) failUnit(pair, one);
    const target = await reopen(fixture, { ...pair, table: { ...pair.table, features: ['format', 'no_scan'] } });
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 2, spareUsed: 0 });
    expect(image.moved()).toMatchObject([
      { copy: 0, unit },
      { copy: 1, unit: 0 },
    ]);
    await remapByWrite(used, target, 20, 9);
    expect(image.copiesAgree()).toBe(true);
    await target.remove();
    await expectBlocks(used, await reopen(fixture, pair), { 20: 9 });
  });

  it('is moved when the table grows', async () => {
    const used = await usedPair();
    const { pair, image, unit } = used;
    await pair.target.ask('unmap', 10);
    await pair.target.remove();
    // As if the unit had never been made ready; the first block that is taken asks for it.
    for (const copy of COPIES) {
      const at = superUnit(image.layout, copy);
      const bytes = image.unit(at);
      bytes.writeBigUInt64LE(BigInt(unit), 128);
      image.writeUnit(at, sealUnit(bytes));
      image.writeUnit(tableUnit(image.layout, copy, unit), Buffer.alloc(4096));
    }
    failUnit(pair, tableUnit(image.layout, 1, unit));
    const target = await reopen(fixture, pair);
    expect(image.moved()).toEqual([]);
    await remapByWrite(used, target, 20, 9);
    expect(image.moved()).toMatchObject([{ copy: 1, unit }]);
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 2, spareUsed: 1 });
    expect(image.copiesAgree()).toBe(true);
  });

  it('gives up its place once, also when the table cannot grow meanwhile', async () => {
    const { pair, image, unit } = await usedPair();
    const { target, spare } = pair;
    await target.ask('unmap', 10);
    await target.remove();
    // The next unit is not ready yet, and its copy 1 stands in the last block that this one tells of.
    const next = unit + 1;
    const place = next * TABLE_ENTRIES - 1;
    for (const copy of COPIES) {
      const at = superUnit(image.layout, copy);
      const bytes = image.unit(at);
      bytes.writeBigUInt64LE(BigInt(next), 128);
      writeMoved(bytes, [{ copy: 1, unit: next, place }]);
      image.writeUnit(at, sealUnit(bytes));
    }
    const again = await reopen(fixture, pair);
    const room = image.layout.places.reduce(
      (left, one) => left - Number(one >= image.layout.areaUnits && one < place),
      place - image.layout.areaUnits,
    );
    await again.ask('remap', 0, room);
    // No unit of copy 0 can be made ready; of copy 1 the one that was moved finds another place, and no further one.
    failUnit(pair, tableUnit(image.layout, 0, next));
    failMoves(pair, image, 0);
    const last = Math.floor(image.layout.spareSectors / UNIT_SECTORS) - 1;
    for (const bad of [place, tableUnit(image.layout, 1, next + 1), last - 1, last - 2, last - 3]) failUnit(pair, bad);
    expect(errnoOf(await again.message('remap', 500))).toBe('EIO');
    spare.faults.clear();
    await again.ask('remap', 500, 4);
    // Neither copy lacks anything.
    for (const copy of COPIES) expect(image.unit(superUnit(image.layout, copy)).readUInt32LE(188)).toBe(0);
    // It was tried for block 500, could not be written, and is not tried again.
    const taken = (await again.remaps()).map(({ spareBlock }) => spareBlock);
    expect(new Set(taken).size).toBe(room + 4);
    expect(taken).not.toContain(place);
    expect(await again.status()).toMatchObject({ spareBad: 1, spareUsed: room + 4 });
    await again.remove();
    expect(image.mapped()).toHaveLength(room + 4);
  });
});
