import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExecOutcome } from './agent-client.ts';
import type { DiskOptions } from './disk/options.ts';
import { SECTOR_BYTES } from './disk/ranges.ts';
import type { LogEntry } from './disk/request-log.ts';
import { Lab } from './lab.ts';

const MIB = 1024 * 1024;
const DD = '/usr/bin/dd';

/** Answers each line with its process's number and the line, so that a test can tell sessions apart. */
const ECHO_HELPER = `
const fs = require('node:fs');
const name = process.argv[process.argv.indexOf('--virtio-port') + 1];
const folder = '/sys/class/virtio-ports/';
const port = fs.readdirSync(folder).find((each) => fs.readFileSync(folder + each + '/name', 'utf8').trim() === name);
const file = fs.openSync('/dev/' + port, 'r+');
const buffer = Buffer.alloc(4096);
const next = () => fs.read(file, buffer, 0, 4096, null, (error, count) => {
  if (error) throw error;
  if (count === 0) setTimeout(next, 20);
  else fs.write(file, process.pid + ' ' + buffer.toString('utf8', 0, count), next);
});
next();
`;

const DISKS: DiskOptions[] = [
  { name: 'nvme', bytes: 16 * MIB, bus: 'nvme', serial: 'N1' },
  { name: 'scsi', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'S1', wwn: '5000c500a1b2c3d4' },
  { name: 'medium', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'S2', medium: 'blkdebug' },
  { name: 'virtio', bytes: 16 * MIB, bus: 'virtio-blk', serial: 'V1' },
  { name: 'native', bytes: 16 * MIB, bus: 'nvme', serial: 'N2', logicalBlockBytes: 4096 },
  { name: 'files', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'S3', ext4: { label: 'f', files: { 'a/b': 'hello' } } },
  { name: 'parts', bytes: 16 * MIB, bus: 'virtio-scsi', serial: 'S4', partitions: [{ first: 2048, count: 4096 }] },
];

let folder: string;
let lab: Lab;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmr-test-'));
  const helperBundle = join(folder, 'helper.cjs');
  await writeFile(helperBundle, ECHO_HELPER);
  lab = await Lab.start({ disks: DISKS, module: null, udev: false, helperBundle });
});

afterAll(async () => {
  await lab.stop();
  await rm(folder, { recursive: true });
});

async function dd(
  disk: string,
  direction: 'read' | 'write',
  sector: number,
  count: number,
  flag = 'direct',
): Promise<ExecOutcome> {
  const device = await lab.devicePath(disk);
  const ends = direction === 'read' ? [`if=${device}`, 'of=/dev/null'] : ['if=/dev/zero', `of=${device}`];
  const place = direction === 'read' ? 'skip' : 'seek';
  const flags = direction === 'read' ? `iflag=${flag}` : `oflag=${flag}`;
  const bytes = count * SECTOR_BYTES;
  return lab.exec(DD, [
    ...ends,
    `bs=${String(bytes)}`,
    `${place}=${String((sector * SECTOR_BYTES) / bytes)}`,
    'count=1',
    flags,
  ]);
}

const brief = (entries: readonly LogEntry[]): string[] =>
  entries.map(
    ({ operation, sector, count, fua, result }) =>
      `${operation} ${String(sector)}+${String(count)}${fua ? ' fua' : ''} ${result}`,
  );

