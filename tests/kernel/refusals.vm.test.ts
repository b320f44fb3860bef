import { describe, expect, it } from 'vitest';
import type { ExecOutcome, LabDisk } from '../../lab/index.ts';
import {
  errnoOf,
  fillDisk,
  resetToBlank,
  tableLine,
  useKernelLab,
  type Pair,
  type TableOptions,
} from './harness/index.ts';
import { sealUnit, smallestSpare, spareLayout, tableUnit, UNIT_SECTORS } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';

const MIB = 1024 * 1024;
const UUID = '6f1cbb1e-4a3c-4f0e-9d55-0a1b2c3d4e5f';
const OTHER_UUID = '11111111-2222-4333-8444-555555555555';

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 8 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 4 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
    { name: 'larger', bytes: 9 * MIB, bus: 'virtio-scsi', serial: 'TEST-LARGER' },
    { name: 'parted', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-PARTED' },
    { name: 'coarse', bytes: 8 * MIB, bus: 'virtio-scsi', serial: 'TEST-COARSE', logicalBlockBytes: 4096 },
  ],
});

interface Expected {
  /** One of these; EINVAL when left out. */
  readonly errno?: string | readonly string[];
  /** What exactly one line of the module in the kernel log must say; none when device-mapper's line says it all. */
  readonly says?: RegExp;
}

function allDisks(): LabDisk[] {
  return [...fixture.kernelLab.lab.disks.values()];
}

function traces(): unknown[] {
  return allDisks().map((disk) => ({
    name: disk.name,
    hash: disk.hash(),
    writes: disk.stats.writes,
    trims: disk.stats.trims,
  }));
}

/** Each table is refused with a reason, no device is left, and not a byte of any disk was written. */
async function expectAllRefused(tables: readonly string[], { errno = 'EINVAL', says }: Expected): Promise<void> {
  const target = fixture.target();
  const before = traces();
  for (const table of tables) {
    let outcome: ExecOutcome | undefined;
    const log = await fixture.kernelLab.logged(async () => {
      outcome = await target.tryCreate(table);
    });
    expect(outcome === undefined ? undefined : errnoOf(outcome), table).toBeOneOf([errno].flat());
    if (says !== undefined) {
      const telling = log.filter((line) => says.test(line) && !/table refused|device-mapper: table/.test(line));
      expect(telling, log.join('\n')).toHaveLength(1);
    }
    // What device-mapper makes of the target's error.
    const core = log.filter((line) => /device-mapper: table: \S+ remap: \S/.test(line));
    expect(core, log.join('\n')).toHaveLength(1);
  }
  expect(traces(), `bytes after: ${tables.join('; ')}`).toEqual(before);
  const { stdout } = await fixture.kernelLab.dmsetup(['ls']);
  expect(stdout).not.toContain(`${target.name}\t`);
}

async function expectRefused(table: string, expected: Expected): Promise<void> {
  await expectAllRefused([table], expected);
}

function device(name: string): string {
  return fixture.kernelLab.device(name);
}

/** A table over `main` and `spare` without any optional word. */
function plain(changes: Partial<TableOptions> = {}): TableOptions {
  return { length: (8 * MIB) / 512, main: device('main'), spare: device('spare'), blockSectors: 8, ...changes };
}

/** A pair that was made, used and taken down again. */
async function settledPair(core: Readonly<Record<string, string>> = {}): Promise<Pair> {
  const pair = await fixture.pair({ core });
  await pair.target.ask('remap', 3);
  await pair.target.remove();
  return pair;
}

describe('a new pair', () => {
  it('that cannot be read back leaves the spare blank, and is made by the same line when it can', async () => {
    const { lab } = fixture.kernelLab;
    const [main, spare] = [lab.disk('main'), lab.disk('spare')];
    resetToBlank(spare);
    const layout = spareLayout(spare.bytes / 512, 8);
    const ranges = ([0, 1] as const).map((copy) => ({
      first: tableUnit(layout, copy, 0) * UNIT_SECTORS,
      count: layout.tableUnits * UNIT_SECTORS,
    }));
    spare.faults.add({ kind: 'medium', operations: ['read'], healOnWrite: false, ranges });
    const table = tableLine(plain({ features: ['format'] }));
    const target = fixture.target();
    const { writes } = main.stats;
    const formatted = spare.stats.writes;
    expect(errnoOf(await target.tryCreate(table))).toBe('EUCLEAN');
    expect(spare.stats.writes, 'it was formatted').toBeGreaterThan(formatted);
    expect(main.stats.writes).toBe(writes);
    for (const unit of layout.places) {
      const held = spare.readSectors({ first: unit * UNIT_SECTORS, count: UNIT_SECTORS });
      expect(held.every((byte) => byte === 0)).toBe(true);
    }
    spare.faults.clear();
    await target.create(table);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 0 });
    await target.remove();
  });

  it('that cannot be written is made by the next resume of the same table when it can', async () => {
    const { lab } = fixture.kernelLab;
    const spare = lab.disk('spare');
    resetToBlank(spare);
    const target = fixture.target();
    await target.create(`0 ${(8 * MIB) / 512} linear ${device('main')} 0`);
    await target.reload(tableLine(plain({ features: ['format'] })));
    const places = spareLayout(spare.bytes / 512, 8).places;
    const ranges = places.map((unit) => ({ first: unit * UNIT_SECTORS, count: UNIT_SECTORS }));
    spare.faults.add({ kind: 'medium', operations: ['write'], ranges });
    expect(errnoOf(await target.tryResume())).toBe('EIO');
    spare.faults.clear();
    await target.resume();
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 0, copiesGood: 2 });
    await target.ask('remap', 3);
    expect(new SpareImage(spare, 8).copiesAgree()).toBe(true);
    await target.remove();
  });
});

