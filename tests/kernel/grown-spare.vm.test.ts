import { describe, expect, it } from 'vitest';
import type { LabDisk } from '../../lab/index.ts';
import {
  errnoOf,
  eventsOf,
  fillDisk,
  MAIN_TAG,
  read,
  resetToBlank,
  resetToContents,
  succeed,
  tableLine,
  tags,
  tagsOnDisk,
  useKernelLab,
  write,
  type TableOptions,
  type Target,
} from './harness/index.ts';
import { failMoves } from './harness/pairs.ts';
import { isUsable, spareLayout, superUnit, UNIT_SECTORS } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';

const MIB = 1024 * 1024;
const UUID = '6f1cbb1e-4a3c-4f0e-9d55-0a1b2c3d4e5f';
const OTHER_UUID = '11111111-2222-4333-8444-555555555555';
/** Sizes of the spare in sectors, when formatted and after it has grown; the former is no multiple of a unit. */
const OLD = 8003;
const GROWN = 24576;
/** What stands beyond the old end. */
const FOREIGN_TAG = 77;

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 8 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

/** A pair whose spare is the beginning of a disk. */
interface Sliced {
  readonly slice: Target;
  readonly main: LabDisk;
  readonly disk: LabDisk;
  readonly table: TableOptions;
  readonly image: SpareImage;
}

/** Without an activation: main is filled, the disk of the spare blank. */
async function slice(sectors: number): Promise<Sliced> {
  const { kernelLab } = fixture;
  const [main, disk] = [kernelLab.lab.disk('main'), kernelLab.lab.disk('spare')];
  resetToContents(main);
  resetToBlank(disk);
  const target = fixture.target();
  await target.create(`0 ${sectors} linear ${kernelLab.device('spare')} 0`);
  const table: TableOptions = {
    length: main.bytes / 512,
    main: kernelLab.device('main'),
    spare: target.path,
    blockSectors: 8,
    features: ['no_scan'],
    core: { uuid: UUID, retries: 0, storm_limit: 0, low_spare: 0 },
  };
  const image = new SpareImage(disk, 8, { first: 0, count: sectors });
  return { slice: target, main, disk, table, image };
}

async function resize(pair: Sliced, sectors: number): Promise<void> {
  await pair.slice.reload(`0 ${sectors} linear ${fixture.kernelLab.device('spare')} 0`);
  await pair.slice.resume();
}

async function activate(pair: Sliced): Promise<Target> {
  const target = fixture.target();
  await target.create(tableLine(pair.table));
  return target;
}

/** Formats the pair; block 10 is moved by a write of tag 9 and block 20 by hand. Still active. */
async function use(pair: Sliced): Promise<Target> {
  const target = fixture.target();
  await target.create(tableLine({ ...pair.table, features: ['format', 'no_scan'] }));
  await target.ask('remap', 20);
  const fault = pair.main.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: 80, count: 8 }] });
  await succeed(fixture.kernelLab.io, write(target, 80, 8, 9));
  pair.main.faults.remove(fault);
  return target;
}

/** A used pair whose spare has grown, with foreign contents in its new part. */
async function grownPair(): Promise<Sliced> {
  const pair = await slice(OLD);
  await (await use(pair)).remove();
  fillDisk(pair.disk, FOREIGN_TAG, OLD, pair.disk.bytes / 512 - OLD);
  await resize(pair, GROWN);
  return pair;
}

function expectForeignUntouched({ disk }: Sliced): void {
  const count = disk.bytes / 512 - OLD;
  expect(tagsOnDisk(disk, OLD, count)).toEqual(tags(FOREIGN_TAG, count));
}

async function expectData(target: Target): Promise<void> {
  const found = await succeed(fixture.kernelLab.io, read(target, 72, 96));
  expect(found).toEqual([...tags(MAIN_TAG, 8), ...tags(9, 8), ...tags(MAIN_TAG, 80)]);
}

async function expectRefused(pair: Sliced, says: RegExp): Promise<void> {
  const before = [pair.disk.hash(), pair.disk.stats.writes, pair.main.hash()];
  const target = fixture.target();
  const log = await fixture.kernelLab.logged(async () => {
    expect(errnoOf(await target.tryCreate(tableLine(pair.table)))).toBe('EUCLEAN');
  });
  expect(log.filter((line) => says.test(line))).toHaveLength(1);
  expect([pair.disk.hash(), pair.disk.stats.writes, pair.main.hash()]).toEqual(before);
}

