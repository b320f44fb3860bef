import { describe, expect, it } from 'vitest';

import type { Finding } from '../../app/cli/spare.ts';
import { SpareMaker, UUID } from '../../tests/cli/spare-maker.ts';
import { checkSpare, type Checked } from './check.ts';
import type { Entry } from './entries.ts';

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

/** Writes the repairs into the image, as repair does to a device. */
function mend(maker: SpareMaker, { repairs }: Checked): void {
  for (const { from, to } of repairs.copies) {
    maker.put(to, Buffer.from(maker.unit(from)));
    maker.unreadable.delete(to);
  }
  for (const { unit, bytes } of repairs.writes) {
    maker.put(unit, bytes);
    maker.unreadable.delete(unit);
  }
}

/** A spare with three mapped blocks, one bad one and a save. */
function used(): { maker: SpareMaker; spareBlock: number; index: number } {
  const maker = new SpareMaker();
  const spareBlock = maker.usableFrom(100);
  const index = maker.enter(spareBlock, { block: 7 });
  maker.enter(maker.usableFrom(spareBlock + 1), { block: 8192, mask: 0x81n, lost: 1n, cause: 2 });
  maker.enter(maker.usableFrom(spareBlock + 2), { block: 0, mask: 0n, cause: 3 });
  maker.enter(maker.usableFrom(spareBlock + 3), { state: 2 });
  maker.save(0);
  return { maker, spareBlock, index };
}

describe('a sound spare', () => {
  it('is clean, and everything on it is read', async () => {
    const { maker, spareBlock } = used();
    const { verdict, findings, entries, summary, state, repairs } = await check(maker);
    expect({ verdict, findings, repairs }).toEqual({
      verdict: 'clean',
      findings: [],
      repairs: { copies: [], writes: [], left: new Set() },
    });
    expect(entries).toEqual([
      { spareBlock, state: 'mapped', block: 7, mask: 0xffn, lost: 0n, seconds: 1_700_000_000, cause: 'auto' },
      expect.objectContaining({ block: 8192, mask: 0x81n, lost: 1n, cause: 'manual' }),
      expect.objectContaining({ block: 0, mask: 0n, cause: 'proactive' }),
      expect.objectContaining({ state: 'bad' }),
    ]);
    expect(summary).toMatchObject({
      uuid: UUID,
      mainId: 'naa.5000c500a1b2c3d4',
      mappedBlocks: 3,
      badBlocks: 1,
      usableBlocks: maker.layout.usable,
    });
    expect(state).toMatchObject({
      clean: true,
      lastEvent: 2,
      counters: { autoRemaps: 5 },
      events: [
        { number: 1, type: 'remap', block: 77, spareBlock: null, detail: 'auto' },
        { number: 2, type: 'activate', block: null, detail: null },
      ],
      pending: [{ block: 99, seconds: 1_700_000_000 }],
      marginal: [{ block: 98, softErrors: 2, slowReads: 1 }],
    });
  });

  it.each([1, 2, 16, 64, 128])(
    'is clean with blocks of %d sectors, with every sector resident',
    async (blockSectors) => {
      const maker = new SpareMaker({ spareSectors: 65_536, blockSectors, tableReady: Infinity });
      maker.enter(maker.usableFrom(maker.layout.spareBlocks / 4), {
        block: 1,
        mask: (1n << BigInt(blockSectors)) - 1n,
      });
      expect(await check(maker)).toMatchObject({ verdict: 'clean', summary: { mappedBlocks: 1 } });
    },
  );

  it('on a disk that is larger than when it was formatted is clean', async () => {
    const maker = new SpareMaker();
    const larger = new SpareMaker({ spareSectors: 8192 });
    larger.bytes.fill(0);
    larger.bytes.set(maker.bytes);
    expect(await check(larger)).toMatchObject({ verdict: 'clean', findings: [] });
  });
});

