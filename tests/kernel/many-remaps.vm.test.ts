import { expect, it } from 'vitest';
import { read, succeed, tableLine, tags, useKernelLab } from './harness/index.ts';
import { contentOf } from './harness/content.ts';
import { isUsable, MAGIC, sealUnit, superUnit, TABLE_ENTRIES, tableUnit, UNIT_BYTES } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';
import { PATIENCE } from './harness/surroundings.ts';

const GIB = 1024 ** 3;
/** Mapped blocks; up to a million. */
const COUNT = Number(process.env['REMAP_MANY'] ?? 100_000);
/** Blocks of main; with the step it takes every block once, far from its neighbours. */
const BLOCKS = 1_048_576;
const STEP = 7919;

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 4 * GIB, bus: 'virtio-blk', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 5 * GIB, bus: 'virtio-blk', serial: 'TEST-SPARE' },
  ],
});

/** Enters mappings of whole blocks into a formatted spare from outside; the spare block of each main block. */
function mapMany(image: SpareImage, count: number): Map<number, number> {
  const { layout } = image;
  const head = image.unit(superUnit(layout, 0));
  const places = new Map<number, number>();
  let slot = 0;
  let units = 0;
  for (; places.size < count; units++) {
    const unit = Buffer.alloc(UNIT_BYTES);
    unit.writeUInt32LE(MAGIC.table, 4);
    head.copy(unit, 8, 8, 32);
    unit.writeBigUInt64LE(BigInt(units), 32);
    for (let entry = 0; entry < TABLE_ENTRIES; entry++, slot++) {
      if (places.size === count || !isUsable(layout, slot)) continue;
      const block = (places.size * STEP) % BLOCKS;
      const offset = 64 + entry * 48;
      unit.writeBigUInt64LE(BigInt(block), offset);
      unit.writeBigUInt64LE(0xffn, offset + 8);
      unit.writeUInt32LE(1_700_000_000, offset + 40);
      unit.writeUInt8(1, offset + 44);
      unit.writeUInt8(2, offset + 45);
      places.set(block, slot);
    }
    sealUnit(unit);
    for (const copy of [0, 1] as const) image.writeUnit(tableUnit(layout, copy, units), unit);
  }
  for (const copy of [0, 1] as const) {
    const unit = image.unit(superUnit(layout, copy));
    unit.writeBigUInt64LE(BigInt(units), 128);
    image.writeUnit(superUnit(layout, copy), sealUnit(unit));
  }
  return places;
}

/** Goes through all pages; prints the rows, whether they ascend, and a checksum of their text. */
const LIST = `
  cursor=0; : > /tmp/rows
  while :; do
    DM_DISABLE_UDEV=1 dmsetup message "$1" 0 remaps $cursor 25000 > /tmp/page || exit 1
    busybox sed '$d' /tmp/page >> /tmp/rows
    last=$(busybox tail -n 1 /tmp/page)
    [ "$last" = end ] && break
    cursor=\${last#next }
  done
  busybox awk 'BEGIN { before = -1 } { if ($1 + 0 <= before) bad++; before = $1 + 0 } END { print NR, bad + 0 }' /tmp/rows
  busybox md5sum < /tmp/rows`;

it(
  `${COUNT} mapped blocks are loaded, listed in pages and whole, changed and saved`,
  async () => {
    const { kernelLab } = fixture;
    const { lab, io } = kernelLab;
    const table = {
      length: BLOCKS * 8,
      main: kernelLab.device('main'),
      spare: kernelLab.device('spare'),
      blockSectors: 8,
      features: ['no_scan'],
      core: { save_interval: 86400 },
    };
    let target = fixture.target();
    await target.create(tableLine({ ...table, features: ['format', 'no_scan'] }));
    await target.remove();
    const spare = lab.disk('spare');
    const image = new SpareImage(spare, 8);
    const places = mapMany(image, COUNT);
    const looked = [...places].filter((_, index) => index % Math.floor(COUNT / 20) === 0);
    for (const [block, slot] of looked) spare.writeSectors(slot * 8, contentOf(5, block * 8, 8));

    target = fixture.target();
    await target.create(tableLine(table));
    expect(await target.status()).toMatchObject({
      mode: 'rw',
      spareUsed: COUNT,
      manual: COUNT,
      partial: 0,
      copiesGood: 2,
    });
    for (const [block] of looked) expect(await succeed(io, read(target, block * 8, 8))).toEqual(tags(5, 8));

    const list = async (): Promise<string[]> =>
      (await kernelLab.run('/usr/bin/sh', ['-c', LIST, 'sh', target.name], { timeoutMs: 400_000 })).stdout
        .trim()
        .split('\n');
    const [counted, sum] = await list();
    expect(counted).toBe(`${COUNT} 0`);
    const debug = `[ -d /sys/kernel/debug/dm-remap ] || mount -t debugfs none /sys/kernel/debug
    busybox md5sum < "/sys/kernel/debug/dm-remap/$1/remaps"`;
    const whole = await kernelLab.run('/usr/bin/sh', ['-c', debug, 'sh', target.name], { timeoutMs: 400_000 });
    expect(whole.stdout.trim()).toBe(sum);

    // What changes while the sorted list is kept is seen, and the rest stays.
    const free = Array.from({ length: BLOCKS }, (_, block) => block).filter((block) => !places.has(block));
    const [first = 0, second = 0] = free;
    const [given = 0] = [...places.keys()].filter((block) => block > second);
    await target.ask('remap', first);
    await target.ask('remap', second);
    await target.ask('unmap', given);
    const near = async (block: number): Promise<number | undefined> =>
      (await target.remapsPage(block, 1)).rows[0]?.block;
    expect(await near(first)).toBe(first);
    expect(await near(second)).toBe(second);
    expect(await near(given)).not.toBe(given);
    await target.ask('save');
    await target.remove();

    target = fixture.target();
    await target.create(tableLine(table));
    expect(await target.status()).toMatchObject({ spareUsed: COUNT + 1, mode: 'rw' });
    expect((await list())[0]).toBe(`${COUNT + 1} 0`);
    expect(image.copiesAgree()).toBe(true);
  },
  PATIENCE * 1_200_000,
);