describe('a spare is refused', () => {
  it('when it is blank and format is not given', async () => {
    resetToBlank(fixture.kernelLab.lab.disk('spare'));
    await expectRefused(tableLine(plain()), { errno: 'ENODATA', says: /spare \S+ is blank/ });
  });

  it('when format is given and something stands at any place of a superblock', async () => {
    const spare = fixture.kernelLab.lab.disk('spare');
    for (const unit of spareLayout(spare.bytes / 512, 8).places) {
      resetToBlank(spare);
      const bytes = Buffer.alloc(512);
      bytes.writeUInt8(1, 511);
      spare.writeSectors(unit * UNIT_SECTORS + 7, bytes);
      const table = tableLine(plain({ features: ['format'] }));
      await expectRefused(table, { errno: 'EEXIST', says: /spare \S+ is not blank/ });
    }
  });

  it('when format is given and it holds an ext4 file system, which is whole afterwards', async () => {
    resetToBlank(fixture.kernelLab.lab.disk('spare'));
    await fixture.kernelLab.run('/usr/sbin/mkfs.ext4', ['-q', '-b', '4096', device('spare')]);
    const table = tableLine(plain({ features: ['format'] }));
    await expectRefused(table, { errno: 'EEXIST', says: /spare \S+ is not blank/ });
    await expectRefused(tableLine(plain()), { errno: 'EUCLEAN', says: /spare \S+ holds/ });
    await fixture.kernelLab.run('/usr/sbin/e2fsck', ['-fn', device('spare')]);
  });

  it('when format is given and a place of a superblock cannot be read', async () => {
    const spare = fixture.kernelLab.lab.disk('spare');
    resetToBlank(spare);
    const unit = spareLayout(spare.bytes / 512, 8).places[5] ?? 0;
    spare.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: unit * UNIT_SECTORS + 3, count: 1 }] });
    const table = tableLine(plain({ features: ['format'] }));
    await expectRefused(table, { errno: 'EIO', says: /spare \S+ cannot be read at sector/ });
  });

  it('when format is given and it belongs to a pair already', async () => {
    await settledPair();
    const table = tableLine(plain({ features: ['format'] }));
    await expectRefused(table, { errno: 'EEXIST', says: /spare \S+ is not blank/ });
  });

  it('when it belongs to another pair, main or block size', async () => {
    await settledPair({ uuid: UUID, main_id: 'disk-a' });
    await expectRefused(tableLine(plain({ core: { uuid: OTHER_UUID } })), {
      says: new RegExp(`belongs to pair ${UUID}, not to ${OTHER_UUID}`),
    });
    await expectRefused(tableLine(plain({ core: { uuid: UUID, main_id: 'disk-b' } })), {
      says: /belongs to main 'disk-a', not to 'disk-b'/,
    });
    await expectRefused(tableLine(plain({ main: device('larger') })), {
      says: /belongs to a main of 16384 sectors, \S+ has 18432/,
    });
    await expectRefused(tableLine(plain({ blockSectors: 16 })), {
      says: /formatted with blocks of 8 sectors, not 16/,
    });
    // The right table is still taken, after all of these.
    const target = fixture.target();
    await target.create(tableLine(plain({ core: { uuid: UUID, main_id: 'disk-a' } })));
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1 });
  });

  it('when a main_id is given and the pair has none', async () => {
    await settledPair();
    await expectRefused(tableLine(plain({ core: { main_id: 'disk-a' } })), { says: /belongs to main '', not to/ });
  });

  it('when the two devices are swapped', async () => {
    const { main } = await settledPair();
    fillDisk(main, 7);
    const swapped = { main: device('spare'), spare: device('main'), length: (4 * MIB) / 512 };
    const says = /main \S+ is the spare of a pair/;
    await expectRefused(tableLine(plain(swapped)), { says });
    await expectRefused(tableLine(plain({ ...swapped, features: ['format'] })), { says });
    // A blank spare does not make it better.
    resetToBlank(fixture.kernelLab.lab.disk('larger'));
    const blank = { ...swapped, spare: device('larger'), features: ['format'] };
    await expectRefused(tableLine(plain(blank)), { says });
  });

  it('when it was written with features of a newer version', async () => {
    const { spare } = await settledPair();
    const before = spare.snapshot();
    // Offsets of version, of read-only compatible and of incompatible features in a superblock.
    for (const offset of [64, 80, 88]) {
      spare.restore(before);
      const image = new SpareImage(spare, 8);
      for (const copy of image.layout.copies) {
        const unit = image.unit(copy);
        unit.writeUInt32LE(0x40000002, offset);
        image.writeUnit(copy, sealUnit(unit));
      }
      await expectRefused(tableLine(plain()), { errno: 'EPROTONOSUPPORT', says: /spare \S+ .*newer version/ });
    }
    // A feature that may be ignored does not stand in the way.
    spare.restore(before);
    const image = new SpareImage(spare, 8);
    for (const copy of image.layout.copies) {
      const unit = image.unit(copy);
      unit.writeUInt32LE(0x40000002, 72);
      image.writeUnit(copy, sealUnit(unit));
    }
    const target = fixture.target();
    await target.create(tableLine(plain()));
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1 });
  });

  it.each([1, 8, 128])(
    'when it is too small for blocks of %d sectors; the size in the log is enough',
    async (blockSectors) => {
      resetToBlank(fixture.kernelLab.lab.disk('spare'));
      const smallest = smallestSpare(blockSectors);
      const slice = fixture.target();
      await slice.create(`0 ${smallest - 1} linear ${device('spare')} 0`);
      const table = tableLine(plain({ spare: slice.path, blockSectors, features: ['format'] }));
      await expectRefused(table, {
        errno: 'ENOSPC',
        says: new RegExp(`has ${smallest - 1} sectors\\b.* at least ${smallest} sectors`),
      });
      await slice.reload(`0 ${smallest} linear ${device('spare')} 0`);
      await slice.resume();
      const target = fixture.target();
      await target.create(table);
      const status = await target.status();
      expect(status).toMatchObject({ mode: 'rw', spareUsed: 0 });
      expect(status.spareTotal).toBe(spareLayout(smallest, blockSectors).usable);
      expect(status.spareTotal).toBeGreaterThanOrEqual(16);
    },
  );

  it('when it has shrunk since it was formatted', async () => {
    resetToBlank(fixture.kernelLab.lab.disk('spare'));
    const slice = fixture.target();
    await slice.create(`0 8000 linear ${device('spare')} 0`);
    const pair = fixture.target();
    await pair.create(tableLine(plain({ spare: slice.path, features: ['format'] })));
    await pair.remove();
    await slice.reload(`0 7936 linear ${device('spare')} 0`);
    await slice.resume();
    const table = tableLine(plain({ spare: slice.path }));
    await expectRefused(table, { says: /had 8000 sectors when formatted, now it has only 7936/ });
  });
});

