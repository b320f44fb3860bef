import { describe, expect, it } from 'vitest';
import type { ExecOutcome } from '../../lab/index.ts';
import {
  errnoOf,
  eventsOf,
  failUnreadable,
  MAIN_TAG,
  read,
  succeed,
  tableLine,
  tags,
  UNREADABLE,
  useKernelLab,
  write,
  type Pair,
  type Target,
} from './harness/index.ts';
import { failMetadata, failWrites, reopen } from './harness/pairs.ts';
import { superUnit, tableUnit, UNIT_SECTORS } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';

const fixture = useKernelLab();
const COPIES = [0, 1] as const;
const UNITS = ['superblock', 'table unit'] as const;

interface Used {
  readonly pair: Pair;
  readonly image: SpareImage;
  /** The unit of the table that tells of the mapped blocks. */
  readonly unitIndex: number;
}

/** A pair with blocks 5 and 6 remapped by write errors, taken down again. */
async function usedPair(): Promise<Used> {
  const pair = await fixture.pair();
  failWrites(pair, 5, 2);
  await succeed(fixture.kernelLab.io, write(pair.target, 40, 16, 9));
  await pair.target.remove();
  const image = new SpareImage(pair.spare, 8);
  return { pair, image, unitIndex: unitIndexOf(image) };
}

function unitIndexOf(image: SpareImage): number {
  const [first] = image.mapped();
  if (first === undefined) throw new Error('nothing is mapped');
  return Math.floor(first.spareBlock / 84);
}

function unitOf({ image, unitIndex }: Used, copy: 0 | 1, what: (typeof UNITS)[number]): number {
  return what === 'superblock' ? superUnit(image.layout, copy) : tableUnit(image.layout, copy, unitIndex);
}

async function expectMappedData(target: Target): Promise<void> {
  expect(await succeed(fixture.kernelLab.io, read(target, 32, 32))).toEqual([
    ...tags(MAIN_TAG, 8),
    ...tags(9, 16),
    ...tags(MAIN_TAG, 8),
  ]);
}

/** Activates; the data is right, both copies are whole and alike again, and an event tells of it. */
async function expectRepaired({ pair, image }: Used): Promise<void> {
  const before = image.state()?.lastEvent ?? 0;
  const target = await reopen(fixture, pair);
  await expectMappedData(target);
  expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 2, copiesGood: 2, copies: 2 });
  expect(image.copiesAgree()).toBe(true);
  expect(eventsOf(await target.events(before), 'metadata_repaired')).toHaveLength(1);
  expect(pair.spare.stats.dirtySectors, 'the repair is durable').toBe(0);
  await target.remove();
}

