import { describe, expect, it } from 'vitest';
import {
  errnoOf,
  eventsOf,
  MAIN_TAG,
  read,
  succeed,
  tableLine,
  tags,
  useKernelLab,
  write,
  type Target,
} from './harness/index.ts';
import { failWrites } from './harness/pairs.ts';

const MIB = 1024 * 1024;
const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 16 * MIB, bus: 'virtio-blk', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-blk', serial: 'TEST-SPARE' },
    { name: 'small', bytes: 2 * MIB, bus: 'virtio-blk', serial: 'TEST-SMALL' },
  ],
});

/** Every attribute of the mapped device's queue. */
async function queueOf(target: Target): Promise<Record<string, string>> {
  const { kernelLab } = fixture;
  const { stdout } = await kernelLab.dmsetup(['info', '-c', '--noheadings', '-o', 'minor', target.name]);
  const script = 'cd "$1" && for f in *; do [ -f $f ] && echo "$f $(cat $f 2> /dev/null)"; done; :';
  const folder = `/sys/block/dm-${stdout.trim()}/queue`;
  const listed = await kernelLab.run('/usr/bin/sh', ['-c', script, 'sh', folder]);
  return Object.fromEntries(
    listed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
}

describe('what the mapped device shows', () => {
  it('are the queue limits of dm-linear over the same main', async () => {
    const { target } = await fixture.pair();
    const remap = await queueOf(target);
    await target.remove();
    const linear = fixture.target();
    await linear.create(`0 32768 linear ${fixture.kernelLab.device('main')} 0`);
    const expected = await queueOf(linear);
    expect(Object.keys(expected).length).toBeGreaterThan(20);
    expect(remap).toEqual(expected);
    expect(Number(remap['discard_max_bytes'])).toBeGreaterThan(0);
  });

  it('are main and spare as what it depends on', async () => {
    const { target } = await fixture.pair();
    const { kernelLab } = fixture;
    const { stdout } = await kernelLab.dmsetup(['deps', '-o', 'devname', target.name]);
    const names = [...stdout.matchAll(/\((\w+)\)/g)].map(([, name]) => `/dev/${name}`);
    expect(names.sort()).toEqual([kernelLab.device('main'), kernelLab.device('spare')].sort());
  });
});

describe('a reload with another length', () => {
  it('grows the device, and makes it shorter unless a mapped block would be cut off', async () => {
    const { target, table } = await fixture.pair({ length: 16384 });
    const { io } = fixture.kernelLab;
    const reload = (length: number): Promise<string | null> =>
      target.tryReload(tableLine({ ...table, length })).then(errnoOf);
    await target.ask('remap', 2000);
    expect(errnoOf(await target.message('remap', 2048))).toBe('EINVAL');

    expect(await reload(32768)).toBeNull();
    await target.resume();
    await target.ask('remap', 3000);
    await succeed(io, write(target, 32760, 8, 5));
    expect(await succeed(io, read(target, 32752, 16))).toEqual([...tags(MAIN_TAG, 8), ...tags(5, 8)]);

    const log = await fixture.kernelLab.logged(async () => {
      expect(await reload(24000)).toBe('EINVAL');
    });
    expect(log.join('\n')).toContain('ends before block 3000, which is mapped');
    expect(await target.status()).toMatchObject({ length: 32768, spareUsed: 2 });

    await target.ask('unmap', 3000);
    expect(await reload(24000)).toBeNull();
    await target.resume();
    expect(await target.status()).toMatchObject({ length: 24000, spareUsed: 1 });
    expect(await reload(32769)).not.toBeNull();
  });

  it('is refused at activation too', async () => {
    const { target, table } = await fixture.pair();
    await target.ask('remap', 3000);
    await target.remove();
    const again = fixture.target();
    expect(errnoOf(await again.tryCreate(tableLine({ ...table, length: 24000 })))).toBe('EINVAL');
    await again.create(tableLine({ ...table, length: 24008 }));
    expect(await again.status()).toMatchObject({ spareUsed: 1 });
  });
});

describe('a main that can be read and fails every write', () => {
  it('halts remapping long before storm_limit', async () => {
    const { target, main } = await fixture.pair({ core: { retries: 0 } });
    const { io } = fixture.kernelLab;
    const from = (await target.status()).lastEvent;
    main.faults.add({ kind: 'medium', operations: ['write'] });
    // Blocks all over main, none of them twice.
    const blocks = Array.from({ length: 120 }, (_, n) => (n * 1237) % 4096);
    const outcomes = await io.each(blocks.map((block) => write(target, block * 8, 8, 30)));

    const failed = outcomes.findIndex(({ error }) => error !== null);
    expect(failed).toBeGreaterThan(16);
    expect(failed).toBeLessThan(64);
    expect(outcomes.slice(failed).every(({ error }) => error === 'EIO')).toBe(true);
    const status = await target.status();
    expect(status).toMatchObject({ mode: 'halted', auto: failed, spareUsed: failed });
    expect(eventsOf(await target.events(from), 'halted')).toMatchObject([{ detail: 'main_lost' }]);
    // What was acknowledged is there.
    expect(await succeed(io, read(target, (blocks[failed - 1] ?? 0) * 8, 8))).toEqual(tags(30, 8));

    main.faults.clear();
    await target.ask('continue');
    await succeed(io, ...blocks.slice(failed).map((block) => write(target, block * 8, 8, 31)));
    expect(await target.status()).toMatchObject({ mode: 'rw', auto: failed });
  });

  it('is told from bad blocks that lie together, and from bad ones among good ones', async () => {
    const pair = await fixture.pair({ core: { retries: 0 } });
    const { target } = pair;
    const { io } = fixture.kernelLab;
    failWrites(pair, 1000, 600);
    const area = Array.from({ length: 200 }, (_, n) => write(target, (1000 + n * 3) * 8, 8, 32));
    await succeed(io, ...area);
    const scattered = Array.from({ length: 64 }, (_, n) => n * 64 + 7);
    for (const block of scattered) failWrites(pair, block);
    await succeed(
      io,
      ...scattered.flatMap((block, n) => [
        write(target, block * 8, 8, 33),
        ...(n % 16 === 15 ? [write(target, 8 * 8, 8, 34)] : []),
      ]),
    );
    expect((await target.status()).mode).toBe('rw');
  });
});

describe('the last spare block', () => {
  it('warns once for each time, and says once that none is left; unmapping makes it usable again', async () => {
    const pair = await fixture.pair({ spare: 'small', core: { retries: 0, low_spare: 50 } });
    const { target, main } = pair;
    const { io } = fixture.kernelLab;
    const { spareTotal, lastEvent } = await target.status();
    await target.ask('remap', 0, spareTotal);
    expect(await target.status()).toMatchObject({ mode: 'spent', spareUsed: spareTotal });
    failWrites(pair, 3000, 2);
    const refused = await io.each([write(target, 24000, 8, 40), write(target, 24000, 8, 40)]);
    expect(refused.map(({ error }) => error)).toEqual(['EIO', 'EIO']);
    const events = await target.events(lastEvent);
    expect(eventsOf(events, 'low_spare')).toHaveLength(1);
    expect(eventsOf(events, 'spent')).toHaveLength(1);

    await target.ask('unmap', 5);
    expect(await target.status()).toMatchObject({ mode: 'rw', spareUsed: spareTotal - 1 });
    await succeed(io, write(target, 24000, 8, 41));
    main.faults.clear();
    expect(await succeed(io, read(target, 24000, 8))).toEqual(tags(41, 8));
    const later = await target.events(lastEvent);
    expect(await target.status()).toMatchObject({ mode: 'spent' });
    expect(eventsOf(later, 'spent')).toHaveLength(2);
    // Fewer than half were free all the time.
    expect(eventsOf(later, 'low_spare')).toHaveLength(1);
  });
});
