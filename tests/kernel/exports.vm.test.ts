import { describe, expect, it } from 'vitest';
import {
  errnoOf,
  eventsOf,
  failUnreadable,
  parseEvents,
  parseRemaps,
  read,
  succeed,
  tableLine,
  useKernelLab,
  write,
  type Target,
} from './harness/index.ts';
import { failWrites } from './harness/pairs.ts';
import { CORE_DEFAULTS, CORE_RANGES, readTable } from './harness/table-words.ts';

const MIB = 1024 * 1024;
const fixture = useKernelLab({
  disks: [
    { name: 'main', bytes: 16 * MIB, bus: 'nvme', serial: 'TEST-MAIN' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'TEST-SPARE' },
  ],
});

/** Every field of the status with the file that shows it, in the status's order. */
const FIELDS = [
  'mode',
  'block_sectors',
  'spare_used',
  'spare_total',
  'spare_bad',
  'pending',
  'partial',
  'auto',
  'manual',
  'proactive',
  'read_errors',
  'write_errors',
  'soft_errors',
  'slow_reads',
  'metadata_copies',
  'scan_state',
  'scan_block',
  'scan_passes',
  'risk',
  'confidence',
  'last_event',
] as const;

async function sysfs(target: Target): Promise<string> {
  const { stdout } = await fixture.kernelLab.dmsetup(['info', '-c', '--noheadings', '-o', 'minor', target.name]);
  return `/sys/block/dm-${stdout.trim()}/remap`;
}

/** All files of the directory with what they hold, without the end of the line. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const { stdout } = await fixture.kernelLab.run('/usr/bin/sh', ['-c', `cd "$1" && grep -H '' *`, 'sh', folder]);
  return Object.fromEntries(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}

async function text(file: string): Promise<string> {
  return (await fixture.kernelLab.run('/usr/bin/cat', [file])).stdout;
}

async function exists(path: string): Promise<boolean> {
  return (await fixture.kernelLab.lab.exec('/usr/bin/test', ['-e', path])).code === 0;
}

/** Writes to a file without a line's end of its own; the name of the error, or null. */
async function put(file: string, value: string): Promise<string | null> {
  return errnoOf(
    await fixture.kernelLab.lab.exec('/usr/bin/sh', ['-c', 'printf %s "$2" | cat > "$1"', 'sh', file, value]),
  );
}