describe('a damaged copy', () => {
  for (const copy of COPIES) {
    for (const what of UNITS) {
      it(`is repaired from the other one: ${what} of copy ${copy}`, async () => {
        const used = await usedPair();
        const unit = unitOf(used, copy, what);
        const whole = used.image.unit(unit);
        used.image.damage(unit);
        await expectRepaired(used);
        if (what === 'table unit') expect(used.image.unit(unit).equals(whole)).toBe(true);
        else expect(used.image.super(copy)).toMatchObject({ uuid: used.image.newestSuper().uuid, index: copy });
      });
    }
  }

  it('is repaired when its sectors cannot be read, and the next activation has nothing to repair', async () => {
    const used = await usedPair();
    const { pair } = used;
    const first = unitOf(used, 0, 'table unit') * UNIT_SECTORS;
    pair.spare.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first, count: UNIT_SECTORS }] });
    await expectRepaired(used);
    const last = used.image.state()?.lastEvent ?? 0;
    const target = await reopen(fixture, pair);
    expect(eventsOf(await target.events(last), 'metadata_repaired')).toEqual([]);
    await expectMappedData(target);
  });

  it('does no harm as long as each unit is whole somewhere', async () => {
    const used = await usedPair();
    used.image.damage(unitOf(used, 0, 'superblock'));
    used.image.damage(unitOf(used, 1, 'table unit'));
    await expectRepaired(used);
  });

  it.each(COPIES)('is recovered from a write that was torn in the middle, in copy %d', async (copy) => {
    const used = await usedPair();
    const { pair, image } = used;
    const unit = unitOf(used, copy, 'table unit');
    const other = unitOf(used, copy === 0 ? 1 : 0, 'table unit');
    const old = { unit: image.unit(unit), other: image.unit(other) };
    const target = await reopen(fixture, pair);
    await target.ask('remap', 7);
    await target.remove();
    const written = image.unit(unit);
    expect(written.equals(old.unit)).toBe(false);
    for (const halves of [
      [written, old.unit],
      [old.unit, written],
    ] as const) {
      // Copy A is torn before anything reached copy B; copy B only after copy A was whole.
      const torn = Buffer.concat([halves[0].subarray(0, 2048), halves[1].subarray(2048)]);
      image.writeUnit(unit, torn);
      image.writeUnit(other, copy === 0 ? old.other : written);
      const again = await reopen(fixture, pair);
      await expectMappedData(again);
      const blocks = (await again.remaps()).map(({ block }) => block);
      expect(blocks).toEqual(copy === 0 ? [5, 6] : [5, 6, 7]);
      expect(image.copiesAgree()).toBe(true);
      await again.remove();
    }
  });

  it.each(COPIES)('is brought up to date when it is older, copy %d', async (copy) => {
    const used = await usedPair();
    const { pair, image } = used;
    const unit = unitOf(used, copy, 'table unit');
    const old = image.unit(unit);
    let target = await reopen(fixture, pair);
    await target.ask('remap', 7);
    await target.remove();
    const newer = image.unit(unit);
    image.writeUnit(unit, old);
    target = await reopen(fixture, pair);
    expect((await target.remaps()).map(({ block }) => block)).toEqual([5, 6, 7]);
    expect(image.unit(unit).equals(newer)).toBe(true);
  });
});

describe('a copy that can be read only now and then', () => {
  it('does not have older entries written over what was loaded, nor served beside it', async () => {
    const used = await usedPair();
    const { pair, image } = used;
    const old = image.unit(unitOf(used, 1, 'table unit'));
    const at = unitOf(used, 0, 'table unit');
    let target = await reopen(fixture, pair);
    await target.ask('remap', 7);
    await target.remove();
    image.writeUnit(unitOf(used, 1, 'table unit'), old);
    const range = { first: at * UNIT_SECTORS, count: UNIT_SECTORS };
    // With its neighbours and alone, of which the kernel's SCSI layer tries each six times.
    const faults = { kind: 'medium', operations: ['read'], healOnWrite: false, failures: 12, ranges: [range] } as const;
    pair.spare.faults.add(faults);
    const said = await fixture.kernelLab.logged(async () => {
      expect(errnoOf(await fixture.target().tryCreate(tableLine(pair.table)))).toBe('EIO');
    });
    expect(said.join('\n')).toMatch(/table unit \d+ of spare \S+ changes between reads/);
    expect(pair.spare.faults.list()).toEqual([]);

    target = await reopen(fixture, pair);
    expect((await target.remaps()).map(({ block }) => block)).toEqual([5, 6, 7]);
    expect(image.copiesAgree()).toBe(true);
  });
});

describe('a spare that takes no writes any more', () => {
  it.each([
    ['superblock', 0],
    ['superblock', 1],
    ['table unit', 0],
    ['table unit', 1],
  ] as const)('is served from, also when the %s of copy %d is damaged', async (what, copy) => {
    const used = await usedPair();
    const { pair, image } = used;
    image.damage(unitOf(used, copy, what));
    const before = pair.spare.hash();
    pair.spare.faults.add({ kind: 'medium', operations: ['write'] });
    const target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'ro', spareUsed: 2, copiesGood: 0, copies: 2 });
    await expectMappedData(target);
    expect(errnoOf(await target.message('remap', 30))).toBe('EROFS');
    await target.remove();
    expect(pair.spare.hash()).toBe(before);
  });

  it('is refused when it may not be known the next time which copy is the newer one', async () => {
    const used = await usedPair();
    const { pair, image } = used;
    const old = image.unit(unitOf(used, 1, 'table unit'));
    let target = await reopen(fixture, pair);
    await target.ask('remap', 7);
    await target.remove();
    image.writeUnit(unitOf(used, 1, 'table unit'), old);
    pair.spare.faults.add({ kind: 'medium', operations: ['write'] });
    expect(errnoOf(await fixture.target().tryCreate(tableLine(pair.table)))).toBe('EIO');
    pair.spare.faults.clear();
    target = await reopen(fixture, pair);
    expect((await target.remaps()).map(({ block }) => block)).toEqual([5, 6, 7]);
  });
});

