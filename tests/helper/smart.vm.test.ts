import { afterAll, beforeAll, expect, it } from 'vitest';

import { attributeCount, type DriveHealth } from '../../app/domain/smart.ts';
import { HelperFixture } from './harness.ts';

const MIB = 1024 * 1024;

/** A drive with ATA's SMART, one with NVMe's, and two without any. */
const fixture = new HelperFixture({
  disks: [
    { name: 'sata', bytes: 8 * MIB, bus: 'ata', model: 'TEST SATA', serial: 'SATA-0001' },
    { name: 'nvme', bytes: 8 * MIB, bus: 'nvme', serial: 'NVME-0002' },
    { name: 'scsi', bytes: 8 * MIB, bus: 'virtio-scsi', model: 'TEST SCSI', serial: 'SCSI-0003' },
    { name: 'virtio', bytes: 8 * MIB, bus: 'virtio-blk', serial: 'VIRTIO-0004' },
  ],
});

beforeAll(() => fixture.start());
afterAll(() => fixture.stop());

async function healthOf(name: string): Promise<DriveHealth> {
  const { devno } = await fixture.device(name);
  const reading = await fixture.client.call('smart.read', { devno });
  if (reading.state !== 'read') throw new Error(`${name}: ${JSON.stringify(reading.problem)}`);
  return reading.health;
}

it('reads an ATA drive with its attributes', async () => {
  const health = await healthOf('sata');
  expect(health).toMatchObject({
    protocol: 'ata',
    kind: 'ssd',
    verdict: 'passed',
    model: 'TEST SATA',
    serial: 'SATA-0001',
    temperatureCelsius: 31,
    canSelfTest: true,
    running: null,
  });
  expect(attributeCount(health, 5)).toBe(0);
  expect(health.attributes.find(({ id }) => id === 190)).toMatchObject({ count: null, failing: 'no' });
});

it('reads an NVMe drive with its health log', async () => {
  expect(await healthOf('nvme')).toMatchObject({
    protocol: 'nvme',
    kind: 'nvme',
    verdict: 'passed',
    serial: 'NVME-0002',
    nvme: { criticalWarning: 0, warnings: [], mediaErrors: 0, percentageUsed: 0 },
  });
});

it('says of disks without SMART that they have none', async () => {
  for (const name of ['scsi', 'virtio']) {
    const { devno } = await fixture.device(name);
    const reading = await fixture.client.call('smart.read', { devno });
    expect({ name, reading }).toMatchObject({ reading: { state: 'unavailable', problem: { code: 'not-supported' } } });
  }
  expect(await fixture.client.refused('smart.read', { devno: '4095:7' })).toMatchObject({ code: 'device-gone' });
});

it('runs a short self-test of an ATA drive and finds it in the log', async () => {
  const { devno } = await fixture.device('sata');
  const before = (await healthOf('sata')).selfTests.length;
  await fixture.client.call('smart.test', { devno, kind: 'short' });
  // The emulated drive is done at once.
  const { selfTests, running } = await healthOf('sata');
  expect(selfTests).toHaveLength(before + 1);
  expect(selfTests[0]).toMatchObject({ kind: 'short', outcome: 'passed', words: 'Completed without error' });
  expect(running).toBeNull();
  // It knows no command to end one.
  const refused = await fixture.client.refused('smart.test', { devno, kind: 'abort' });
  expect(refused).toMatchObject({ code: 'tool-failed' });
});

it('says that a drive did not start a self-test', async () => {
  const { devno } = await fixture.device('nvme');
  const refused = await fixture.client.refused('smart.test', { devno, kind: 'short' });
  expect(refused).toMatchObject({ code: 'tool-failed' });
});

it('tells disks that are pulled and plugged in', async () => {
  const client = await fixture.connect();
  await client.call('events.follow', {});
  const { name } = await fixture.device('scsi');
  await fixture.pull('scsi');
  await client.note('devices.changed', ({ names }) => names.includes(name));
  const from = client.notes.length;
  await fixture.plug('scsi');
  await client.note('devices.changed', ({ names }) => names.some((one) => one.startsWith('sd')), from);
});
