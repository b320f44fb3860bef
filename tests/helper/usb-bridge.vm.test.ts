import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { HelperFixture } from './harness.ts';

const MIB = 1024 * 1024;
/** Before the system's own in the helper's list of folders, so that it counts what is asked. */
const WRAPPER = '/usr/sbin/smartctl';
const REAL = '/run/real-smartctl';
const ASKED = '/run/asked';

const fixture = new HelperFixture({
  disks: [
    { name: 'stick', bytes: 16 * MIB, bus: 'usb', serial: 'STICK-0001' },
    { name: 'plain', bytes: 16 * MIB, bus: 'virtio-scsi', model: 'TEST PLAIN', serial: 'PLAIN-0002' },
  ],
});

beforeAll(async () => {
  await fixture.start();
  await fixture.sh(`cp ${WRAPPER} ${REAL}`);
  await replaceSmartctl(`exec ${REAL} "$@"`);
});
afterAll(() => fixture.stop());

/** Puts a script in smartctl's place that notes its arguments first. */
async function replaceSmartctl(then: string): Promise<void> {
  await fixture.sh(`rm -f ${WRAPPER} ${ASKED}
cat > ${WRAPPER} <<'END'
#!/bin/sh
echo "$*" >> ${ASKED}
${then}
END
chmod 755 ${WRAPPER}; : > ${ASKED}`);
}

/** Device types that smartctl was asked with since the last call; `auto` without one. */
async function asked(): Promise<string[]> {
  const text = await fixture.sh(`cat ${ASKED}; : > ${ASKED}`);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => / -d (\S+)/.exec(line)?.[1] ?? 'auto');
}

/** The disk behind the bridge; its number may be another one after it was plugged in again. */
async function stick(): Promise<{ devno: string; name: string }> {
  const { devices } = await fixture.client.call('devices.list', {});
  const found = devices.find(({ transport, kind }) => transport === 'usb' && kind === 'disk');
  if (found === undefined) throw new Error('the helper does not tell the disk behind the bridge');
  return found;
}

async function replug(): Promise<void> {
  const { name } = await stick();
  await fixture.lab.pull('stick');
  await fixture.sh(`while [ -e /sys/block/${name} ]; do sleep 0.05; done`);
  await fixture.lab.plug('stick');
  await fixture.sh('until ls -l /sys/block | grep -q /usb; do sleep 0.05; done; udevadm settle');
}

it('tries the types thrice on a real smartctl and a bridge that lets none through, and says so', async () => {
  const { devno } = await stick();
  // smartctl takes what it does not reach for a drive that sleeps, and one that sleeps may wake.
  const round = ['auto', 'sat', 'sat,12'];
  for (let turn = 0; turn < 3; turn += 1) {
    const reading = await fixture.client.call('smart.read', { devno });
    expect(reading).toMatchObject({ state: 'unavailable', problem: { code: 'bridge-hides' } });
    expect(await asked()).toEqual(round);
  }
  for (let turn = 0; turn < 2; turn += 1) {
    expect(await fixture.client.call('smart.read', { devno })).toMatchObject({ problem: { code: 'bridge-hides' } });
  }
  expect(await asked()).toEqual(['auto', 'auto']);
});

it('tries them again when it is plugged in anew', async () => {
  await replug();
  const { devno } = await stick();
  expect(await fixture.client.call('smart.read', { devno })).toMatchObject({ problem: { code: 'bridge-hides' } });
  expect(await asked()).toEqual(['auto', 'sat', 'sat,12']);
});

// No bridge that QEMU makes hands ATA commands on: smartctl's answers are those of a drive that was recorded.
it('remembers the type that answered, also when the disk is plugged in again', async () => {
  const recorded = await readFile(
    fileURLToPath(new URL('../../app/smart/fixtures/hgst-hdd.json', import.meta.url)),
    'utf8',
  );
  await fixture.sh(`cat > /run/drive.json <<'END'\n${recorded}\nEND`);
  await replaceSmartctl(`case "$*" in *"-d sat,12 "*) cat /run/drive.json;; *) exec ${REAL} "$@";; esac`);
  await replug();
  const { devno } = await stick();
  const reading = await fixture.client.call('smart.read', { devno });
  expect(reading).toMatchObject({ state: 'read', health: { protocol: 'ata', kind: 'hdd' } });
  expect(await asked()).toEqual(['auto', 'sat', 'sat,12']);
  await fixture.client.call('smart.read', { devno });
  await replug();
  const again = await stick();
  expect(await fixture.client.call('smart.read', { devno: again.devno })).toMatchObject({ state: 'read' });
  expect(await asked()).toEqual(['sat,12', 'sat,12']);
});

it('tries nothing on a disk that is not behind a bridge', async () => {
  const { devno } = await fixture.device('plain');
  expect(await fixture.client.call('smart.read', { devno })).toMatchObject({ problem: { code: 'not-supported' } });
  expect(await asked()).toEqual(['auto']);
});

it('says of a missing smartctl that it is missing', async () => {
  await fixture.sh(`rm ${WRAPPER}`);
  const { devno } = await stick();
  expect(await fixture.client.call('smart.read', { devno })).toMatchObject({
    state: 'unavailable',
    problem: { code: 'smartctl-missing' },
  });
  const { tools, problems } = await fixture.client.call('machine.inspect', {});
  expect(tools.find(({ name }) => name === 'smartctl')?.path).toBeNull();
  expect(problems).toContainEqual(
    expect.objectContaining({
      sentence: expect.stringContaining('smartctl is not installed') as string,
      blocking: false,
    }),
  );
  await expect(fixture.client.call('devices.list', {})).resolves.toBeTruthy();
});
