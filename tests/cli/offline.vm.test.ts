import { afterEach, describe, expect, it } from 'vitest';

import { remapsOutputSchema, statusOutputSchema } from '../../app/cli/live.ts';
import { checkOutputSchema, dumpOutputSchema, repairOutputSchema } from '../../app/cli/spare.ts';
import { tableUnit } from '../kernel/harness/spare-format.ts';
import { SpareImage } from '../kernel/harness/spare-image.ts';
import { useCli } from './harness.ts';

const MIB = 1024 * 1024;

const cli = useCli({
  disks: [
    { name: 'main', bytes: 32 * MIB, bus: 'nvme', model: 'TEST MAIN', serial: 'MAIN-0001' },
    {
      name: 'spare',
      bytes: 16 * MIB,
      bus: 'virtio-scsi',
      model: 'TEST SPARE',
      serial: 'SPARE-0002',
      writeCacheBytes: 4 * MIB,
    },
  ],
});

const spare = (): string => cli.machine.path('spare');
const image = (): SpareImage => new SpareImage(cli.machine.disk('spare'), 8);

/** The guest's page cache may hold what the host has changed since. */
async function forget(): Promise<void> {
  await cli.machine.sh(`udevadm settle; blockdev --flushbufs ${spare()}`);
}

/** A pair with blocks moved by the module: three after failed writes, two on request, one in part. Taken down again. */
async function usedPair(): Promise<void> {
  await cli.create();
  const { faults } = cli.machine.disk('main');
  faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: 160, count: 24 }] });
  faults.add({ kind: 'medium', operations: ['read'], healOnWrite: false, ranges: [{ first: 803, count: 1 }] });
  await cli.machine.lab.faultsSettled();
  await cli.machine.sh('dd if=/dev/zero of=/dev/mapper/safe bs=4k seek=20 count=3 oflag=direct');
  await cli.exits(0, 'remap', 'safe', '100', '2');
}

/** Unit of the table in which the moved blocks are entered. */
function usedUnit(): number {
  return Math.floor((image().mapped()[0]?.spareBlock ?? 0) / 84);
}

afterEach(() => forget());

describe('check and dump', () => {
  it('refuse a spare whose pair is active, and find it clean and whole afterwards', async () => {
    await usedPair();
    for (const verb of ['check', 'dump', 'repair'] as const) {
      const { code, stdout, stderr } = await cli.run([verb, spare()]);
      expect([code, stdout]).toEqual([verb === 'dump' ? 1 : 2, '']);
      expect(stderr).toMatch(/is in use by .*nothing was changed.*Deactivate the pair/);
    }
    const { remaps } = await cli.json(remapsOutputSchema, 'remaps', 'safe');
    expect(remaps.map(({ block, residency }) => [block, residency])).toEqual([
      [20, 'ff'],
      [21, 'ff'],
      [22, 'ff'],
      [100, 'f7'],
      [101, 'ff'],
    ]);
    const status = (await cli.json(statusOutputSchema, 'status', 'safe')).targets[0]?.status;
    await cli.exits(0, 'deactivate', 'safe');

    const report = await cli.json(checkOutputSchema, 'check', spare());
    expect(report).toMatchObject({ verdict: 'clean', findings: [], spare: { mappedBlocks: 5, mainSectors: 65_536 } });
    expect(report.spare?.usableBlocks).toBe(status?.spareTotal);
    const dump = await cli.json(dumpOutputSchema, 'dump', spare());
    const dumped = dump.entries
      .flatMap((entry) => (entry.state === 'mapped' ? [entry] : []))
      .map(({ block, spareBlock, cause, residency, seconds }) => ({
        block,
        spareBlock,
        state: 'mapped',
        cause,
        residency,
        seconds,
      }))
      .sort((a, b) => a.block - b.block);
    expect(dumped).toEqual(remaps);
    expect(dump.state).toMatchObject({ clean: true, counters: { autoRemaps: 3, manualRemaps: 2 } });
    expect(dump.state?.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['activate', 'remap', 'deactivate']),
    );
  });

  it('find every unit that was damaged, one that cannot be read too', async () => {
    await usedPair();
    await cli.exits(0, 'deactivate', 'safe');
    const { layout } = image();
    image().damage(tableUnit(layout, 1, usedUnit()));
    image().damage(layout.copies[0]);
    const unreadable = tableUnit(layout, 0, 3) * 8;
    cli.machine
      .disk('spare')
      .faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: unreadable + 3, count: 1 }] });
    await cli.machine.lab.faultsSettled();
    await forget();
    const { verdict, findings } = await cli.json(checkOutputSchema, 'check', spare());
    expect(verdict).toBe('repairable');
    expect(findings.map(({ part, code, copy, sector }) => [part, code, copy, sector])).toEqual([
      ['superblock', 'checksum', 0, 0],
      ...[
        [usedUnit(), ['table', 'checksum', 1, tableUnit(layout, 1, usedUnit()) * 8]] as const,
        [3, ['table', 'unreadable', 0, unreadable]] as const,
      ]
        .sort(([a], [b]) => a - b)
        .map(([, finding]) => finding),
    ]);
  });
});