describe('devices are refused', () => {
  it('when main is its own spare', async () => {
    await settledPair();
    const same = { main: device('spare'), spare: device('spare'), length: (4 * MIB) / 512 };
    await expectRefused(tableLine(plain(same)), { says: /spare \S+ overlaps main/ });
    resetToBlank(fixture.kernelLab.lab.disk('spare'));
    await expectRefused(tableLine(plain({ ...same, features: ['format'] })), { says: /spare \S+ overlaps main/ });
  });

  it('when they are partitions that overlap, or a disk and its partition', async () => {
    const disk = fixture.kernelLab.lab.disk('parted');
    resetToBlank(disk);
    const table = Buffer.alloc(512);
    for (const [index, first, count] of [
      [0, 2048, 16384],
      [1, 16384, 12288],
      [2, 18432, 12288],
    ] as const) {
      const entry = 446 + 16 * index;
      table.writeUInt8(0x83, entry + 4);
      table.writeUInt32LE(first, entry + 8);
      table.writeUInt32LE(count, entry + 12);
    }
    table.writeUInt16LE(0xaa55, 510);
    disk.writeSectors(0, table);
    await fixture.kernelLab.run('/usr/sbin/blockdev', ['--rereadpt', device('parted')]);
    const part = (number: number): string => `${device('parted')}${number}`;
    const over = { main: part(1), length: 16384, features: ['format'] };
    await expectRefused(tableLine(plain({ ...over, spare: part(2) })), { says: /spare \S+ overlaps main/ });
    await expectRefused(tableLine(plain({ ...over, spare: device('parted') })), {
      errno: 'EBUSY',
      says: /cannot open spare|overlaps main/,
    });
    // Two that lie side by side on one disk may be a pair.
    const target = fixture.target();
    await target.create(tableLine(plain({ ...over, spare: part(3) })));
    expect(await target.status()).toMatchObject({ mode: 'rw' });
  });

  it('when the mapping is longer than main', async () => {
    await settledPair();
    const table = tableLine(plain({ length: (8 * MIB) / 512 + 1 }));
    await expectRefused(table, { says: /asks for 16385 sectors, main \S+ has 16384/ });
  });

  it('when there are none such', async () => {
    await settledPair();
    // The error is that of the opening, which kernels tell in different ways.
    const errno = ['ENODEV', 'ENOENT', 'ENOTBLK'];
    await expectRefused(tableLine(plain({ main: '/dev/nothing' })), { errno, says: /cannot open main/ });
    await expectRefused(tableLine(plain({ spare: '/dev/nothing' })), { errno, says: /cannot open spare/ });
    await expectRefused(tableLine(plain({ spare: '/dev/null' })), { errno, says: /cannot open spare/ });
  });

  it('when one of them is zoned', async ({ skip }) => {
    const { kernelLab } = fixture;
    const options = ['nr_devices=1', 'zoned=1', 'zone_size=4', 'gb=1', 'memory_backed=0'];
    const loaded = await kernelLab.lab.exec('/usr/sbin/modprobe', ['null_blk', ...options]);
    skip(loaded.code !== 0, 'this kernel has no zoned null_blk');
    try {
      await settledPair();
      const table = tableLine(plain({ main: '/dev/nullb0' }));
      await expectRefused(table, { says: /zoned devices are not supported/i });
    } finally {
      await kernelLab.run('/usr/sbin/rmmod', ['null_blk']);
    }
  });
});