describe('damage of one copy', () => {
  const kinds: readonly (readonly [string, (maker: SpareMaker, unit: number) => void])[] = [
    ['checksum', (maker, unit) => maker.rot(unit)],
    ['blank', (maker, unit) => maker.unit(unit).fill(0)],
    ['magic', (maker, unit) => maker.unit(unit).fill(0xee)],
    ['unreadable', (maker, unit) => void maker.unreadable.add(unit)],
  ];
  const units = ['superblock', 'table'] as const;
  const cases = kinds.flatMap(([code, plant]) =>
    units.flatMap((part) => ([0, 1] as const).map((copy) => ({ code, plant, part, copy }))),
  );

  it.each(cases)(
    '$code of the $part, copy $copy: found where it is, and mended',
    async ({ code, plant, part, copy }) => {
      const { maker, index } = used();
      const sound = Buffer.from(maker.bytes);
      const at = part === 'superblock' ? maker.superAt(copy) : maker.tableAt(copy, index);
      plant(maker, at);
      const checked = await check(maker);
      expect(checked.verdict).toBe('repairable');
      expect(checked.findings).toMatchObject([{ level: 'damage', part, code, copy, sector: at * 8 }]);
      mend(maker, checked);
      expect(maker.bytes.equals(sound)).toBe(true);
      expect((await check(maker)).verdict).toBe('clean');
    },
  );

  it('a unit of another pair, and one of another place, are not taken for it', async () => {
    const { maker, index } = used();
    maker.change(maker.tableAt(0, index), (bytes) => bytes.fill(0xab, 8, 24));
    maker.put(maker.tableAt(1, 0), Buffer.from(maker.unit(maker.tableAt(1, index))));
    const { verdict, findings } = await check(maker);
    expect(verdict).toBe('repairable');
    expect(findings).toMatchObject([
      { code: 'index', copy: 1, unit: 0, sector: maker.tableAt(1, 0) * 8 },
      { code: 'uuid', copy: 0, unit: index },
    ]);
  });

  it('an older copy of table or superblock is brought up to date from the newer', async () => {
    const { maker, spareBlock, index } = used();
    maker.enter(spareBlock, { block: 5000 }, [1]);
    maker.sequence += 1n;
    maker.putSuper(0);
    const checked = await check(maker);
    expect(checked.findings).toMatchObject([
      { level: 'damage', part: 'superblock', code: 'stale', copy: 1 },
      { level: 'damage', part: 'table', code: 'stale', copy: 0, unit: index, sector: maker.tableAt(0, index) * 8 },
    ]);
    expect(checked.entries[0]).toMatchObject({ block: 5000 });
    mend(maker, checked);
    expect(await check(maker)).toMatchObject({ verdict: 'clean' });
  });

  it('of everything, each unit somewhere else, is mended', async () => {
    const { maker } = used();
    const sound = Buffer.from(maker.bytes);
    for (let index = 0; index < 6; index += 1) maker.rot(maker.tableAt(index % 2 === 0 ? 0 : 1, index));
    maker.rot(maker.superAt(1));
    const checked = await check(maker);
    expect(checked.findings).toHaveLength(7);
    mend(maker, checked);
    expect(maker.bytes.equals(sound)).toBe(true);
  });
});

/** Lists, in both superblocks, writes that a copy missed. */
function list(maker: SpareMaker, missed: readonly { copy: number; unit: number | 'every'; sequence: bigint }[]): void {
  for (const copy of [0, 1] as const) maker.putSuper(copy, (bytes) => writeMissed(bytes, missed));
}

function writeMissed(
  bytes: Buffer,
  missed: readonly { copy: number; unit: number | 'every'; sequence: bigint }[],
): void {
  bytes.writeUInt32LE(missed.length, 188);
  for (const [index, { copy, unit, sequence }] of missed.entries()) {
    bytes.writeUIntLE(unit === 'every' ? 2 ** 48 - 1 : unit, 256 + index * 16, 6);
    bytes.writeUInt8(unit === 'every' ? 255 : 0, 262 + index * 16);
    bytes.writeUInt8(copy, 263 + index * 16);
    bytes.writeBigUInt64LE(sequence, 264 + index * 16);
  }
}

