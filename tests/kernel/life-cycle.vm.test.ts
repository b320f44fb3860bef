import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lab/disk/random.ts';
import {
  errnoOf,
  MAIN_TAG,
  meanwhile,
  read,
  resetToBlank,
  succeed,
  tableLine,
  tags,
  useKernelLab,
  write,
  type Pair,
} from './harness/index.ts';
import { CheckedWrites } from './harness/checked-writes.ts';
import { failReads, failWrites, firstHit, reopen } from './harness/pairs.ts';
import { superUnit, UNIT_SECTORS } from './harness/spare-format.ts';
import { SpareImage } from './harness/spare-image.ts';

const MIB = 1024 * 1024;

/** Suspends, reloads and removals under load. */
const CYCLES = Number(process.env['REMAP_CYCLES'] ?? 12);
/** Times the module is loaded, used and unloaded. */
const LOADS = Number(process.env['REMAP_MODULE_LOADS'] ?? 15);
const SEED = Number(process.env['REMAP_SEED'] ?? 1);

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 32 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 8 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
    { name: 'other-main', bytes: 32 * MIB, bus: 'virtio-scsi', serial: 'TEST-OTHER-MAIN' },
    { name: 'other-spare', bytes: 8 * MIB, bus: 'virtio-scsi', serial: 'TEST-OTHER-SPARE' },
  ],
});

const SECTORS = 1024;

/** Writes with faults appearing under them while `act` runs; nothing fails and nothing is lost. */
async function underLoad(pair: Pair, act: () => Promise<void>): Promise<void> {
  const { target } = pair;
  const random = seededRandom(SEED);
  const writes = new CheckedWrites({
    io: () => fixture.kernelLab.io,
    device: () => target.path,
    sectors: SECTORS,
    longest: 24,
    seed: SEED,
    before: MAIN_TAG,
    now: () => pair.spare.log.mark(),
  });
  const run = { isOver: false, batches: 0 };
  const load = (async () => {
    while (!run.isOver || run.batches < 10) {
      const block = Math.floor(random() * (SECTORS / 8));
      if (random() < 0.7) failWrites(pair, block);
      else failReads(pair, block);
      await writes.batch(12);
      run.batches += 1;
    }
  })();
  try {
    await Promise.race([act(), load.then(() => expect.fail('the load ended early'))]);
  } finally {
    run.isOver = true;
    await load;
  }
  expect(writes.takeFailures()).toEqual([]);
  const { io } = fixture.kernelLab;
  const flushed = pair.spare.log.mark();
  await succeed(io, { op: 'fsync', device: target.path });
  writes.ledger.flushed(flushed, pair.spare.log.mark());
  pair.main.faults.clear();
  const found = await succeed(io, read(target, 0, SECTORS));
  expect(writes.ledger.judge(0, found, pair.spare.log.mark())).toEqual([]);
  expect((await target.status()).auto, 'blocks were remapped meanwhile').toBeGreaterThan(5);
}

describe('suspend and resume', () => {
  it('under load with faults appearing lose nothing, with and without flushing', async () => {
    const pair = await fixture.pair({ core: { storm_limit: 0 } });
    await underLoad(pair, async () => {
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        await pair.target.suspend(...(cycle % 2 === 0 ? [] : (['--noflush'] as const)));
        await pair.target.resume();
      }
    });
    expect(await pair.target.status()).toMatchObject({ mode: 'rw', copiesGood: 2 });
  });

  it('keep what a suspended device was told, also when it is removed then', async () => {
    const { target, table } = await fixture.pair();
    await target.suspend();
    await target.ask('set', 'retries', 5);
    const { lastEvent } = await target.status();
    await target.remove();
    const again = fixture.target();
    await again.create(tableLine(table));
    expect((await again.events(lastEvent - 1)).map(({ number, type }) => [number, type])).toEqual([
      [lastEvent, 'set'],
      [lastEvent + 1, 'activate'],
    ]);
  });

  it('may come twice in a row, and a suspended device answers', async () => {
    const { target } = await fixture.pair();
    await target.ask('remap', 4, 2);
    const { lastEvent, ...status } = await target.status();
    for (let round = 0; round < 2; round++) {
      await target.suspend();
      await target.suspend();
      expect(await target.status()).toMatchObject(status);
      expect((await target.remaps()).map(({ block }) => block)).toEqual([4, 5]);
      expect(errnoOf(await target.message('remap', 9))).toBe('EBUSY');
      await target.resume();
      await target.resume();
      expect(await target.status()).toMatchObject(status);
    }
    expect((await target.status()).lastEvent).toBeGreaterThan(lastEvent);
    await succeed(fixture.kernelLab.io, write(target, 32, 16, 8));
    expect(await succeed(fixture.kernelLab.io, read(target, 24, 32))).toEqual([
      ...tags(MAIN_TAG, 8),
      ...tags(8, 16),
      ...tags(MAIN_TAG, 8),
    ]);
  });
});