describe('faults', () => {
  test.each([
    ['nvme', 'No data available', 1],
    ['native', 'No data available', 1],
    ['virtio', 'Input/output error', 1],
    ['scsi', 'Input/output error', 6],
  ])('on %s a bad sector fails its own request with "%s", and is good once written', async (name, error, tries) => {
    const disk = lab.disk(name);
    disk.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 2056, count: 1 }] });
    const mark = disk.log.mark();
    const bad = await dd(name, 'read', 2056, 8);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain(error);
    expect((await dd(name, 'read', 2048, 8)).code).toBe(0);
    expect((await dd(name, 'read', 2064, 8)).code).toBe(0);
    expect((await dd(name, 'write', 2056, 8)).code).toBe(0);
    expect((await dd(name, 'read', 2056, 8)).code).toBe(0);
    const reads = disk.log.entries(mark).filter((entry) => entry.operation === 'read');
    const failed = Array.from({ length: tries }, () => 'read 2056+8 failed');
    expect(brief(reads)).toEqual([...failed, 'read 2048+8 ok', 'read 2064+8 ok', 'read 2056+8 ok']);
    expect(disk.faults.list()).toEqual([]);
  });

  test('on a blkdebug disk the error is a true medium error, and goes when the fault does', async () => {
    const { faults } = lab.disk('medium');
    const id = faults.add({ kind: 'medium', ranges: [{ first: 100, count: 8 }] });
    await lab.faultsSettled();
    expect((await dd('medium', 'read', 96, 8)).stderr).toContain('No data available');
    expect((await dd('medium', 'write', 104, 8)).stderr).toContain('No data available');
    expect((await dd('medium', 'read', 112, 8)).code).toBe(0);
    faults.remove(id);
    await lab.faultsSettled();
    expect((await dd('medium', 'read', 96, 8)).code).toBe(0);
    expect((await lab.exec('/usr/bin/dmesg')).stdout).toContain('Sense Key : Medium Error');
  });

  test('a write that fails so often as asked succeeds then', async () => {
    const { faults } = lab.disk('nvme');
    faults.add({ kind: 'medium', operations: ['write'], ranges: [{ first: 3000, count: 1 }], failures: 2 });
    const codes: (number | null)[] = [];
    for (let round = 0; round < 3; round++) codes.push((await dd('nvme', 'write', 3000, 8)).code);
    expect(codes).toEqual([1, 1, 0]);
  });
});

test('a durable write is on the medium when the guest has its answer, on nvme and on scsi', async () => {
  for (const name of ['nvme', 'scsi']) {
    const disk = lab.disk(name);
    disk.writeSectors(64, Buffer.alloc(8 * SECTOR_BYTES, 0xff));
    expect((await dd(name, 'write', 64, 8, 'direct,dsync')).code).toBe(0);
    expect(disk.stats.dirtySectors).toBe(0);
    expect(disk.readSectors({ first: 64, count: 8 }).every((byte) => byte === 0)).toBe(true);
  }
});

test('disks look as they were asked to', async () => {
  const columns = 'PATH,SIZE,LOG-SEC,TYPE';
  const table = (await lab.exec('/usr/bin/lsblk', ['-n', '-r', '-b', '-o', columns])).stdout;
  const bytes = String(16 * MIB);
  expect(table).toContain(`${await lab.devicePath('native')} ${bytes} 4096 disk`);
  expect(table).toContain(`${await lab.devicePath('files')} ${bytes} 512 disk`);
  expect(table).toContain(`${await lab.devicePath('parts')}1 ${String(4096 * SECTOR_BYTES)} 512 part`);
  await lab.exec('/usr/bin/mount', ['-o', 'ro', await lab.devicePath('files'), '/mnt']);
  expect((await lab.exec('/usr/bin/cat', ['/mnt/a/b'])).stdout).toBe('hello');
  await lab.exec('/usr/bin/umount', ['/mnt']);
});

describe('the helper', () => {
  async function ask(stream: Duplex, text: string): Promise<{ pid: string; text: string }> {
    stream.write(`${text}\n`);
    const [line] = (await once(createInterface(stream), 'line')) as [string];
    const [pid = '', ...rest] = line.split(' ');
    return { pid, text: rest.join(' ') };
  }

  test('answers on its stream, and a new session meets a new helper', async () => {
    const first = await lab.helper();
    const before = await ask(first, 'one');
    expect(before.text).toBe('one');
    const second = await lab.helper();
    const after = await ask(second, 'two');
    expect(after.text).toBe('two');
    expect(after.pid).not.toBe(before.pid);
    expect(first.destroyed).toBe(true);
  });

  test('that has died is followed by another, asked for at once or once it is there', async () => {
    const die = async (stream: Duplex): Promise<string> => {
      const { pid } = await ask(stream, 'dying');
      const closed = once(stream, 'close');
      expect(await lab.exec('/usr/bin/sh', ['-c', `kill -9 ${pid}`])).toMatchObject({ code: 0 });
      await closed;
      return pid;
    };
    const dead = await die(await lab.helper());
    const second = await lab.helper();
    const after = await ask(second, 'two');
    expect(after.text).toBe('two');
    expect(after.pid).not.toBe(dead);

    await die(second);
    const port = '/sys/kernel/debug/virtio-ports';
    await expect
      .poll(
        async () => (await lab.exec('/usr/bin/sh', ['-c', `grep -l 'guest_connected: 1' ${port}/* | wc -l`])).stdout,
      )
      .toBe('2\n');
    const waiting = (await lab.exec('/usr/bin/cat', ['/run/lab/helper.pid'])).stdout.trim();
    expect((await ask(await lab.helper(), 'three')).pid).toBe(waiting);
  });
});