describe('no whole copy', () => {
  it.each(UNITS)('of a %s: refused with a reason, nothing written', async (what) => {
    const used = await usedPair();
    const { pair, image } = used;
    const whole = pair.spare.snapshot();
    for (const copy of COPIES) image.damage(unitOf(used, copy, what));
    const before = [pair.main.hash(), pair.spare.hash(), pair.main.stats.writes, pair.spare.stats.writes];
    for (const table of [pair.table, { ...pair.table, features: ['format', 'no_scan'] }]) {
      const target = fixture.target();
      let outcome: ExecOutcome | undefined;
      const log = await fixture.kernelLab.logged(async () => {
        outcome = await target.tryCreate(tableLine(table));
      });
      expect(outcome === undefined ? null : errnoOf(outcome)).not.toBeNull();
      const telling = /spare \S+ (?:has no valid metadata|is not blank)|unit \d+ of spare \S+ is damaged/;
      expect(
        log.filter((line) => telling.test(line)),
        log.join('\n'),
      ).toHaveLength(1);
      const { stdout } = await fixture.kernelLab.dmsetup(['ls']);
      expect(stdout).not.toContain(`${target.name}\t`);
    }
    expect([pair.main.hash(), pair.spare.hash(), pair.main.stats.writes, pair.spare.stats.writes]).toEqual(before);

    pair.spare.restore(whole);
    const target = await reopen(fixture, pair);
    await expectMappedData(target);
  });
});

/** Fails every write to the metadata of a copy. */
function failCopy({ pair, image }: Used, copy: 0 | 1): void {
  const { layout } = image;
  const range = { first: superUnit(layout, copy) * UNIT_SECTORS, count: layout.areaUnits * UNIT_SECTORS };
  pair.spare.faults.add({ kind: 'medium', operations: ['write'], ranges: [range] });
}

describe('a copy that cannot be written', () => {
  it.each(COPIES)('is told of, and everything goes on with the other, copy %d', async (copy) => {
    const used = await usedPair();
    const { pair, image } = used;
    const { io } = fixture.kernelLab;
    let target = await reopen(fixture, pair);
    const before = (await target.status()).lastEvent;
    failCopy(used, copy);
    failWrites(pair, 20);
    await succeed(io, write(target, 160, 8, 11));
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 3, copiesGood: 1, copies: 2 });
    expect(eventsOf(await target.events(before), 'metadata_failed')).toHaveLength(1);
    await target.ask('save');
    await target.remove();

    pair.spare.faults.clear();
    target = await reopen(fixture, pair);
    expect(await succeed(io, read(target, 160, 8))).toEqual(tags(11, 8));
    await expectMappedData(target);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 3, copiesGood: 2, copies: 2 });
    expect(image.copiesAgree()).toBe(true);
    // The table found another place at once; the superblock was mended by the activation.
    const repairs = eventsOf(await target.events(before), 'metadata_repaired').map(({ detail }) => detail);
    expect(repairs).toEqual([`moved:copy${copy}`, '1']);
  });
});

