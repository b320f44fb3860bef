import { describe, expect, it } from 'vitest';

import type { Finding } from '../../app/cli/spare.ts';
import { SpareMaker } from '../../tests/cli/spare-maker.ts';
import { smallestSpare } from '../../tests/kernel/harness/spare-format.ts';
import { SpareImage, SpareImageError } from '../../tests/kernel/harness/spare-image.ts';
import { decodeSuperblock } from '../superblock.ts';
import { checkSpare, type Checked } from './check.ts';
import type { Entry } from './entries.ts';
import { movedOf } from './moved.ts';

async function check(maker: SpareMaker): Promise<Checked & { findings: Finding[]; entries: Entry[] }> {
  const findings: Finding[] = [];
  const entries: Entry[] = [];
  const checked = await checkSpare(
    maker.source,
    (finding) => findings.push(finding),
    (entry) => entries.push(entry),
  );
  return { ...checked, findings, entries };
}

/** The same bytes as the reader of the kernel tests sees them. */
function imageOf(maker: SpareMaker): SpareImage {
  const store = {
    bytes: maker.bytes.length,
    readSectors: ({ first, count }: { first: number; count: number }) =>
      maker.bytes.subarray(first * 512, (first + count) * 512),
    writeSectors: (first: number, data: Uint8Array) => {
      maker.bytes.set(data, first * 512);
    },
  };
  return new SpareImage(store, maker.layout.blockSectors);
}

/** The last unit before the second area, and the last of the spare. */
function highest(maker: SpareMaker): readonly [number, number] {
  return [maker.layout.copies[1] - 1, Math.floor(maker.layout.spareSectors / 8) - 1];
}

/** A spare with four mapped blocks in one unit of the table. */
function used(blockSectors = 8): { maker: SpareMaker; index: number } {
  const maker = new SpareMaker({ spareSectors: 65_536, blockSectors, tableReady: Infinity });
  const index = Math.ceil(maker.layout.spareBlocks / 84 / 3);
  for (let n = 0; n < 4; n += 1) maker.enter(maker.usableFrom(index * 84 + 10 * n), { block: 40 + n, mask: 1n });
  return { maker, index };
}

const blocksOf = (entries: readonly Entry[]): number[] =>
  entries.flatMap((entry) => (entry.state === 'mapped' ? [entry.block] : [])).sort((a, b) => a - b);