describe('a copy that missed a write', () => {
  it('does not count, and is mended from the other one, after which nothing is listed', async () => {
    const { maker, spareBlock, index } = used();
    maker.enter(spareBlock, { block: 5000 }, [1]);
    list(maker, [{ copy: 0, unit: index, sequence: maker.sequence + 1_048_576n }]);
    const checked = await check(maker);
    expect(checked.findings).toMatchObject([
      { level: 'damage', part: 'superblock', code: 'missed', copy: 0 },
      { level: 'damage', part: 'table', code: 'missed', copy: 0, unit: index, sector: maker.tableAt(0, index) * 8 },
    ]);
    expect(checked.entries[0]).toMatchObject({ block: 5000 });
    const { sequence } = checked.superblock?.header ?? { sequence: 0n };
    mend(maker, checked);
    const mended = await check(maker);
    expect(mended).toMatchObject({ verdict: 'clean', superblock: { missed: [] } });
    // A superblock that could not be read may have the next one.
    expect(mended.superblock?.header.sequence).toBeGreaterThan(sequence + 1000n);
    expect(maker.unit(maker.tableAt(0, index)).equals(maker.unit(maker.tableAt(1, index)))).toBe(true);
  });

  it('is never used when the other copy is damaged, since its entries are old', async () => {
    const { maker, spareBlock, index } = used();
    maker.enter(spareBlock, { block: 5000 }, [1]);
    list(maker, [{ copy: 0, unit: 'every', sequence: maker.sequence + 1n }]);
    maker.rot(maker.tableAt(1, index));
    const { verdict, findings, entries } = await check(maker);
    expect(verdict).toBe('unrepairable');
    expect(findings).toContainEqual(
      expect.objectContaining({ level: 'fatal', part: 'table', code: 'lost', unit: index }),
    );
    expect(entries).toEqual([]);
  });

  it('counts again when its unit has the listed sequence', async () => {
    const { maker, index } = used();
    maker.rot(maker.tableAt(0, index));
    const unit = maker.unit(maker.tableAt(1, index));
    list(maker, [{ copy: 1, unit: index, sequence: unit.readBigUInt64LE(24) }]);
    expect((await check(maker)).entries).toHaveLength(4);
  });

  it('is told of by a further superblock when both copies of it are damaged', async () => {
    const { maker, spareBlock, index } = used();
    const place = maker.layout.copies[1] + maker.layout.copies[1] / 2;
    maker.enter(spareBlock, { block: 5000 }, [1]);
    maker.putSuper(0, (bytes) => {
      writeMissed(bytes, [{ copy: 0, unit: index, sequence: maker.sequence + 1n }]);
      bytes.writeBigUInt64LE(14n, 32);
    });
    maker.put(place, maker.unit(maker.superAt(0)));
    maker.rot(maker.superAt(0));
    maker.rot(maker.superAt(1));
    const checked = await check(maker);
    expect(checked.verdict).toBe('repairable');
    expect(checked.entries[0]).toMatchObject({ block: 5000 });
    mend(maker, checked);
    expect(await check(maker)).toMatchObject({ verdict: 'clean', findings: [] });
    expect(maker.unit(place).readBigUInt64LE(32)).toBe(14n);
  });

  it.each([
    ['more entries than there is room for', (bytes: Buffer) => bytes.writeUInt32LE(101, 188)],
    ['a copy that there is not', (bytes: Buffer) => writeMissed(bytes, [{ copy: 2, unit: 0, sequence: 1n }])],
    ['a unit that there is not', (bytes: Buffer) => writeMissed(bytes, [{ copy: 0, unit: 9999, sequence: 1n }])],
  ])('is not listed with %s', async (_what, edit) => {
    const { maker } = used();
    for (const copy of [0, 1] as const) maker.putSuper(copy, edit);
    const { verdict, findings } = await check(maker);
    expect(verdict).toBe('unrepairable');
    expect(findings).toContainEqual(expect.objectContaining({ level: 'fatal', part: 'superblock', code: 'numbers' }));
  });
});