describe('sysfs', () => {
  it('shows every field of the status and every core arg', async () => {
    const pair = await fixture.pair({ core: { main_id: 'wwn-0x5' } });
    const { target } = pair;
    failWrites(pair, 10);
    await succeed(fixture.kernelLab.io, write(target, 80, 2, 5));
    pair.main.faults.add({ kind: 'medium', ranges: [{ first: 160, count: 1 }] });
    await failUnreadable(fixture.kernelLab.io, read(target, 160, 8));

    const { uuid, main_id, scan_doing, ...rest } = await filesIn(await sysfs(target));
    expect(scan_doing).toMatch(/^idle - \d+$/);

    const status = (await target.statusLine()).split(' ').slice(3);
    expect(status).toHaveLength(FIELDS.length);
    const { core } = readTable(await target.table());
    const fields = Object.fromEntries(FIELDS.map((name, index) => [name, status[index]]));
    expect({ uuid, main_id, ...rest }).toEqual({ ...fields, ...core });
    expect(rest).toMatchObject({ auto: '1', pending: '1', partial: '1', metadata_copies: '2/2' });
  });

  it('takes core args with the checks of `set`, and nothing else', async () => {
    const { target } = await fixture.pair();
    const folder = await sysfs(target);
    const before = (await target.status()).lastEvent;
    for (const key of Object.keys(CORE_DEFAULTS) as (keyof typeof CORE_DEFAULTS)[]) {
      const [low, high] = CORE_RANGES[key];
      expect(await put(`${folder}/${key}`, `${high}\n`), key).toBeNull();
      expect(await text(`${folder}/${key}`)).toBe(`${high}\n`);
      for (const wrong of [String(high + 1), 'x', '', ' 1', '1 ', '-1', '+1', '1\n\n', ...(low > 0 ? ['0'] : [])]) {
        // Nothing is written for an empty text.
        if (wrong !== '') expect(await put(`${folder}/${key}`, wrong), `${key}: '${wrong}'`).toBe('EINVAL');
      }
      expect(await text(`${folder}/${key}`)).toBe(`${high}\n`);
    }
    const events = eventsOf(await target.events(before), 'set');
    expect(events.map(({ detail }) => detail)).toEqual(
      Object.keys(CORE_DEFAULTS).map((key) => `${key}=${CORE_RANGES[key as keyof typeof CORE_RANGES][1]}`),
    );
    const modes = await fixture.kernelLab.run('/usr/bin/sh', ['-c', 'cd "$1" && stat -c "%n %a" *', 'sh', folder]);
    const writable = modes.stdout.split('\n').filter((line) => line.endsWith(' 644'));
    expect(writable.map((line) => line.split(' ')[0]).sort()).toEqual(Object.keys(CORE_DEFAULTS).sort());
  });

  it('is there while the table is live, also suspended; shows the new table after a reload; goes with the device', async () => {
    const { target, table } = await fixture.pair();
    const folder = await sysfs(target);
    const { kernelLab } = fixture;
    await target.ask('remap', 7, 3);
    await target.suspend();
    expect(await text(`${folder}/spare_used`)).toBe('3\n');
    await target.resume();
    for (const retries of [5, 6]) {
      await target.reload(tableLine({ ...table, core: { ...table.core, retries } }));
      expect(await text(`${folder}/retries`), 'the live table').not.toBe(`${retries}\n`);
      await target.resume();
      expect(await text(`${folder}/retries`)).toBe(`${retries}\n`);
      expect(await text(`${folder}/spare_used`)).toBe('3\n');
    }
    // What is set there reaches the new target.
    expect(await put(`${folder}/retries`, '9')).toBeNull();
    expect(readTable(await target.table()).core).toMatchObject({ retries: '9' });

    await target.reload(`0 ${table.length} linear ${kernelLab.device('main')} 0`);
    await target.resume();
    expect(await exists(folder)).toBe(false);
    await target.reload(tableLine(table));
    await target.resume();
    expect(await text(`${folder}/spare_used`)).toBe('3\n');
    await target.remove();
    expect(await exists(folder)).toBe(false);
    expect(
      (await exists('/sys/kernel/debug/dm-remap')) && (await exists(`/sys/kernel/debug/dm-remap/${target.name}`)),
    ).toBe(false);
  });

  it('gives ENODEV to a file that was open when the device went, and the module can be unloaded', async () => {
    const { target } = await fixture.pair();
    const { kernelLab } = fixture;
    const folder = await sysfs(target);
    const script = `
      export DM_DISABLE_UDEV=1
      [ -d /sys/kernel/debug/dm-remap ] || mount -t debugfs none /sys/kernel/debug
      exec 5< "$1/spare_used" 6<> "$1/retries" 7< /sys/kernel/debug/dm-remap/$2/remaps
      dmsetup remove $2 || exit 1
      cat <&5 2>&1; echo 4 >&6; cat <&7 2>&1
      rmmod dm-remap && echo unloaded early
      exec 7<&-
      rmmod dm-remap || exit 1
      cat <&5 2>&1; echo 4 >&6
      modprobe dm-remap`;
    const { stdout, stderr } = await kernelLab.run('/usr/bin/sh', ['-c', script, 'sh', folder, target.name]);
    expect(stdout.match(/No such device/g)).toHaveLength(2);
    expect(stdout.match(/Input\/output error/g)).toHaveLength(1);
    expect(stdout).not.toContain('unloaded early');
    expect(stderr.match(/No such device/g)).toHaveLength(2);
  });

  it('is read beside reloads and removals without a complaint of the kernel', async () => {
    const { target, table } = await fixture.pair();
    const folder = await sysfs(target);
    const script = `
      export DM_DISABLE_UDEV=1
      [ -d /sys/kernel/debug/dm-remap ] || mount -t debugfs none /sys/kernel/debug
      touch /tmp/reading
      for reader in 1 2 3; do
        while [ -e /tmp/reading ]; do cat "$1"/* /sys/kernel/debug/dm-remap/$2/* > /dev/null 2>&1; done &
      done
      for cycle in $(seq 5); do
        dmsetup reload $2 --table "$3" && dmsetup resume $2 || exit 1
        dmsetup remove --retry $2 && dmsetup create $2 --table "$3" || exit 1
      done
      rm /tmp/reading; wait`;
    await fixture.kernelLab.run('/usr/bin/sh', ['-c', script, 'sh', folder, target.name, tableLine(table)], {
      timeoutMs: 180_000,
    });
    expect(await target.status()).toMatchObject({ mode: 'rw' });
    expect(await text(`${await sysfs(target)}/mode`)).toBe('rw\n');
  });
});