describe('repair', () => {
  it('mends a damaged copy byte for byte; then the pair is activated and the module has nothing to mend', async () => {
    await usedPair();
    await cli.exits(0, 'deactivate', 'safe');
    await forget();
    const disk = cli.machine.disk('spare');
    const sound = disk.hash();
    const { layout } = image();
    image().damage(tableUnit(layout, 0, usedUnit()));
    image().damage(layout.copies[1]);
    const damaged = disk.hash();
    await forget();
    await cli.exits(1, 'repair', spare());
    expect(disk.hash()).toBe(damaged);
    const { writes, written } = await cli.json(repairOutputSchema, 'repair', spare(), '--yes');
    expect([writes.length, written]).toEqual([2, true]);
    expect([disk.hash(), disk.stats.dirtySectors]).toEqual([sound, 0]);

    await cli.exits(0, 'activate', 'safe', '--spare', spare());
    const { remaps } = await cli.json(remapsOutputSchema, 'remaps', 'safe');
    expect(remaps.map(({ block }) => block)).toEqual([20, 21, 22, 100, 101]);
    expect((await cli.exits(0, 'events', 'safe')).stdout).not.toContain('metadata_repaired');
    await cli.exits(0, 'deactivate', 'safe');
    await cli.exits(0, 'check', spare());
  });

  it('mends what could not be read, and a damaged save that the module then loads', async () => {
    await usedPair();
    await cli.exits(0, 'deactivate', 'safe');
    const slot = image().state()?.slot ?? 0;
    const { layout } = image();
    image().damage(layout.copies[slot] + 2);
    const first = tableUnit(layout, 1, usedUnit()) * 8;
    cli.machine.disk('spare').faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first, count: 8 }] });
    await cli.machine.lab.faultsSettled();
    await forget();
    await cli.exits(0, 'repair', spare(), '--yes');
    await cli.exits(0, 'check', spare());
    await cli.exits(0, 'activate', 'safe', '--spare', spare());
    const { targets } = await cli.json(statusOutputSchema, 'status', 'safe');
    expect(targets).toMatchObject([{ status: { mode: 'rw', spareUsed: 5, auto: 3, manual: 2, metadataGood: 2 } }]);
  });

  it('writes an image that is sound and leaves the spare alone', async () => {
    await usedPair();
    await cli.exits(0, 'deactivate', 'safe');
    image().damage(tableUnit(image().layout, 0, usedUnit()));
    await forget();
    const before = cli.machine.disk('spare').hash();
    await cli.machine.sh('rm -f /tmp/spare.img');
    await cli.exits(0, 'repair', spare(), '--output', '/tmp/spare.img');
    expect(cli.machine.disk('spare').hash()).toBe(before);
    await cli.exits(0, 'check', '/tmp/spare.img');
    // A loop device over the image holds it as surely as a mapping holds a disk.
    await cli.machine.sh('modprobe loop; udevadm settle; losetup /dev/loop0 /tmp/spare.img');
    const { stderr } = await cli.exits(2, 'repair', '/tmp/spare.img', '--yes');
    expect(stderr).toMatch(/in use by the loop device loop0/);
    await cli.exits(0, 'check', '/dev/loop0');
    await cli.machine.sh('losetup -d /dev/loop0');
  });

  it('does not touch a spare whose copies disagree, or that is in use', async () => {
    await usedPair();
    const { stderr } = await cli.exits(2, 'repair', spare(), '--yes');
    expect(stderr).toMatch(/in use/);
    await cli.exits(0, 'deactivate', 'safe');
    for (const copy of [0, 1] as const) image().damage(tableUnit(image().layout, copy, usedUnit()));
    await forget();
    const before = cli.machine.disk('spare').hash();
    expect(await cli.json(checkOutputSchema, 'check', spare())).toMatchObject({ verdict: 'unrepairable' });
    await cli.exits(2, 'repair', spare(), '--yes');
    await cli.exits(2, 'repair', spare(), '--output', '/tmp/none.img');
    expect(cli.machine.disk('spare').hash()).toBe(before);
    expect((await cli.machine.sh('ls /tmp/none.img 2>/dev/null || echo none')).trim()).toBe('none');
  });
});

describe('after a power cut in the middle of moving', () => {
  it('check finds nothing beyond repair, and after an activation nothing at all', async () => {
    await cli.create();
    cli.machine
      .disk('main')
      .faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: 0, count: 16_000 }] });
    await cli.machine.lab.faultsSettled();
    const log = cli.machine.disk('spare').log;
    const mark = log.mark();
    await cli.machine.sh('dd if=/dev/zero of=/dev/mapper/safe bs=4k count=1000 oflag=direct >/dev/null 2>&1 & echo $!');
    await cli.machine.sh(`until [ $(dmsetup status safe | cut -d' ' -f6) -ge 20 ]; do :; done`);
    await cli.machine.lab.powerCut({ lose: { seed: 1 } });
    expect(log.entries(mark).length).toBeGreaterThan(40);
    await cli.machine.restart();
    const { verdict, spare: found } = await cli.json(checkOutputSchema, 'check', spare());
    expect(verdict).toBeOneOf(['clean', 'repairable']);
    expect(found?.mappedBlocks).toBeGreaterThanOrEqual(20);
    await cli.exits(0, 'activate', 'safe', '--spare', spare());
    await cli.exits(0, 'deactivate', 'safe');
    expect(await cli.json(checkOutputSchema, 'check', spare())).toMatchObject({ verdict: 'clean', findings: [] });
  });
});