describe('what no copy proves', () => {
  it('a unit that is whole in no copy is told with both places and is not mended', async () => {
    const { maker, index } = used();
    maker.rot(maker.tableAt(0, index));
    maker.unreadable.add(maker.tableAt(1, index));
    const { verdict, findings, repairs } = await check(maker);
    expect(verdict).toBe('unrepairable');
    expect(findings).toMatchObject([
      { code: 'checksum', copy: 0, sector: maker.tableAt(0, index) * 8 },
      { code: 'unreadable', copy: 1, sector: maker.tableAt(1, index) * 8 },
      { level: 'fatal', code: 'lost', unit: index },
    ]);
    expect(repairs.copies).toEqual([]);
  });

  it('two whole copies of the same age that differ are never accepted', async () => {
    const { maker, spareBlock, index } = used();
    maker.change(maker.tableAt(1, index), (bytes) => bytes.writeUInt8(9, 64 + (spareBlock % 84) * 48));
    const { verdict, findings, entries, repairs } = await check(maker);
    expect(verdict).toBe('unrepairable');
    expect(findings).toMatchObject([{ level: 'fatal', code: 'contradiction', unit: index }]);
    expect([entries, repairs.copies]).toEqual([[], []]);
  });

  it('two superblocks of the same age that differ, of two pairs, or at a wrong place are never accepted', async () => {
    const differing = used().maker;
    differing.putSuper(1, (bytes) => bytes.writeBigUInt64LE(1n, 128));
    differing.putSuper(0);
    expect(await check(differing)).toMatchObject({ verdict: 'unrepairable', findings: [{ code: 'contradiction' }] });

    const two = used().maker;
    two.change(two.superAt(1), (bytes) => bytes.fill(0xcd, 8, 24));
    expect(await check(two)).toMatchObject({ verdict: 'unrepairable', findings: [{ code: 'uuid' }] });

    const misplaced = used().maker;
    misplaced.put(misplaced.layout.places[2] ?? 0, Buffer.from(misplaced.unit(0)));
    expect(await check(misplaced)).toMatchObject({ verdict: 'unrepairable', findings: [{ code: 'misplaced' }] });
  });

  it.each([
    ['main_sectors', 96, 0n],
    ['table_ready', 128, 4_000_000n],
    ['place[1]', 160, 3n],
    ['spare_blocks', 112, 1n],
  ] as const)(
    'a newer superblock with a %s that cannot be keeps the older one from being used',
    async (field, at, value) => {
      const { maker } = used();
      maker.sequence += 1n;
      maker.putSuper(1, (bytes) => bytes.writeBigUInt64LE(value, at));
      const { verdict, findings } = await check(maker);
      expect(verdict).toBe('unrepairable');
      expect(findings).toMatchObject([{ level: 'fatal', code: 'numbers', sector: maker.superAt(1) * 8 }]);
      expect(findings[0]?.sentence).toContain(field);
    },
  );

  it('a superblock of a newer version, or none, is told', async () => {
    const newer = used().maker;
    for (const copy of [0, 1] as const) newer.putSuper(copy, (bytes) => bytes.writeBigUInt64LE(2n, 88));
    expect(await check(newer)).toMatchObject({
      verdict: 'unrepairable',
      findings: [{ code: 'newer' }, { code: 'newer' }, {}],
    });
    const blank = new SpareMaker();
    blank.bytes.fill(0);
    expect(await check(blank)).toMatchObject({ verdict: 'unrepairable', findings: [{ code: 'no-superblock' }] });
    const rotten = used().maker;
    for (const copy of [0, 1] as const) rotten.rot(rotten.superAt(copy));
    expect((await check(rotten)).findings.map(({ code }) => code)).toEqual(['checksum', 'checksum', 'no-superblock']);
  });

  it('an image whose end is missing is told', async () => {
    const { maker } = used();
    const source = { ...maker.source, sizeSectors: 4088 };
    const findings: Finding[] = [];
    const { verdict } = await checkSpare(source, (finding) => findings.push(finding));
    expect(verdict).toBe('unrepairable');
    expect(findings).toMatchObject([{ code: 'truncated' }]);
  });

  it.each([
    ['state', { state: 3 }],
    ['cause', { cause: 4 }],
    ['cause', { cause: 0 }],
    ['main-block', { block: 8193 }],
    ['mask', { mask: 0x100n }],
    ['mask', { mask: 1n << 127n }],
    ['lost-mask', { mask: 1n, lost: 2n }],
  ] as const)('an entry with a wrong %s is told', async (code, entry) => {
    const maker = new SpareMaker();
    const spareBlock = maker.usableFrom(200);
    const unit = maker.enter(spareBlock, entry);
    const { verdict, findings } = await check(maker);
    expect(verdict).toBe('unrepairable');
    expect(findings).toMatchObject([{ code, spareBlock, unit, sector: maker.tableAt(0, unit) * 8 }]);
  });

  it.each([
    ['metadata', (maker: SpareMaker) => maker.superAt(1)],
    ['a place of a superblock', (maker: SpareMaker) => maker.layout.places[7] ?? 0],
    ['nothing: it is beyond the end', (maker: SpareMaker) => maker.layout.spareBlocks],
  ])('an entry of a spare block that is %s is told', async (_what, blockOf) => {
    const maker = new SpareMaker({ tableReady: Infinity });
    const spareBlock = blockOf(maker);
    maker.enter(spareBlock, { block: 3 });
    expect(await check(maker)).toMatchObject({
      verdict: 'unrepairable',
      findings: [{ code: 'spare-block', spareBlock }],
    });
  });
});