describe('no copy that can be written', () => {
  it('makes the target read-only for mappings: new ones fail, those there serve reads and writes', async () => {
    const used = await usedPair();
    const { pair, image } = used;
    const { io } = fixture.kernelLab;
    let target = await reopen(fixture, pair);
    const before = await target.status();
    failMetadata(pair, image);
    failWrites(pair, 20);

    const outcome = await io.one(write(target, 160, 8, 11));
    expect(outcome.error).toMatch(UNREADABLE);
    const status = await target.status();
    expect(status).toMatchObject({ mode: 'ro', spareUsed: 2, auto: before.auto, copiesGood: 0, copies: 2 });
    expect(eventsOf(await target.events(before.lastEvent), 'metadata_failed')).toHaveLength(2);
    expect(errnoOf(await target.message('remap', 30))).toBe('EROFS');
    expect(errnoOf(await target.message('save'))).toBe('EIO');

    // Reads and writes of what is mapped, and of healthy blocks, go on.
    await expectMappedData(target);
    await succeed(io, write(target, 40, 16, 12), { op: 'fsync', device: target.path }, write(target, 800, 8, 13));
    expect(await succeed(io, read(target, 40, 16))).toEqual(tags(12, 16));
    expect(await succeed(io, read(target, 800, 8))).toEqual(tags(13, 8));
    failWrites(pair, 21);
    expect((await io.one(write(target, 168, 8, 11))).error).toMatch(UNREADABLE);
    await target.remove();

    pair.spare.faults.clear();
    pair.main.faults.clear();
    target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', copiesGood: 2, copies: 2 });
    expect(await succeed(io, read(target, 40, 16))).toEqual(tags(12, 16));
    expect(image.copiesAgree()).toBe(true);
    // The write failed: what was there before or what was written, and nothing else.
    const [found] = await io.each([read(target, 160, 8)]);
    expect([...new Set(found?.tags)]).toSatisfy(
      (tag: number[]) => tag.length === 1 && [MAIN_TAG, 11].includes(tag[0] ?? 0),
    );
  });

  it('does not let a pending block pass for a good one', async () => {
    const used = await usedPair();
    const { io } = fixture.kernelLab;
    const target = await reopen(fixture, used.pair);
    used.pair.main.faults.add({ kind: 'medium', ranges: [{ first: 400, count: 8 }] });
    await failUnreadable(io, read(target, 400, 8));
    failMetadata(used.pair, used.image);
    await failUnreadable(io, write(target, 400, 8, 20), read(target, 400, 8));
    expect(await target.status()).toMatchObject({ mode: 'ro', pending: 1, spareUsed: 2 });
  });
});

describe('a feature of a newer version', () => {
  const FEATURES = { compat: 72, ro_compat: 80, incompat: 88 } as const;

  /** Sets a feature bit in both superblocks. */
  function setFeature(image: SpareImage, which: keyof typeof FEATURES): void {
    image.changeSuperblocks((bytes) => bytes.writeBigUInt64LE(1n << 40n, FEATURES[which]));
  }

  it.each(['ro_compat', 'incompat'] as const)('in %s keeps the spare from being used', async (which) => {
    const pair = await fixture.pair();
    await pair.target.ask('remap', 10);
    await pair.target.remove();
    setFeature(new SpareImage(pair.spare, 8), which);
    const before = pair.spare.hash();
    const log = await fixture.kernelLab.logged(async () => {
      expect(errnoOf(await fixture.target().tryCreate(tableLine(pair.table)))).toBe('EPROTONOSUPPORT');
    });
    expect(log.join('\n')).toContain('needs a newer version of the module');
    expect(pair.spare.hash()).toBe(before);
  });

  it('in compat is left as it is by those who do not know it', async () => {
    const pair = await fixture.pair();
    await pair.target.ask('remap', 10);
    await pair.target.remove();
    const image = new SpareImage(pair.spare, 8);
    setFeature(image, 'compat');
    // A superblock that must be written again.
    image.damage(superUnit(image.layout, 1));
    const target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1 });
    expect(image.super(1)).toBeDefined();
    for (const copy of COPIES) {
      expect(image.unit(superUnit(image.layout, copy)).readBigUInt64LE(FEATURES.compat)).toBe(1n << 40n);
    }
  });
});