describe('units of the table that were moved', () => {
  const cases = [1, 8, 128].flatMap((blockSectors) =>
    ([[0], [1], [0, 1]] as const).map((copies) => ({ blockSectors, copies })),
  );

  it.each(cases)(
    'of copies $copies, blocks of $blockSectors sectors, are read there',
    async ({ blockSectors, copies }) => {
      const { maker, index } = used(blockSectors);
      for (const copy of copies) maker.move(copy, index, highest(maker)[copy]);
      const { verdict, findings, entries, summary, superblock, repairs } = await check(maker);
      expect({ verdict, blocks: blocksOf(entries) }).toEqual({ verdict: 'clean', blocks: [40, 41, 42, 43] });
      expect(findings).toEqual(
        copies.map((copy) => ({
          level: 'note',
          part: 'table',
          code: 'moved-unit',
          copy,
          unit: index,
          sector: highest(maker)[copy] * 8,
          spareBlock: null,
          sentence: `unit ${index} of the table, copy ${copy}, stands here, since its own place could not be written`,
        })),
      );
      const blocks = new Set(
        copies.flatMap((copy) =>
          Array.from({ length: 8 }, (_, sector) => Math.floor((highest(maker)[copy] * 8 + sector) / blockSectors)),
        ),
      );
      expect(summary?.usableBlocks).toBe(maker.layout.usable - blocks.size);
      expect(decodeSuperblock(maker.unit(0))).toMatchObject({ superblock: { usableBlocks: summary?.usableBlocks } });
      expect(superblock === null ? [] : movedOf(superblock.layout)).toEqual(maker.moved);
      expect(repairs).toMatchObject({ copies: [], writes: [] });

      const image = imageOf(maker);
      expect([image.moved(), image.copiesAgree()]).toEqual([maker.moved, true]);
      expect(image.mapped().map(({ block }) => block)).toEqual([40, 41, 42, 43]);
    },
  );

  it('share one block when it is large enough, which is taken off once', async () => {
    const { maker, index } = used(128);
    const [, last] = highest(maker);
    for (const [n, unit] of [index, index - 1, index + 1].entries()) maker.move(1, unit, last - n);
    const { findings, summary } = await check(maker);
    expect(findings.map(({ unit }) => unit)).toEqual([index - 1, index, index + 1]);
    expect(summary?.usableBlocks).toBe(maker.layout.usable - 1);
  });

  it('do not count at their own place, even when what is there is whole and newer', async () => {
    const { maker, index } = used();
    const own = maker.tableAt(1, index);
    const older = Buffer.from(maker.unit(own));
    maker.move(1, index, highest(maker)[1]);
    maker.enter(maker.usableFrom(index * 84), { block: 77 });
    maker.put(own, older);
    maker.change(own, (bytes) => bytes.writeBigUInt64LE(1_000_000n, 24));
    const { verdict, entries } = await check(maker);
    expect(verdict).toBe('clean');
    expect(blocksOf(entries)).toContain(77);
    expect(
      imageOf(maker)
        .mapped()
        .map(({ block }) => block),
    ).toContain(77);
    expect(imageOf(maker).copiesAgree()).toBe(true);
  });

  it('are mended where they stand, from the other copy where that stands', async () => {
    const { maker, index } = used();
    for (const copy of [0, 1] as const) maker.move(copy, index, highest(maker)[copy]);
    const sound = Buffer.from(maker.bytes);
    maker.rot(highest(maker)[0]);
    expect(imageOf(maker).copiesAgree()).toBe(false);
    const { verdict, findings, entries, repairs } = await check(maker);
    expect([verdict, blocksOf(entries)]).toEqual(['repairable', [40, 41, 42, 43]]);
    expect(findings).toContainEqual(
      expect.objectContaining({ level: 'damage', code: 'checksum', copy: 0, sector: highest(maker)[0] * 8 }),
    );
    expect(repairs.copies).toMatchObject([{ from: highest(maker)[1], to: highest(maker)[0] }]);
    for (const { from, to } of repairs.copies) maker.put(to, Buffer.from(maker.unit(from)));
    expect(maker.bytes.equals(sound)).toBe(true);
  });

  it('leave a place behind that nobody needs to read', async () => {
    const { maker, index } = used();
    const own = maker.tableAt(0, index);
    maker.move(0, index, highest(maker)[0]);
    maker.unreadable.add(own);
    const { verdict, repairs } = await check(maker);
    expect([verdict, [...repairs.left]]).toEqual(['clean', [own]]);
  });

  it('stay listed when the superblocks are written again', async () => {
    const { maker, index } = used();
    maker.move(0, index, highest(maker)[0]);
    maker.putSuper(1, (bytes) => {
      bytes.writeUInt32LE(1, 188);
      bytes.writeBigUInt64LE((1n << 56n) | BigInt(index), 256);
      bytes.writeBigUInt64LE(5n, 264);
    });
    maker.put(0, maker.unit(maker.superAt(1)));
    maker.change(0, (bytes) => bytes.writeBigUInt64LE(0n, 32));
    const { verdict, repairs } = await check(maker);
    expect([verdict, repairs.writes.length]).toEqual(['repairable', 2]);
    for (const { unit, bytes } of repairs.writes) maker.put(unit, bytes);
    expect((await check(maker)).findings).toMatchObject([{ code: 'moved-unit', copy: 0, unit: index }]);
  });

  it('take a block that an entry has in use: that cannot be', async () => {
    const { maker } = used();
    const [place] = highest(maker);
    maker.enter(place, { block: 3 });
    maker.move(0, 2, place);
    const { verdict, findings } = await check(maker);
    expect(verdict).toBe('unrepairable');
    expect(findings).toContainEqual(expect.objectContaining({ code: 'spare-block', spareBlock: place }));
    expect(() => imageOf(maker).mapped()).toThrow(SpareImageError);
  });
});