describe('reload', () => {
  it('under load with faults appearing loses nothing, with other tunables each time', async () => {
    const pair = await fixture.pair({ core: { storm_limit: 0 } });
    await underLoad(pair, async () => {
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        await pair.target.reload(tableLine({ ...pair.table, core: { ...pair.table.core, retries: cycle % 5 } }));
        await pair.target.resume();
      }
    });
    expect(await pair.target.table()).toContain(` retries ${(CYCLES - 1) % 5} `);
  });

  it('waits for nothing that the live table does with its spare, and keeps no other pair waiting', async () => {
    const { target, spare, table } = await fixture.pair();
    const other = await fixture.pair({ main: 'other-main', spare: 'other-spare' });
    const { layout } = new SpareImage(spare, 8);
    const copy0 = { first: superUnit(layout, 0) * UNIT_SECTORS, count: layout.areaUnits * UNIT_SECTORS };
    spare.faults.add({ kind: 'hang', operations: ['write'], ranges: [copy0] });
    const hangs = firstHit(spare);
    const moving = meanwhile(target.ask('remap', 10));
    await hangs;
    await target.reload(tableLine(table));
    await other.target.suspend();
    await other.target.resume();
    await other.target.remove();
    spare.faults.clear();
    await moving;
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1 });
  });

  it('that is taken back leaves the live table as it is', async () => {
    const { target } = await fixture.pair();
    await target.ask('remap', 4);
    const live = await target.table();
    await target.reload(live.replace(/ retries \d+/, ' retries 9'));
    expect(errnoOf(await fixture.kernelLab.dmsetup(['clear', target.name]))).toBeNull();
    await target.suspend();
    await target.resume();
    expect(await target.table()).toBe(live);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: 1 });
  });
});

describe('remove', () => {
  it('is refused while a read is being retried, and forced does not wait for the retries', async () => {
    // 16 tries with up to 2 s between them take half a minute; the retries of several blocks run side by side.
    const pair = await fixture.pair({ core: { retries: 16, retry_delay_ms: 1000 } });
    const { target, main } = pair;
    const { io } = fixture.kernelLab;
    main.faults.add({ kind: 'medium', ranges: [{ first: 800, count: 64 }] });
    let hits = 0;
    const retried = new Promise<void>((resolve) => {
      main.faults.onHit(() => {
        hits += 1;
        if (hits === 12) resolve();
      });
    });
    const blocks = [100, 101, 102, 103, 104, 105];
    const reading = io.together(blocks.map((block) => read(target, block * 8, 8)));
    await retried;
    expect(errnoOf(await target.tryRemove())).toBe('EBUSY');
    await fixture.kernelLab.dmsetup(['remove', '--force', '--noflush', target.name], { timeoutMs: 25_000 });
    for (const { error } of await reading) expect(error).toMatch(/^(EIO|ENODATA)$/);
    main.faults.clear();
    const { stdout } = await fixture.kernelLab.dmsetup(['ls']);
    if (stdout.includes(`${target.name}\t`)) await target.remove();

    // Everything is let go: the same pair can be activated and removed again.
    const again = await reopen(fixture, pair);
    expect(await succeed(io, read(again, 800, 64))).toEqual(tags(MAIN_TAG, 64));
    await again.remove();
  });

  it('right after errors, with nobody asking for the status, ends', async () => {
    for (let round = 0; round < 3; round++) {
      const pair = await fixture.pair();
      pair.main.faults.add({ kind: 'medium', ranges: [{ first: 80, count: 160 }] });
      const { io } = fixture.kernelLab;
      const operations = Array.from({ length: 20 }, (_, n) =>
        n % 2 === 0 ? read(pair.target, 80 + n * 8, 8) : write(pair.target, 80 + n * 8, 8, 60),
      );
      const outcomes = await io.together(operations);
      await pair.target.remove();
      expect(outcomes.map(({ error }) => error === null)).toEqual(outcomes.map((_, n) => n % 2 === 1));
    }
  });

  it('is refused while a file system on it is mounted', async () => {
    const { target } = await fixture.pair();
    const { kernelLab } = fixture;
    await kernelLab.run('/usr/sbin/mkfs.ext4', ['-q', target.path]);
    await kernelLab.run('/usr/bin/mkdir', ['-p', '/tmp/mnt']);
    await kernelLab.run('/usr/bin/mount', [target.path, '/tmp/mnt']);
    expect(errnoOf(await target.tryRemove())).toBe('EBUSY');
    expect(await target.status()).toMatchObject({ mode: 'rw' });
    await kernelLab.run('/usr/bin/umount', ['/tmp/mnt']);
    await target.remove();
  });
});