describe('programs', () => {
  test('get their input and environment, and give code and output', async () => {
    const result = await lab.exec('/usr/bin/sh', ['-c', 'cat; echo "$WORD" >&2; exit 3'], {
      input: 'typed',
      environment: { WORD: 'heard' },
    });
    expect(result).toEqual({ code: 3, signal: null, stdout: 'typed', stderr: 'heard\n' });
  });

  test('that do not exist or do not end are told apart', async () => {
    expect(await lab.exec('/usr/bin/nothing')).toMatchObject({ code: 127 });
    await expect(lab.exec('/usr/bin/sleep', ['60'], { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'timeout',
      detail: expect.stringMatching(/^\d+ ms by the host's clock; up [^]*^\d+ sleep S\n.*nanosleep/m) as string,
    });
  });

  test('that wait in the kernel for a disk are told with what they wait for', async () => {
    const { faults } = lab.disk('nvme');
    const id = faults.add({ kind: 'hang', operations: ['read'] });
    try {
      const args = [`if=${await lab.devicePath('nvme')}`, 'of=/dev/null', 'bs=4k', 'count=1', 'iflag=direct'];
      await expect(lab.exec('/usr/bin/dd', args, { timeoutMs: 300 })).rejects.toMatchObject({
        code: 'timeout',
        detail: expect.stringMatching(/^\d+ dd D\n(.+\n)*.*blkdev_read_iter/m) as string,
      });
    } finally {
      faults.remove(id);
    }
  });
});

test('a pulled disk is gone and comes back when plugged, with its data', async () => {
  for (const name of ['nvme', 'scsi']) {
    lab.disk(name).writeSectors(0, Buffer.alloc(SECTOR_BYTES, 0x77));
    await lab.pull(name);
    await expect(lab.devicePath(name)).rejects.toMatchObject({ code: 'bad-option' });
    await lab.plug(name);
    await expect.poll(() => lab.devicePath(name).catch(() => ''), { timeout: 20_000 }).toMatch(/^\/dev\//);
    const device = await lab.devicePath(name);
    expect((await lab.exec('/usr/bin/head', ['-c', '4', device])).stdout).toBe('wwww');
  }
});

describe('the workload', () => {
  const range = { first: 8192, count: 4096 };

  test('finds a damaged, a stale and an unreadable block, and no others', async () => {
    const disk = lab.disk('scsi');
    const device = await lab.devicePath('scsi');
    const workload = await lab.startWorkload({ device, pattern: 'sequential', range, writes: 16, seed: 5 });
    await workload.finished();
    expect(workload.status).toMatchObject({ running: false, writes: 16, failedWrites: 0, blocks: 16 });
    expect((await workload.verify()).sectors).toEqual({ ok: 128, stale: 0, corrupt: 0, unreadable: 0 });
    const damaged = disk.readSectors({ first: 8200, count: 1 });
    damaged[300] = (damaged[300] ?? 0) ^ 1;
    disk.writeSectors(8200, damaged);
    disk.writeSectors(8210, Buffer.alloc(SECTOR_BYTES));
    disk.faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: 8223, count: 1 }] });
    const { sectors, problems } = await workload.verify();
    expect(sectors).toEqual({ ok: 125, stale: 1, corrupt: 1, unreadable: 1 });
    expect(problems.map(({ first, count, verdict }) => [first, count, verdict])).toEqual([
      [8200, 1, 'corrupt'],
      [8210, 1, 'stale'],
      [8223, 1, 'unreadable'],
    ]);
  });

  test('keeps after a power cut what was flushed, and does not owe what was not', async () => {
    const device = await lab.devicePath('scsi');
    const disk = lab.disk('scsi');
    const place = { first: 16384, count: 8192 };
    const flushed = await lab.startWorkload({ device, pattern: 'random', range: place, writes: 40, seed: 6 });
    await flushed.finished();
    const lost = { first: 24576, count: 4096 };
    const unflushed = await lab.startWorkload({
      device,
      pattern: 'sequential',
      range: lost,
      writes: 20,
      durability: 'never',
      seed: 7,
    });
    await unflushed.finished();
    expect(disk.stats.dirtySectors).toBe(160);
    const owed = flushed.status.blocks;
    await lab.powerCut({ lose: 'all' });
    expect(lab.isRunning).toBe(false);
    await expect(lab.exec('/usr/bin/true')).rejects.toMatchObject({ code: 'machine-died' });
    await lab.restart();
    const after = await flushed.verify(await lab.devicePath('scsi'));
    expect(after.sectors).toEqual({ ok: owed * 8, stale: 0, corrupt: 0, unreadable: 0 });
    expect(unflushed.status.blocks).toBe(0);
    expect(disk.readSectors(lost).every((byte) => byte === 0)).toBe(true);
  });

  test('under a seeded power cut in the middle of its writes loses nothing it was promised', async () => {
    const device = await lab.devicePath('scsi');
    const workload = await lab.startWorkload({
      device,
      pattern: 'random',
      range: { first: 0, count: 2048 },
      durability: { flushEvery: 7 },
      seed: 8,
    });
    await new Promise<void>((resolve) => {
      workload.onEvent((event) => {
        if (event.event === 'written' && event.generation >= 60) resolve();
      });
    });
    await lab.powerCut({ lose: { seed: 42 } });
    await lab.restart();
    const { sectors } = await workload.verify(await lab.devicePath('scsi'));
    expect(sectors).toMatchObject({ stale: 0, corrupt: 0, unreadable: 0 });
    expect(sectors.ok).toBeGreaterThanOrEqual(8);
  });
});

