import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { checkOutputSchema, dumpOutputSchema, repairOutputSchema } from '../../app/cli/spare.ts';
import { SpareMaker } from '../../tests/cli/spare-maker.ts';
import { Mutations } from '../mutations.ts';
import { SpareFile } from '../spare/source.ts';
import { run } from './run.ts';
import { Terminal } from './terminal.ts';

let folder = '';
let maker = new SpareMaker();
const image = (): string => join(folder, 'spare.img');
const save = (): Promise<void> => writeFile(image(), maker.bytes);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offline-'));
  maker = new SpareMaker();
  const spareBlock = maker.usableFrom(100);
  maker.enter(spareBlock, { block: 7 });
  maker.enter(maker.usableFrom(spareBlock + 1), { state: 2 });
  maker.enter(maker.usableFrom(84 * 4), { block: 5, mask: 3n, lost: 2n, cause: 2 });
  maker.bytes.fill(0x77, spareBlock * 4096, (spareBlock + 1) * 4096);
  maker.save(1);
  await save();
});
afterEach(() => {
  vi.restoreAllMocks();
  return rm(folder, { recursive: true });
});

async function ran(...argv: string[]): Promise<{ status: number; said: string; noted: string }> {
  const streams = { input: new PassThrough(), output: new PassThrough(), error: new PassThrough() };
  const terminal = new Terminal({ ...streams, environment: {} });
  const status = await run(argv, terminal, new Mutations(), new AbortController().signal);
  const textOf = (stream: PassThrough): string => String(stream.read() ?? '');
  return { status, said: textOf(streams.output), noted: textOf(streams.error) };
}

describe('check', () => {
  it('exits 0, 1 and 2, and tells copy, sector and reason', async () => {
    expect(await ran('check', image())).toMatchObject({
      status: 0,
      said: expect.stringContaining(': clean;') as string,
    });
    const at = maker.tableAt(1, 1);
    maker.rot(at);
    await save();
    const damaged = await ran('check', image());
    expect(damaged.status).toBe(1);
    expect(damaged.said).toContain(`damage: sector ${at * 8}: unit 1 of the table, copy 1, has a wrong checksum\n`);
    const json = await ran('check', image(), '--json');
    expect(json.status).toBe(1);
    expect(checkOutputSchema.parse(JSON.parse(json.said))).toMatchObject({
      verdict: 'repairable',
      findings: [{ part: 'table', copy: 1, unit: 1, sector: at * 8, code: 'checksum' }],
    });
    maker.rot(maker.tableAt(0, 1));
    await save();
    expect(await ran('check', image())).toMatchObject({
      status: 2,
      said: expect.stringContaining('fatal: ') as string,
    });
  });

  it.each([
    ['is not there', '/nowhere/at/all', /There is no/],
    ['is a folder', '/', /neither a block device nor an image/],
    ['is a character device', '/dev/null', /neither a block device nor an image/],
  ])('exits 2 for what %s', async (_what, path, sentence) => {
    const { status, noted } = await ran('check', path);
    expect(status).toBe(2);
    expect(noted).toMatch(sentence);
  });

  it('exits 2 for files that are no spare, however small', async () => {
    for (const bytes of [0, 1, 511, 4096, 40_960, 1_000_000]) {
      await writeFile(image(), Buffer.alloc(bytes, 0xa5));
      expect(await ran('check', image())).toMatchObject({ status: 2 });
    }
  });
});

describe('dump', () => {
  it('prints what holds', async () => {
    const { status, said } = await ran('dump', image(), '--json');
    expect(status).toBe(0);
    const spareBlock = maker.usableFrom(100);
    expect(dumpOutputSchema.parse(JSON.parse(said))).toMatchObject({
      complete: true,
      state: { slot: 1, lastEvent: 2, pending: [{ block: 99 }] },
      entries: [
        { spareBlock, state: 'mapped', block: 7, residency: 'ff', lost: '0', cause: 'auto' },
        { spareBlock: spareBlock + 1, state: 'bad' },
        { state: 'mapped', block: 5, residency: '3', lost: '2', cause: 'manual' },
      ],
    });
    expect((await ran('dump', image())).said).toContain(
      `\nmapped ${spareBlock} block 7 residency ff lost 0 auto 2023-`,
    );
  });

  it('lists the units of the table that were moved, which check notes', async () => {
    maker.move(1, 4, maker.usableFrom(400));
    await save();
    const sector = maker.tableAt(1, 4) * 8;
    const { status, said } = await ran('dump', image(), '--json');
    expect(status).toBe(0);
    expect(dumpOutputSchema.parse(JSON.parse(said))).toMatchObject({ moved: [{ copy: 1, unit: 4, sector }] });
    expect((await ran('dump', image())).said).toContain(`\nmoved copy 1 unit 4 sector ${sector}\n`);
    const checked = await ran('check', image());
    expect(checked.status).toBe(0);
    expect(checked.said).toContain(`note: sector ${sector}: unit 4 of the table, copy 1, stands here`);
  });

  it('exits 1 when a part is lost, and prints the rest', async () => {
    for (const copy of [0, 1] as const) maker.rot(maker.tableAt(copy, 1));
    await save();
    const { status, said, noted } = await ran('dump', image(), '--json');
    expect(status).toBe(1);
    expect(dumpOutputSchema.parse(JSON.parse(said))).toMatchObject({ complete: false, entries: [{ block: 5 }] });
    expect(noted).toContain('whole in no copy');
  });

  it('without a superblock exits 1 and prints nothing', async () => {
    maker.bytes.fill(0);
    await save();
    expect(await ran('dump', image())).toMatchObject({ status: 1, said: '' });
  });
});