describe('a main block that is mapped twice', () => {
  it('by units of the same age is never accepted', async () => {
    const maker = new SpareMaker();
    const first = maker.usableFrom(84 * 2);
    maker.enter(first, { block: 42 });
    maker.enter(maker.usableFrom(first + 1), { block: 42 });
    const { verdict, findings } = await check(maker);
    expect(verdict).toBe('unrepairable');
    expect(findings.map(({ code, spareBlock }) => [code, spareBlock])).toEqual([
      ['duplicate', first],
      ['duplicate', maker.usableFrom(first + 1)],
    ]);
  });

  it('by units of different age was moved: the newer holds, the older counts as bad', async () => {
    const maker = new SpareMaker();
    const first = maker.usableFrom(84 * 2);
    maker.enter(first, { block: 42 });
    maker.enter(maker.usableFrom(84 * 4), { block: 42 });
    const { verdict, findings, superseded, summary } = await check(maker);
    expect(verdict).toBe('clean');
    expect(findings).toMatchObject([{ level: 'note', code: 'moved', spareBlock: first }]);
    expect([...superseded]).toEqual([first]);
    expect(summary).toMatchObject({ mappedBlocks: 1, badBlocks: 1 });
  });
});

describe('saved counters and events', () => {
  it('that are damaged lose no mapping, are told, and are mended as empty', async () => {
    const { maker } = used();
    maker.rot(maker.stateAt(0, 1));
    const checked = await check(maker);
    expect(checked).toMatchObject({ verdict: 'repairable', state: { events: [], pending: [{ block: 99 }] } });
    expect(checked.findings).toMatchObject([{ part: 'state', code: 'checksum', sector: maker.stateAt(0, 1) * 8 }]);
    mend(maker, checked);
    expect(await check(maker)).toMatchObject({ verdict: 'clean', state: { lastEvent: 2, events: [] } });
  });

  it('are known by their kind', async () => {
    const { maker } = used();
    maker.change(maker.stateAt(0, 3), (bytes) => bytes.writeUInt32LE(4, 44));
    const checked = await check(maker);
    expect(checked).toMatchObject({ verdict: 'repairable', state: { marginal: [] } });
    expect(checked.findings).toMatchObject([{ part: 'state', code: 'kind', sector: maker.stateAt(0, 3) * 8 }]);
  });

  it('of a save that a power cut ended are not taken, and that is no damage', async () => {
    const { maker } = used();
    maker.save(1);
    maker.rot(maker.stateAt(1, 0));
    maker.rot(maker.stateAt(1, 2));
    expect(await check(maker)).toMatchObject({ verdict: 'clean', findings: [], state: { slot: 0 } });
  });

  it('of an older save do not pass for those of the newest', async () => {
    const { maker } = used();
    maker.change(maker.stateAt(0, 1), (bytes) => bytes.writeBigUInt64LE(1n, 24));
    const { findings, state } = await check(maker);
    expect(findings).toMatchObject([{ level: 'damage', part: 'state', code: 'sequence', unit: 1 }]);
    expect(state?.events).toEqual([]);
  });

  it('of two saves are those of the newer', async () => {
    const { maker } = used();
    maker.save(1);
    expect(await check(maker)).toMatchObject({ verdict: 'clean', state: { slot: 1 } });
  });
});

describe('features', () => {
  it('that may be ignored are a note; those that a writer must know are one too', async () => {
    const maker = new SpareMaker();
    for (const copy of [0, 1] as const) {
      maker.putSuper(copy, (bytes) => {
        bytes.writeBigUInt64LE(1n, 72);
        bytes.writeBigUInt64LE(1n, 80);
      });
    }
    const { verdict, findings, superblock } = await check(maker);
    expect([verdict, findings.map(({ level }) => level), superblock?.roCompat]).toEqual([
      'clean',
      ['note', 'note'],
      1n,
    ]);
  });
});
