import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';

import type { Notice } from '../../app/alerts/schema.ts';
import type { TargetView } from '../../app/bridge/snapshot.ts';
import { confirmationFor, type Intent } from '../../app/domain/plan.ts';
import type { RemapRow } from '../../app/domain/target.ts';
import type { LabDisk } from '../../lab/index.ts';
import { Broker } from '../../main/broker/broker.ts';
import { LabConnector } from '../../main/connections/lab/connector.ts';
import { silentLog } from '../doubles/helper.ts';
import { fileHistory } from '../doubles/history.ts';
import { View } from '../doubles/view.ts';

const MIB = 1024 * 1024;
const root = join(import.meta.dirname, '../..');
const helperBundle = join(root, 'dist/helper/helper.cjs');
const onLab = { connection: 'lab' } as const;
const onTarget = { ...onLab, name: 'weak' } as const;
/** Far enough from each other that no two are in one read of the scanner. */
const WEAK = [2000, 2040, 2080, 2120];
const DEAD = 2200;

const notices: Notice[] = [];
let folder: string;
let broker: Broker;
let view: View;
let connector: LabConnector;

beforeAll(async () => {
  if (!existsSync(helperBundle)) throw new Error('The helper is not built: npm run build');
  folder = mkdtempSync(join(tmpdir(), 'dm-remap-foresight-'));
  connector = new LabConnector({
    helperBundle,
    projectFolder: root,
    disks: [
      { name: 'main', bytes: 32 * MIB, bus: 'nvme', model: 'LAB MAIN', serial: 'LAB-AGING-32M' },
      { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', model: 'LAB SPARE', serial: 'LAB-SPARE-16M' },
    ],
  });
  broker = new Broker({
    host: 'web',
    version: '0.1.0',
    connectors: [connector],
    log: silentLog,
    openHistory: () => fileHistory(join(folder, 'history.db')),
    notifier: { tell: (notice) => notices.push(notice), standing: () => undefined },
  });
  view = await View.of(broker, 'lab');
  await view.call('connection.open', onLab);
});

afterAll(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});

function target(): TargetView {
  const [found] = view.connection.targets;
  if (found === undefined) throw new Error('nothing is protected');
  return found;
}

function main(): LabDisk {
  const disk = connector.machine?.disk('main');
  if (disk === undefined) throw new Error('the lab is not running');
  return disk;
}

function device(serial: string): { devno: string } {
  const found = view.connection.devices.find((one) => one.serial === serial);
  if (found === undefined) throw new Error(`no disk ${serial}`);
  return { devno: found.devno };
}

async function planAndApply(intent: Intent): Promise<void> {
  const plan = await view.call('plan', { ...onLab, intent });
  const spare = plan.entries.find((entry) => entry.role === 'spare')?.device;
  const confirmation =
    plan.confirm === null || spare === null || spare === undefined ? null : confirmationFor(spare).text;
  await view.call('apply', { ...onLab, token: plan.token, confirmation });
}

/** Waits until the view shows something of the device. */
function shows(check: (view: TargetView) => boolean): Promise<void> {
  return view.until(({ targets: [first] }) => first !== undefined && check(first));
}

/** Blocks that each give their data only after some tries, once more. */
function weaken(blocks: readonly number[]): void {
  for (const block of blocks) {
    main().faults.add({
      kind: 'medium',
      operations: ['read'],
      failures: 2,
      ranges: [{ first: block * 8, count: 8 }],
    });
  }
}

async function scan(): Promise<void> {
  const passes = target().status.scanPasses;
  await view.call('target.scan', { ...onTarget, action: 'start' });
  await shows(({ status }) => status.scanPasses === passes + 1);
}

/** The first rows of the remap table as soon as it has `count`: it is fetched after the status that counts them. */
async function rowsOnceThereAre(count: number): Promise<RemapRow[]> {
  for (;;) {
    const revision = target().remapsRevision;
    const { rows } = await view.call('target.remapsAt', { ...onTarget, fromBlock: 0, limit: 10 });
    if (rows.length >= count) return rows;
    await shows(({ remapsRevision }) => remapsRevision !== revision);
  }
}

async function inMachine(file: string, ...args: string[]): Promise<void> {
  const ended = await connector.machine?.exec(file, args);
  if (ended?.code !== 0) throw new Error(`${file} failed: ${ended?.stderr ?? 'the lab is not running'}`);
}

/** When the first scan began or ended, by the machine's clock; Unix time in seconds. */
function secondsOf(type: 'scan_start' | 'scan_end'): number | undefined {
  const event = target().events.find((one) => one.type === type);
  return event === undefined ? undefined : Math.floor(event.milliseconds / 1000);
}