describe('a device', () => {
  it('is refused in a second target, as main or as spare, and left alone', async () => {
    const pair = await fixture.pair({ core: { save_interval: 86400 } });
    const { kernelLab } = fixture;
    const { lab } = kernelLab;
    resetToBlank(lab.disk('other-spare'));
    const others = [lab.disk('other-main'), lab.disk('other-spare')];
    const before = [...others, pair.main, pair.spare].map((disk) => disk.hash());
    const table = { ...pair.table, features: ['format', 'no_scan'] };
    for (const [main, spare] of [
      ['other-main', 'spare'],
      ['main', 'other-spare'],
      ['spare', 'other-spare'],
      ['other-main', 'main'],
    ] as const) {
      const length = Math.min(lab.disk(main).bytes / 512, table.length);
      const line = tableLine({ ...table, length, main: kernelLab.device(main), spare: kernelLab.device(spare) });
      expect(errnoOf(await fixture.target().tryCreate(line)), line).toBe('EBUSY');
    }
    expect([...others, pair.main, pair.spare].map((disk) => disk.hash())).toEqual(before);
    await pair.target.ask('remap', 1);
  });
});

describe('the module', () => {
  it('is not unloaded while it is in use', async () => {
    const { target } = await fixture.pair();
    const { lab } = fixture.kernelLab;
    const refused = await lab.exec('/usr/sbin/rmmod', ['dm-remap']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('in use');
    expect(await target.status()).toMatchObject({ mode: 'rw' });
  });

  it(`leaves nothing behind when it is loaded, used and unloaded ${LOADS} times`, async () => {
    const pair = await fixture.pair();
    await pair.target.remove();
    failReads(pair, 2000);
    const script = `
      export DM_DISABLE_UDEV=1
      name=$1 table=$2 loads=$3
      look() { dd if=/dev/mapper/$name of=/dev/null bs=4096 skip=$1 count=1 2>/dev/null; }
      rmmod dm-remap || exit 1
      for load in $(seq $loads); do
        modprobe dm-remap && dmsetup create $name --table "$table" || exit 1
        dmsetup message $name 0 remap $load || exit 1
        look 1 && ! look 2000 || exit 1
        dmsetup remove $name && rmmod dm-remap || exit 1
        if [ $((load % 10)) = 0 ]; then
          sync; echo 3 > /proc/sys/vm/drop_caches
          # Pages on the lists of single processors are free too, but not counted in MemFree.
          busybox awk '/^MemFree:/ { free += $2 } / count:/ { free += 4 * $2 } /^SUnreclaim:/ { slab = $2 }
                       END { print free, slab }' /proc/meminfo /proc/zoneinfo
        fi
      done
      modprobe dm-remap
      cat /sys/module/dm_remap/refcnt`;
    const args = ['-c', script, 'sh', 't-load', tableLine(pair.table), String(LOADS)];
    const { stdout } = await fixture.kernelLab.run('/usr/bin/sh', args, { timeoutMs: 60_000 + LOADS * 5_000 });
    const lines = stdout.trim().split('\n');
    expect(lines.pop(), 'reference count').toBe('0');
    const samples = lines.map((line) => line.split(' ').map(Number));
    const spread = (column: number): number => (samples.at(-1)?.[column] ?? NaN) - (samples[0]?.[column] ?? NaN);
    // A target holds some hundred KiB. Were any of it left behind each time, twenty times would show.
    expect(spread(0), `free memory and unreclaimable slab in KiB: ${lines.join('; ')}`).toBeGreaterThan(-2048);
    expect(spread(1), `free memory and unreclaimable slab in KiB: ${lines.join('; ')}`).toBeLessThan(1024);

    const target = await reopen(fixture, pair);
    expect(await target.status()).toMatchObject({ mode: 'rw', manual: LOADS, spareUsed: LOADS, pending: 1 });
  });
});