describe('a list of moved units', () => {
  /** Edits both superblocks behind a list of one moved unit. */
  const edited = (edit: (bytes: Buffer, maker: SpareMaker) => void): SpareMaker => {
    const { maker } = used();
    maker.move(0, 3, highest(maker)[0]);
    for (const copy of [0, 1] as const) maker.putSuper(copy, (bytes) => edit(bytes, maker));
    return maker;
  };
  const entry = (bytes: Buffer, at: number, copy: number, unit: number | bigint, place: number | bigint): void => {
    bytes.writeUInt32LE(Math.max(at + 1, bytes.readUInt32LE(1856)), 1856);
    bytes.writeBigUInt64LE((BigInt(copy) << 56n) | BigInt(unit), 1864 + at * 16);
    bytes.writeBigUInt64LE(BigInt(place), 1872 + at * 16);
  };

  const wrong: readonly (readonly [string, (bytes: Buffer, maker: SpareMaker) => void])[] = [
    ['without its feature', (bytes) => bytes.writeBigUInt64LE(0n, 88)],
    ['that is empty, with its feature', (bytes) => bytes.writeUInt32LE(0, 1856)],
    ['longer than there is room for', (bytes) => bytes.writeUInt32LE(101, 1856)],
    ['of a copy that there is not', (bytes, maker) => entry(bytes, 0, 2, 3, highest(maker)[0])],
    ['of a unit that there is not', (bytes, maker) => entry(bytes, 0, 0, maker.layout.tableUnits, highest(maker)[0])],
    ['of a unit beyond all numbers', (bytes, maker) => entry(bytes, 0, 1, (1n << 56n) - 1n, highest(maker)[0])],
    ['with a unit twice', (bytes, maker) => entry(bytes, 1, 0, 3, highest(maker)[1])],
    ['with a place twice', (bytes, maker) => entry(bytes, 1, 1, 4, highest(maker)[0])],
    ['with a place in the first area', (bytes, maker) => entry(bytes, 0, 0, 3, maker.stateAt(0, 4))],
    [
      'with the last unit of an area',
      (bytes, maker) => entry(bytes, 0, 0, 3, maker.tableAt(1, maker.layout.tableUnits - 1)),
    ],
    ['with the place of a witness', (bytes, maker) => entry(bytes, 0, 0, 3, maker.layout.places[3] ?? 0)],
    ['with the place of a superblock', (bytes) => entry(bytes, 0, 0, 3, 0)],
    ['with a place beyond the end', (bytes, maker) => entry(bytes, 0, 0, 3, highest(maker)[1] + 1)],
    ['with a place beyond all numbers', (bytes) => entry(bytes, 0, 0, 3, (1n << 64n) - 1n)],
  ];

  it.each(wrong)('%s is refused, and the spare with it', async (_what, edit) => {
    const maker = edited(edit);
    const { verdict, findings, superblock } = await check(maker);
    expect([verdict, superblock]).toEqual(['unrepairable', null]);
    expect(findings[0]).toMatchObject({ level: 'fatal', part: 'superblock', code: 'numbers' });
    expect(findings[0]?.sentence).toContain(' moved ');
    expect(decodeSuperblock(maker.unit(0))).toEqual({ kind: 'damaged' });
    expect(() => imageOf(maker).moved()).toThrow(SpareImageError);
  });

  it('may be full, and in any order', async () => {
    const { maker } = used();
    const last = highest(maker)[1];
    for (let n = 0; n < 50; n += 1) {
      maker.moved.push({ copy: 1, unit: 60 - n, place: last - n }, { copy: 0, unit: n, place: last - 50 - n });
    }
    for (const { copy, unit, place } of maker.moved) {
      const own = maker.layout.copies[copy] + 1 + maker.layout.stateUnits + unit;
      maker.put(place, Buffer.from(maker.unit(own)));
      maker.unit(own).fill(0);
    }
    for (const copy of [0, 1] as const) maker.putSuper(copy);
    const { verdict, findings, entries, summary } = await check(maker);
    expect([verdict, findings.length, blocksOf(entries)]).toEqual(['clean', 100, [40, 41, 42, 43]]);
    expect(summary?.usableBlocks).toBe(maker.layout.usable - 100);
    expect(imageOf(maker).moved()).toEqual(maker.moved);
    expect(imageOf(maker).copiesAgree()).toBe(true);
  });

  it.each([2n, 3n, 1n << 63n])('does not make other features known: 0x%s', async (features) => {
    const maker = edited((bytes) => bytes.writeBigUInt64LE(features, 88));
    const { verdict, findings } = await check(maker);
    expect(verdict).toBe('unrepairable');
    expect(findings[0]).toMatchObject({ level: 'fatal', code: 'newer' });
    expect(() => imageOf(maker).moved()).toThrow(SpareImageError);
  });

  it('may name the last whole unit of a spare that no block reaches', async () => {
    const maker = new SpareMaker({ spareSectors: 65_536 + 96, blockSectors: 128, tableReady: Infinity });
    maker.move(1, 3, highest(maker)[1]);
    expect(await check(maker)).toMatchObject({ verdict: 'clean', summary: { usableBlocks: maker.layout.usable } });
  });

  it('does not make a spare too small that was just large enough', async () => {
    const maker = new SpareMaker({ spareSectors: smallestSpare(8) });
    maker.move(0, 1, maker.usableFrom(maker.layout.copies[0] + maker.layout.areaUnits));
    expect(await check(maker)).toMatchObject({
      verdict: 'clean',
      summary: { usableBlocks: maker.layout.usable - 1, tableUnits: maker.layout.tableUnits },
    });
  });
});