describe('a spare that has grown since it was formatted', () => {
  it('is used as large as it was, with all that is mapped, until that is spent', async () => {
    const pair = await grownPair();
    const { usable } = spareLayout(OLD, 8);
    let target = await activate(pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 2, spareTotal: usable, copiesGood: 2 });
    expect((await target.remaps()).map(({ block, cause }) => [block, cause])).toEqual([
      [10, 'auto'],
      [20, 'manual'],
    ]);
    await expectData(target);

    await target.ask('remap', 100, usable - 2);
    expect(errnoOf(await target.message('remap', 21))).toBe('ENOSPC');
    expect(await target.status()).toMatchObject({ mode: 'spent', spareUsed: usable });
    const places = (await target.remaps()).map(({ spareBlock }) => spareBlock ?? -1);
    expect(new Set(places).size).toBe(usable);
    expect(places.filter((place) => !isUsable(pair.image.layout, place))).toEqual([]);
    await target.remove();
    expect(pair.image.copiesAgree()).toBe(true);
    expect(pair.image.mapped()).toHaveLength(usable);
    expectForeignUntouched(pair);

    target = await activate(pair);
    expect(await target.status()).toMatchObject({ mode: 'spent', spareUsed: usable });
    await expectData(target);
    expect(await succeed(fixture.kernelLab.io, read(target, 800, 2048))).toEqual(tags(MAIN_TAG, 2048));
  });

  it('is mended where its copies were', async () => {
    const pair = await grownPair();
    pair.image.damage(superUnit(pair.image.layout, 1));
    const target = await activate(pair);
    expect(eventsOf(await target.events(), 'metadata_repaired')).toHaveLength(1);
    await expectData(target);
    await target.remove();
    expect(pair.image.copiesAgree()).toBe(true);
    expectForeignUntouched(pair);
  });

  it('is not taken at the word of the copy at its beginning, when that one was left behind', async () => {
    const pair = await slice(OLD);
    const target = await use(pair);
    // From here on copy 0 gets nothing; its superblock says nothing of that.
    const { layout } = pair.image;
    const first = superUnit(layout, 0) * UNIT_SECTORS;
    pair.disk.faults.add({
      kind: 'medium',
      operations: ['write'],
      ranges: [{ first, count: layout.areaUnits * UNIT_SECTORS }],
    });
    failMoves({ spare: pair.disk }, pair.image, 0);
    pair.main.faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: 320, count: 8 }] });
    await succeed(fixture.kernelLab.io, write(target, 320, 8, 12));
    await target.remove();
    pair.disk.faults.clear();
    pair.main.faults.clear();
    expect(pair.image.super(1)?.sequence).toBeGreaterThan(pair.image.super(0)?.sequence ?? Infinity);
    // The unit of the table that has block 40 is as it should be in copy 1 only; without that nothing may start.
    await resize(pair, GROWN);
    const again = await activate(pair);
    expect((await again.remaps()).map(({ block }) => block)).toEqual([10, 20, 40]);
    expect(await succeed(fixture.kernelLab.io, read(again, 320, 8))).toEqual(tags(12, 8));
    await again.remove();

    // The superblock that was mended tells the same as the other one.
    expect(pair.image.copiesAgree()).toBe(true);
  });

  it('is refused when the superblock that tells its size is lost, and taken at its old size', async () => {
    const pair = await grownPair();
    pair.image.damage(superUnit(pair.image.layout, 0));
    await expectRefused(pair, /spare \S+ has no valid metadata copy left/);
    await resize(pair, OLD);
    const target = await activate(pair);
    await expectData(target);
    await target.remove();
    await resize(pair, GROWN);
    await expectData(await activate(pair));
  });

  it.each([
    ['the same pair', UUID],
    ['another pair', OTHER_UUID],
  ])(
    'is refused when a superblock of %s, of the larger size, has stayed where that one has a place',
    async (_, uuid) => {
      // The disk was a larger spare once; only its beginning was wiped before it became a smaller one.
      const pair = await slice(GROWN);
      const larger = fixture.target();
      const own = { ...pair.table, core: { ...pair.table.core, uuid } };
      await larger.create(tableLine({ ...own, features: ['format', 'no_scan'] }));
      await larger.remove();
      const old = pair.image.newestSuper().sequence;
      const stale = superUnit(spareLayout(GROWN, 8), 1) * UNIT_SECTORS;
      expect(stale).toBeGreaterThan(OLD);
      pair.disk.writeSectors(0, Buffer.alloc(OLD * 512));
      await resize(pair, OLD);
      await (await use(pair)).remove();
      // A superblock that is mended gets a higher number than the one that has stayed.
      const image = new SpareImage(pair.disk, 8, { first: 0, count: OLD });
      image.damage(superUnit(image.layout, 1));
      await (await activate(pair)).remove();
      expect(image.newestSuper().sequence).toBeGreaterThan(old);

      await resize(pair, GROWN);
      await expectRefused(pair, /superblocks of spare \S+ contradict each other/);

      pair.disk.writeSectors(stale, Buffer.alloc(UNIT_SECTORS * 512));
      await expectData(await activate(pair));
    },
  );
});