test('a panic of the guest is told of, and the lab can be started again', async () => {
  const exit = new Promise((resolve) => lab.onExit(resolve));
  await lab.exec('/usr/bin/sh', ['-c', 'echo c > /proc/sysrq-trigger']).catch(() => undefined);
  expect(await exit).toMatchObject({ reason: 'panic', detail: expect.stringContaining('Kernel panic') as string });
  expect(lab.isRunning).toBe(false);
  await lab.restart();
  expect((await lab.exec('/usr/bin/true')).code).toBe(0);
});

test('QEMU ends with the process that started it, even when that is killed', async () => {
  const script = `
    const { Lab } = await import(${JSON.stringify(join(import.meta.dirname, 'lab.ts'))});
    const lab = await Lab.start({ module: null, udev: false, disks: [] });
    console.log(lab.pid);
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const pid = Number(line);
  expect(() => process.kill(pid, 0)).not.toThrow();
  child.kill('SIGKILL');
  await once(child, 'exit');
  await expect.poll(() => (isRunning(pid) ? 'running' : 'gone'), { timeout: 10_000 }).toBe('gone');
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a stopped lab leaves nothing behind', async () => {
  const before = (await readdir(tmpdir())).filter((name) => name.startsWith(`dmr-lab-${String(process.pid)}-`));
  const other = await Lab.start({ module: null, udev: false, disks: [] });
  const pid = other.pid ?? 0;
  expect(isRunning(pid)).toBe(true);
  await other.stop();
  expect(isRunning(pid)).toBe(false);
  const after = (await readdir(tmpdir())).filter((name) => name.startsWith(`dmr-lab-${String(process.pid)}-`));
  expect(after).toEqual(before);
});
