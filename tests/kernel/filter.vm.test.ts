import { describe, expect, it } from 'vitest';
import { MAIN_TAG, read, succeed, tags, useKernelLab, write } from './harness/index.ts';

const MIB = 1024 * 1024;
const BLOCK_SECTORS = 8;
/** The smallest filter has 65,536 bits, one for 8 sectors: from here on main's sectors share the bits of the first ones. */
const AGAIN = 65_536 * 8;
/** Sectors of a byte of the filter. map() looks at eight bytes at once, from the one in which a request begins. */
const BYTE_SECTORS = 64;

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 272 * MIB, bus: 'nvme', serial: 'TEST-LARGE-MAIN' },
    { name: 'zeroed', bytes: 64 * MIB, bus: 'virtio-blk', serial: 'TEST-ZEROED', discards: true },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

/**
 * Places of a block in the filter: where it begins anew, its first and last bits, and between two of its bytes. Bits are
 * never cleared: each place comes before those whose bits would have requests to it looked at closer anyway.
 */
const PLACES = [
  AGAIN,
  AGAIN + 3 * BYTE_SECTORS,
  7 * BYTE_SECTORS,
  BYTE_SECTORS - BLOCK_SECTORS,
  AGAIN - BLOCK_SECTORS,
  0,
];
const LENGTHS = [8, 64, 448, 456, 2048];

/** Requests of `length` sectors that hold the block at `place`: as its end, its start, and somewhere between. */
function startsAround(place: number, length: number): number[] {
  const earliest = place + BLOCK_SECTORS - length;
  return [earliest, place - BYTE_SECTORS, place - BLOCK_SECTORS, place].filter(
    (start) => start >= 0 && start >= earliest && start <= place,
  );
}

describe('a mapped block', () => {
  it('is found by requests of any length, wherever they begin', async () => {
    const { target } = await fixture.pair();
    const { io } = fixture.kernelLab;
    for (const place of PLACES) {
      const block = place / BLOCK_SECTORS;
      await target.ask('remap', block);
      await succeed(io, write(target, place, BLOCK_SECTORS, 7));
      for (const length of LENGTHS) {
        for (const start of startsAround(place, length)) {
          const before = place - start;
          expect(await succeed(io, read(target, start, length)), `${String(start)}+${String(length)}`).toEqual([
            ...tags(MAIN_TAG, before),
            ...tags(7, BLOCK_SECTORS),
            ...tags(MAIN_TAG, length - before - BLOCK_SECTORS),
          ]);
        }
      }
      // Its sectors on main hold what they held: a request that misses the mapping would read that.
      await target.ask('unmap', block);
      await succeed(io, write(target, place, BLOCK_SECTORS, MAIN_TAG));
    }
  });

  it('is found by writes of any length: none reaches main', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    for (const place of [BYTE_SECTORS - BLOCK_SECTORS, AGAIN]) {
      await target.ask('remap', place / BLOCK_SECTORS);
      for (const length of LENGTHS) {
        for (const start of startsAround(place, length)) {
          const mark = main.log.mark();
          await succeed(io, write(target, start, length, 9));
          const reached = main.log
            .entries(mark)
            .filter(
              ({ operation, sector, count }) => operation === 'write' && sector < place + 8 && sector + count > place,
            );
          expect(reached, `${String(start)}+${String(length)}`).toEqual([]);
        }
      }
    }
  });
});

describe('the first of many mapped blocks', () => {
  it('is found by a request of megabytes that holds them all', async () => {
    const { target, main } = await fixture.pair({ main: 'zeroed' });
    const { io, lab } = fixture.kernelLab;
    // Half way; behind it so many that they share hash buckets with blocks before it.
    const [block, behind, count] = [4000, 4800, 2048];
    await target.ask('remap', block);
    await target.ask('remap', behind, count);
    await succeed(io, write(target, block * BLOCK_SECTORS, BLOCK_SECTORS, 7));
    const sectors = (behind + count) * BLOCK_SECTORS;
    const mark = main.log.mark();
    const zero = await lab.exec('/usr/sbin/blkdiscard', ['-z', '--length', String(sectors * 512), target.path]);

    expect(zero).toMatchObject({ code: 0 });
    const [first] = main.log.entries(mark).filter(({ operation }) => operation === 'write-zeroes');
    // One request up to the block: it was not found because the kernel had cut the request there.
    expect(first).toMatchObject({ sector: 0, count: block * BLOCK_SECTORS });
    expect(await succeed(io, read(target, (block - 1) * BLOCK_SECTORS, 3 * BLOCK_SECTORS))).toEqual(tags(0, 24));
    expect(await succeed(io, read(target, behind * BLOCK_SECTORS, BLOCK_SECTORS))).toEqual(tags(0, BLOCK_SECTORS));
  });
});

describe('a pending block', () => {
  it('far from a write does not delay it, and is found by one that holds it', async () => {
    const { target, main } = await fixture.pair();
    const { io } = fixture.kernelLab;
    main.faults.add({
      kind: 'medium',
      operations: ['read'],
      healOnWrite: false,
      ranges: [{ first: AGAIN + 8, count: 1 }],
    });
    await io.one(read(target, AGAIN + 8, 8));
    expect(await target.status()).toMatchObject({ pending: 1 });

    await succeed(io, write(target, AGAIN - 1000, 1000, 5));
    expect(await target.status()).toMatchObject({ pending: 1, auto: 0 });
    await succeed(io, write(target, AGAIN - 1000, 1016, 6));
    expect(await target.status()).toMatchObject({ pending: 0, auto: 1 });
    expect(await succeed(io, read(target, AGAIN - 8, 24))).toEqual(tags(6, 24));
  });
});