const told = (words: string): string[] => notices.map(({ title }) => title).filter((title) => title.includes(words));
const termsOf = ({ forecast }: TargetView): string[] => (forecast?.disk.terms ?? []).map(({ id }) => id);

it('protects a disk of which nothing bad is known', async () => {
  const [aging, spare] = [device('LAB-AGING-32M'), device('LAB-SPARE-16M')];
  await planAndApply({ action: 'create', main: aging, spare, name: 'weak', blockSectors: 8, eraseSpare: true });
  expect(target().status).toMatchObject({ mode: 'rw', scanPasses: 0, softErrors: 0 });
  expect(notices).toEqual([]);
});

it('finds weak blocks before anybody reads them, and moves them while they can be read', async () => {
  onTestFailed(() => void process.stderr.write(`${JSON.stringify(target(), null, 1)}\n`));
  weaken(WEAK);
  await scan();
  await shows(({ status }) => status.softErrors === WEAK.length);
  expect(target().status).toMatchObject({ spareUsed: 0, pending: 0 });

  const { regionBlocks, readAt: times } = await view.call('target.readTimes', onTarget);
  expect([regionBlocks, times.length]).toEqual([128, 64]);
  await shows(() => secondsOf('scan_end') !== undefined);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(secondsOf('scan_start') ?? Number.NaN);
  expect(Math.max(...times)).toBeLessThanOrEqual(secondsOf('scan_end') ?? Number.NaN);

  weaken(WEAK);
  await scan();
  await shows(({ status }) => status.proactive === WEAK.length);
  expect(target().status).toMatchObject({ spareUsed: WEAK.length, partial: 0, pending: 0, readErrors: 0 });
  const rows = await rowsOnceThereAre(WEAK.length);
  expect(rows.map(({ block, cause }) => [block, cause])).toEqual(WEAK.map((block) => [block, 'proactive']));
});

it('says why it is not known when a region was last read', async () => {
  const ask = () => view.call('target.readTimes', onTarget);
  await inMachine('/usr/bin/umount', '/sys/kernel/debug');
  await expect(ask()).rejects.toMatchObject({
    data: { code: 'regions-unavailable', sentence: expect.stringContaining('is not mounted') as string },
  });
  await inMachine('/usr/bin/mount', '-t', 'debugfs', 'debugfs', '/sys/kernel/debug');
  expect((await ask()).readAt).toHaveLength(64);
});

it('raises the forecast for the reason that it gives, and tells of it once', async () => {
  expect(termsOf(target())).not.toContain('pending-blocks');
  const before = target().forecast?.disk.verdict;
  main().faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: DEAD * 8, count: 8 }] });
  await scan();
  await shows((one) => termsOf(one).includes('pending-blocks'));
  expect(target().status.pending).toBe(1);
  expect(target().forecast?.disk.verdict).not.toBe(before);
  await view.until(({ alerts }) => alerts.open.some(({ rule }) => rule === 'pending'));
  expect(told('cannot be read')).toHaveLength(1);

  await scan();
  expect(target().status.pending).toBe(1);
  expect(told('cannot be read')).toHaveLength(1);
});

it('remembers all of it after a restart of the machine', async () => {
  const before = target();
  await planAndApply({ action: 'deactivate', name: 'weak' });
  await view.call('lab.act', { act: { action: 'cut-power' } });
  await view.until(({ phase }) => phase.state === 'failed');
  await view.call('lab.act', { act: { action: 'power-on' } });
  await planAndApply({
    action: 'activate',
    main: device('LAB-AGING-32M'),
    spare: device('LAB-SPARE-16M'),
    name: 'weak',
  });
  const { proactive, pending, softErrors, scanPasses, risk } = before.status;
  expect(target().status).toMatchObject({ proactive, pending, softErrors, scanPasses, risk, scanState: 'idle' });
  await shows((one) => termsOf(one).includes('pending-blocks'));
  expect(told('cannot be read')).toHaveLength(1);
  const range = { ...onLab, device: before.device.uuid, from: 0, to: Date.now() + 60_000, points: 100 };
  const { points, events, eventsLost } = await view.call('history.samples', range);
  expect(Math.max(...points.map(({ figures }) => figures.pending[1]))).toBe(1);
  expect(events.filter(({ type }) => type === 'pending').map(({ block }) => block)).toEqual([DEAD]);
  expect(eventsLost).toBe(0);
});
