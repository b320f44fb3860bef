import { describe, expect, it } from 'vitest';
import { follow } from './harness/follow.ts';
import { resetToBlank, tableLine, useKernelLab, type Target } from './harness/index.ts';

const MIB = 1024 * 1024;
const TIB = 1024 ** 4;
const BLOCK_SECTORS = 8;
const MAIN_BYTES = 8 * TIB;
const BLOCKS = MAIN_BYTES / 512 / BLOCK_SECTORS;
/** Blocks of a part of main of which it is known whether a scan read it: a 128th of a region of 256 MiB. */
const GRAIN = 512;

const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: MAIN_BYTES, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

/** A new pair; nothing was ever written to main, which takes no memory so. */
async function freshTarget(core: Readonly<Record<string, number>>): Promise<Target> {
  const { kernelLab } = fixture;
  resetToBlank(kernelLab.lab.disk('spare'));
  const target = fixture.target();
  await target.create(
    tableLine({
      length: MAIN_BYTES / 512,
      main: kernelLab.device('main'),
      spare: kernelLab.device('spare'),
      blockSectors: BLOCK_SECTORS,
      features: ['no_scan', 'format'],
      core,
    }),
  );
  return target;
}

async function scan(target: Target, first: number, count: number): Promise<void> {
  const { lastEvent } = await target.status();
  await target.ask('scan', 'start', first, count);
  await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'scan_end'));
}

async function scanned(target: Target, first: number, count: number): Promise<number> {
  return (await target.health(first, count, 1))[0]?.scanned ?? 0;
}

describe('a scan of a main of 8 TiB, of which one read is less than is remembered by itself', () => {
  // At the lower rate a read is of 128 KiB.
  it.each([0, 2048])('is remembered, at a rate of %i', async (rate) => {
    const target = await freshTarget({ scan_rate: rate });
    await scan(target, 0, 2 * GRAIN);
    expect(await target.health(0, 4 * GRAIN, 4)).toMatchObject([
      { cell: 0, scanned: GRAIN },
      { cell: 1, scanned: GRAIN },
    ]);
  });

  it('is remembered in whole parts, wherever it begins and ends', async () => {
    const target = await freshTarget({ scan_rate: 0 });
    await scan(target, 100, 3 * GRAIN);
    expect(await scanned(target, 0, GRAIN)).toBe(0);
    expect(await scanned(target, GRAIN, 2 * GRAIN)).toBe(2 * GRAIN);
    expect(await scanned(target, 3 * GRAIN, GRAIN)).toBe(0);
  });

  it('is remembered at the very end, with how long the reads took', async () => {
    const target = await freshTarget({ scan_rate: 0 });
    await scan(target, BLOCKS - GRAIN, GRAIN);
    const [cell] = await target.health(BLOCKS - GRAIN, GRAIN, 1);
    expect(cell?.scanned).toBe(GRAIN);
    expect(cell?.worstLatency).toBeGreaterThan(0);
  });

  it('goes on after it was interrupted, and leaves no gap there', async () => {
    const target = await freshTarget({ scan_rate: 256 });
    const { lastEvent } = await target.status();
    await target.ask('scan', 'start', 0, GRAIN);
    // Each message ends the read that is under way.
    for (let turn = 0; turn < 4; turn += 1) {
      await target.ask('scan', 'pause');
      await target.ask('scan', 'resume');
    }
    await follow(target, lastEvent, (rows) => rows.some(({ type }) => type === 'scan_end'));
    expect(await scanned(target, 0, GRAIN)).toBe(GRAIN);
  });
});