describe('repair', () => {
  const damage = async (): Promise<Buffer> => {
    const sound = Buffer.from(maker.bytes);
    maker.rot(maker.tableAt(1, 1));
    maker.unit(maker.superAt(0)).fill(0);
    await save();
    return sound;
  };

  it('only says what it would write unless it is told to', async () => {
    await damage();
    const { status, said } = await ran('repair', image(), '--json');
    expect(status).toBe(1);
    expect(repairOutputSchema.parse(JSON.parse(said))).toMatchObject({
      written: false,
      writes: [{ sector: maker.tableAt(1, 1) * 8, sectors: 8 }, { sector: 0 }],
    });
    expect((await readFile(image())).equals(maker.bytes)).toBe(true);
  });

  it('with --yes writes just what the other copy proves', async () => {
    const sound = await damage();
    expect(await ran('repair', image(), '--yes')).toMatchObject({ status: 0 });
    expect((await readFile(image())).equals(sound)).toBe(true);
    expect(await ran('repair', image(), '--yes')).toMatchObject({ status: 0 });
  });

  it('with --output writes a whole image and leaves the spare', async () => {
    const sound = await damage();
    const output = join(folder, 'repaired.img');
    expect(await ran('repair', image(), '--output', output)).toMatchObject({ status: 0 });
    expect((await readFile(output)).equals(sound)).toBe(true);
    expect((await readFile(image())).equals(maker.bytes)).toBe(true);
    expect((await stat(output)).mode & 0o777).toBe(0o600);
    const again = await ran('repair', image(), '--output', output);
    expect(again).toMatchObject({ status: 2, noted: expect.stringContaining('exists already') as string });
    expect((await readFile(output)).equals(sound)).toBe(true);
  });

  it('writes an image although the place that a unit of the table has left cannot be read', async () => {
    const own = maker.tableAt(1, 4);
    maker.move(1, 4, maker.usableFrom(400));
    maker.unit(own).fill(0);
    await save();
    const output = join(folder, 'repaired.img');
    vi.spyOn(SpareFile.prototype, 'readBytes').mockImplementation((offset, length) => {
      const isBad = offset < (own + 1) * 4096 && own * 4096 < offset + length;
      const piece = Uint8Array.from(maker.bytes.subarray(offset, offset + length));
      return Promise.resolve(isBad || piece.length < length ? null : piece);
    });
    expect(await ran('repair', image(), '--output', output)).toMatchObject({ status: 0 });
    expect((await readFile(output)).equals(maker.bytes)).toBe(true);
  });

  it('writes nothing when anything is beyond repair', async () => {
    await damage();
    maker.rot(maker.tableAt(0, 1));
    await save();
    const output = join(folder, 'repaired.img');
    expect(await ran('repair', image(), '--yes')).toMatchObject({ status: 2 });
    expect(await ran('repair', image(), '--output', output)).toMatchObject({ status: 2 });
    expect((await readFile(image())).equals(maker.bytes)).toBe(true);
    await expect(stat(output)).rejects.toThrow('ENOENT');
  });

  it('writes nothing to a spare with features that a writer must know', async () => {
    for (const copy of [0, 1] as const) maker.putSuper(copy, (bytes) => bytes.writeBigUInt64LE(1n, 80));
    maker.rot(maker.tableAt(1, 1));
    await save();
    expect(await ran('repair', image(), '--yes')).toMatchObject({ status: 2 });
    expect((await readFile(image())).equals(maker.bytes)).toBe(true);
  });
});
