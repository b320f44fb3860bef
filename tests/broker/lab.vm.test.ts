import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { RequestParams, RequestResult } from '../../app/bridge/schema.ts';
import { confirmationFor, type Intent } from '../../app/domain/plan.ts';
import { Broker } from '../../main/broker/broker.ts';
import { LabConnector } from '../../main/connections/lab/connector.ts';
import { silentLog } from '../doubles/helper.ts';
import { View } from '../doubles/view.ts';

const MIB = 1024 * 1024;
const root = join(import.meta.dirname, '../..');
const helperBundle = join(root, 'dist/helper/helper.cjs');
const onLab = { connection: 'lab' } as const;
/** Blocks of main that fail: every 40th, so that checked writes all over it soon meet one. */
const BAD_BLOCKS = Array.from({ length: 100 }, (_, index) => 300 + index * 37);

let broker: Broker;
let view: View;

beforeAll(async () => {
  if (!existsSync(helperBundle)) throw new Error('The helper is not built: npm run build');
  const connector = new LabConnector({
    helperBundle,
    projectFolder: root,
    disks: [
      { name: 'main', bytes: 16 * MIB, bus: 'virtio-scsi', model: 'LAB MAIN', serial: 'LAB-AGING-16M' },
      { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', model: 'LAB SPARE', serial: 'LAB-SPARE-16M' },
      { name: 'bystander', bytes: 16 * MIB, bus: 'virtio-scsi', model: 'LAB OTHER', serial: 'LAB-OTHER-16M' },
    ],
  });
  broker = new Broker({ host: 'web', version: '0.1.0', connectors: [connector], log: silentLog });
  view = await View.of(broker, 'lab');
});

afterAll(() => broker.close());

function disk(serial: string): { devno: string } {
  const device = view.connection.devices.find((one) => one.serial === serial);
  if (device === undefined) throw new Error(`no disk ${serial}`);
  return { devno: device.devno };
}

async function planAndApply(intent: Intent): Promise<RequestResult<'apply'>> {
  const plan = await view.call('plan', { ...onLab, intent });
  expect(plan.reasons.filter((reason) => reason.level === 'block')).toEqual([]);
  const spare = plan.entries.find((entry) => entry.role === 'spare')?.device;
  const confirmation =
    plan.confirm === null || spare === null || spare === undefined ? null : confirmationFor(spare).text;
  return view.call('apply', { ...onLab, token: plan.token, confirmation });
}

function act(action: RequestParams<'lab.act'>['act']): Promise<unknown> {
  return view.call('lab.act', { act: action });
}

it('opens the lab and shows its disks', async () => {
  await view.call('connection.open', onLab);
  expect(view.connection.phase.state).toBe('open');
  expect(view.connection.lab?.power).toBe('on');
  const serials = view.connection.devices.map((device) => device.serial);
  expect(serials).toEqual(expect.arrayContaining(['LAB-AGING-16M', 'LAB-SPARE-16M', 'LAB-OTHER-16M']));
});

it('protects the aging disk by plan and apply, and shows it', async () => {
  const main = disk('LAB-AGING-16M');
  const spare = disk('LAB-SPARE-16M');
  const made = await planAndApply({ action: 'create', main, spare, name: 'weak', blockSectors: 8, eraseSpare: true });
  expect(made).toEqual({ name: 'weak', path: '/dev/mapper/weak' });
  const target = view.connection.targets[0];
  expect(target?.device).toMatchObject({ name: 'weak', lengthSectors: (16 * MIB) / 512, blockSectors: 8 });
  expect(target?.status).toMatchObject({ mode: 'rw', spareUsed: 0 });
});

it('shows blocks being moved while the workload meets bad ones, with rows and events that agree', async () => {
  const faults = BAD_BLOCKS.map((block) => ({
    firstSector: block * 8,
    sectorCount: 8,
    fails: 'both' as const,
    healOnWrite: false,
  }));
  await act({ action: 'add-faults', disk: 'main', faults });
  expect(view.connection.lab?.disks[0]?.faultySectors).toBe(800);
  await act({ action: 'workload-start', target: 'weak', seed: 11 });
  await view.until(({ targets }) => (targets[0]?.status.spareUsed ?? 0) >= 5);
  await act({ action: 'workload-stop' });
  await view.until(({ lab }) => lab?.workload.state === 'stopped');
  expect(view.connection.lab?.workload).toMatchObject({ writesFailed: 0, lastError: null });

  const filter = { states: [], causes: [], fromBlock: null, toBlock: null, partialOnly: false };
  const query = { ...onLab, name: 'weak', sort: 'block', descending: false, filter, offset: 0, limit: 4096 } as const;
  await expect
    .poll(async () => (await view.call('target.remaps', query)).total, { timeout: 60_000 })
    .toBe(view.connection.targets[0]?.status.spareUsed);
  const { rows } = await view.call('target.remaps', query);
  expect(rows.every((row) => row.state === 'mapped' && BAD_BLOCKS.includes(row.block))).toBe(true);
  // Events are told at most ten times a second, so a row may be known a moment before its event is.
  const moved = (): (number | null)[] =>
    (view.connection.targets[0]?.events ?? []).filter(({ type }) => type === 'remap').map(({ block }) => block);
  await expect.poll(() => rows.filter((row) => !moved().includes(row.block)), { timeout: 60_000 }).toEqual([]);
});

it('says that the power was cut, and finds every acknowledged write after it', async () => {
  const written = view.connection.lab?.workload.writesAcknowledged ?? 0;
  expect(written).toBeGreaterThan(0);
  await act({ action: 'cut-power' });
  await view.until(({ phase }) => phase.state === 'failed');
  expect(view.connection.phase).toMatchObject({ error: { code: 'connection-closed' } });
  expect(view.connection.lab?.power).toBe('off');
  expect(view.connection.targets).toHaveLength(1);

  await act({ action: 'power-on' });
  expect(view.connection.phase.state).toBe('open');
  expect(view.connection.targets).toEqual([]);
  const main = disk('LAB-AGING-16M');
  const spare = disk('LAB-SPARE-16M');
  await planAndApply({ action: 'activate', main, spare, name: 'weak' });
  expect(view.connection.targets[0]?.status.spareUsed).toBeGreaterThanOrEqual(5);

  // Whatever the workload never wrote may be unreadable; what it wrote must be there.
  await act({ action: 'clear-faults', disk: 'main' });
  await act({ action: 'workload-verify' });
  await view.until(({ lab }) => lab?.workload.state === 'stopped');
  expect(view.connection.lab?.workload).toMatchObject({ blocksWrong: 0, blocksUnreadable: 0, lastError: null });
  expect(view.connection.lab?.workload.blocksVerified).toBeGreaterThan(0);
});

it('refuses what the lab cannot do, in words', async () => {
  await expect(act({ action: 'pull', disk: 'nothing' })).rejects.toMatchObject({ code: 'lab-refused' });
  await expect(act({ action: 'plug', disk: 'main' })).rejects.toMatchObject({ code: 'lab-refused' });
  await expect(act({ action: 'workload-start', target: 'none', seed: 1 })).rejects.toMatchObject({
    code: 'target-missing',
  });
});

it('leaves nothing running when it is closed', async () => {
  await view.call('connection.close', onLab);
  expect(view.connection).toMatchObject({ phase: { state: 'closed' }, lab: null, targets: [] });
});
