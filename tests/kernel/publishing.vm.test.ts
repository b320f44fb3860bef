import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { withPlant, type Plant } from '../crash/plants.ts';
import { Fixture } from './harness/fixture.ts';
import { MAIN_AND_SPARE, meanwhile, read, succeed, tags, write } from './harness/index.ts';

/** Blocks that are moved while somebody writes to them, and writes to each. */
const MOVES = 4;
const WRITES = 60;

/** A processor that is slow, or taken away by its host, just there. */
const SLOW: Plant = {
  about: 'a long time between looking at gates and looking at mappings',
  edits: [
    {
      file: 'dm-remap-map.c',
      find: '	smp_rmb();\n	view->mapped = remap_find(',
      replace: '	smp_rmb();\n	mdelay(40);\n	view->mapped = remap_find(',
    },
    { file: 'dm-remap-map.c', find: '#include "dm-remap', replace: '#include <linux/delay.h>\n#include "dm-remap' },
  ],
};

const fixture = new Fixture();
beforeAll(() => withPlant(SLOW, (source) => fixture.start({ disks: MAIN_AND_SPARE, module: { source } })));
afterAll(() => fixture.stop());
afterEach(() => fixture.cleanUp());

it('a write that looks for its block while that is moved is where the block then is', async () => {
  const { target, main } = await fixture.pair();
  const { io } = fixture.kernelLab;
  for (let block = 0; block < MOVES * 100; block += 100) {
    const operations = Array.from({ length: WRITES }, (_, n) => [
      write(target, block * 8, 8, 10 + n),
      read(target, block * 8, 8),
    ]).flat();
    const first = new Promise<void>((resolve) => {
      const stop = main.log.onRequest(({ operation, sector }) => {
        if (operation !== 'write' || sector !== block * 8) return;
        stop();
        resolve();
      });
    });
    const written = meanwhile(io.each(operations));
    await first;
    await target.ask('remap', block);
    const outcomes = await written;
    outcomes.forEach((outcome, n) => {
      expect(outcome.error).toBeNull();
      if (n % 2 === 1) expect([block, n, outcome.tags]).toEqual([block, n, tags(10 + (n - 1) / 2, 8)]);
    });
    expect(await succeed(io, read(target, block * 8, 8))).toEqual(tags(9 + WRITES, 8));
  }
  expect(await target.status()).toMatchObject({ spareUsed: MOVES, manual: MOVES });
});