describe('a table line is refused', () => {
  it('when a word is wrong, missing or left over', async () => {
    await settledPair({ uuid: UUID });
    const [length, main, spare] = [(8 * MIB) / 512, device('main'), device('spare')];
    const head = `0 ${length} remap ${main} ${spare}`;
    const lines = [
      `0 ${length} remap ${main}`,
      head,
      ...['0', '3', '7', '256', '-8', '8x', '+8', 'eight', '4294967304'].map((size) => `${head} ${size}`),
      `${head} 8 x`,
      `${head} 8 -1`,
      `${head} 8 1`,
      `${head} 8 2 no_scan`,
      `${head} 8 1 no_scam`,
      `${head} 8 2 no_scan no_scan`,
      `${head} 8 2 no_auto_remap no_auto_remap`,
      `${head} 8 2 format format`,
      `${head} 8 4 format no_scan no_auto_remap no_scan`,
      `${head} 8 0 1 retries`,
      `${head} 8 0 2 retries`,
      `${head} 8 0 3 retries 1 slow_ms`,
      `${head} 8 0 2 retries 1 slow_ms 5`,
      `${head} 8 0 4 retries 1 retries 1`,
      `${head} 8 0 2 colour 1`,
      `${head} 8 0 2 uuid not-a-uuid`,
      `${head} 8 0 2 uuid ${UUID}0`,
      `${head} 8 0 4 uuid ${UUID} uuid ${UUID}`,
      `${head} 8 0 2 main_id ${'x'.repeat(65)}`,
      `${head} 8 0 2 main_id caf\u00e9`,
      `${head} 8 0 4 main_id a main_id a`,
      ...[
        'retries 17',
        'retry_delay_ms 0',
        'retry_delay_ms 1001',
        'soft_threshold 256',
        'slow_ms 0',
        'slow_ms 60001',
        'storm_limit 1048577',
        'scan_rate 4194305',
        'scan_interval 31536001',
        'save_interval 0',
        'save_interval 86401',
        'low_spare 101',
        'retries -1',
        'retries 0x1',
        'retries 4294967296',
      ].map((pair) => `${head} 8 0 2 ${pair}`),
    ];
    await expectAllRefused(lines, {});
    const target = fixture.target();
    await target.create(`${head} 8 0 2 uuid ${UUID}`);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1 });
  });

  it('when its blocks are smaller than the logical blocks of main', async () => {
    resetToBlank(fixture.kernelLab.lab.disk('spare'));
    const table = plain({ main: device('coarse'), features: ['format'] });
    for (const blockSectors of [1, 2, 4]) {
      await expectRefused(tableLine({ ...table, blockSectors }), {});
    }
    const target = fixture.target();
    await target.create(tableLine(table));
    expect(await target.status()).toMatchObject({ mode: 'rw', blockSectors: 8 });
  });
});
