import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withPlant, type Plant } from '../crash/plants.ts';
import { Fixture } from './harness/fixture.ts';
import {
  errnoOf,
  expectUnreadable,
  MAIN_TAG,
  read,
  statsSince,
  succeed,
  tags,
  write,
  type IoOperation,
} from './harness/index.ts';
import { failMetadata, failWrites, reopen } from './harness/pairs.ts';
import { SpareImage } from './harness/spare-image.ts';

/**
 * The target fails all I/O when a commit failed on every copy and then no memory was left to keep that block from being
 * written. Debian's kernel cannot make an allocation fail, so the module under test is a copy in which that one does.
 */
const NO_MEMORY: Plant = {
  about: 'no memory for keeping a block from being written',
  edits: [
    {
      file: 'dm-remap-lock.c',
      find: '		void *old = xa_load(&rc->gates, first + i);\n',
      replace: `		void *old = xa_load(&rc->gates, first + i);

		if (how == REMAP_GATE_LIMBO) {
			remap_ungate(rc, first, i);
			return -ENOMEM;
		}
`,
    },
  ],
};

const fixture = new Fixture();
beforeAll(() => withPlant(NO_MEMORY, (source) => fixture.start({ module: { source } })));
afterAll(() => fixture.stop());
afterEach(() => fixture.cleanUp());

describe('a target that can no longer tell what is where', () => {
  it('fails every request until it is activated anew, then has all that was acknowledged', async () => {
    const { kernelLab } = fixture;
    const { io } = kernelLab;
    const pair = await fixture.pair();
    const { target, main, spare } = pair;
    await target.ask('remap', 10);
    await succeed(io, write(target, 80, 8, 9), write(target, 400, 8, 12), { op: 'fsync', device: target.path });
    failMetadata(pair, new SpareImage(spare, 8));
    failWrites(pair, 30);
    expect(await target.status()).toMatchObject({ mode: 'rw' });

    const log = await kernelLab.logged(async () => {
      expectUnreadable(await io.one(write(target, 240, 8, 31)));
    });
    expect(log.filter((line) => line.includes('all I/O fails'))).toHaveLength(1);
    expect(await target.status()).toMatchObject({ mode: 'fail' });

    const before = [main.stats, spare.stats] as const;
    const requests: IoOperation[] = [
      read(target, 0, 8),
      read(target, 80, 8),
      read(target, 80, 1),
      read(target, 240, 8),
      write(target, 0, 8, 40),
      write(target, 80, 8, 40),
      write(target, 76, 16, 40, { durable: true }),
      { op: 'fsync', device: target.path },
    ];
    const outcomes = await io.each(requests);
    expect(outcomes.map(({ error }) => error)).toEqual(requests.map(() => 'EIO'));
    for (const options of [[], ['-z']]) {
      const place = ['--offset', '0', '--length', '65536', target.path];
      const { code, stderr } = await kernelLab.lab.exec('/usr/sbin/blkdiscard', [...options, ...place]);
      expect([code, stderr]).toEqual([1, expect.stringContaining('Input/output error')]);
    }
    for (const disk of [0, 1] as const) {
      const since = statsSince(disk === 0 ? main : spare, before[disk]);
      expect(since).toMatchObject({ reads: 0, writes: 0, flushes: 0, trims: 0 });
    }
    for (const words of [
      ['remap', 50],
      ['unmap', 10],
    ]) {
      expect(errnoOf(await target.message(...words)), words.join(' ')).toBe('EROFS');
    }
    await target.ask('continue');
    await target.suspend();
    await target.resume();
    expect(await target.status()).toMatchObject({ mode: 'fail' });
    expect((await io.one(read(target, 0, 8))).error).toBe('EIO');
    expect((await target.remaps()).map(({ block }) => block)).toEqual([10]);

    spare.faults.clear();
    main.faults.clear();
    await target.remove();
    const again = await reopen(fixture, pair);
    expect(await again.status()).toMatchObject({ mode: 'rw', spareUsed: 1 });
    expect(await succeed(io, read(again, 72, 24))).toEqual([...tags(MAIN_TAG, 8), ...tags(9, 8), ...tags(MAIN_TAG, 8)]);
    expect(await succeed(io, read(again, 400, 8))).toEqual(tags(12, 8));
    expect(await succeed(io, read(again, 240, 8))).toEqual(tags(MAIN_TAG, 8));
    expect(await succeed(io, read(again, 0, 8))).toEqual(tags(MAIN_TAG, 8));
  });
});