describe('debugfs', () => {
  it('shows blocks, events, metadata, regions and latency whole', async () => {
    const pair = await fixture.pair({ core: { uuid: '6f1cbb1e-4a3c-4f0e-9d55-0a1b2c3d4e5f' } });
    const { target, main } = pair;
    const { kernelLab } = fixture;
    await kernelLab.run('/usr/bin/sh', [
      '-c',
      '[ -d /sys/kernel/debug/dm-remap ] || mount -t debugfs none /sys/kernel/debug',
    ]);
    const folder = `/sys/kernel/debug/dm-remap/${target.name}`;
    await target.ask('remap', 300, 1000);
    await target.ask('remap', 20, 5);
    main.faults.add({ kind: 'medium', ranges: [{ first: 2000, count: 1 }] });
    await failUnreadable(kernelLab.io, read(target, 2000, 8));
    main.faults.add({ kind: 'medium', failures: 1, ranges: [{ first: 80, count: 1 }] });
    await succeed(kernelLab.io, read(target, 80, 8));

    expect(parseRemaps(`${await text(`${folder}/remaps`)}end`).rows).toEqual(await target.remaps(100));
    expect(parseEvents(`${await text(`${folder}/events`)}end`).rows).toEqual(await target.events());
    const metadata = await text(`${folder}/metadata`);
    expect(metadata).toContain('uuid 6f1cbb1e-4a3c-4f0e-9d55-0a1b2c3d4e5f\n');
    expect(metadata.match(/^copy \d .* good$/gm)).toHaveLength(2);
    const regions = (await text(`${folder}/regions`)).split('\n').filter((line) => /^\d/.test(line));
    // Block 250 cannot be read; nothing was scanned.
    expect(regions).toEqual(['1 128 0 0 0 0 1 0 0 0 65536']);
    const latency = (await text(`${folder}/latency`)).split('\n').filter((line) => /^\d/.test(line));
    // The one read that succeeded alone after an error.
    expect(latency.reduce((sum, line) => sum + Number(line.split(' ')[2]), 0)).toBe(1);
  });

  it('follows a device that is renamed', async () => {
    const { target, table } = await fixture.pair();
    const { kernelLab } = fixture;
    await kernelLab.run('/usr/bin/sh', [
      '-c',
      '[ -d /sys/kernel/debug/dm-remap ] || mount -t debugfs none /sys/kernel/debug',
    ]);
    const other = `${target.name}-renamed`;
    await kernelLab.dmsetup(['rename', target.name, other]);
    await kernelLab.dmsetup(['reload', other], { input: tableLine(table) });
    await kernelLab.dmsetup(['resume', other]);
    expect(await exists(`/sys/kernel/debug/dm-remap/${other}/remaps`)).toBe(true);
    expect(await exists(`/sys/kernel/debug/dm-remap/${target.name}`)).toBe(false);
    await kernelLab.dmsetup(['rename', other, target.name]);
    await target.remove();
    expect(await exists(`/sys/kernel/debug/dm-remap/${other}`)).toBe(false);
  });
});
