import { afterAll, beforeAll, expect, it } from 'vitest';

import { HelperFixture, type TestClient } from './harness.ts';

const MIB = 1024 * 1024;
const BAD_SECTOR = 2048;

const fixture = new HelperFixture({
  disks: [
    { name: 'main', bytes: 32 * MIB, bus: 'virtio-scsi', model: 'TEST MAIN', serial: 'MAIN-0001', medium: 'blkdebug' },
    { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', model: 'TEST SPARE', serial: 'SPARE-0002' },
    { name: 'other', bytes: 32 * MIB, bus: 'virtio-scsi', model: 'TEST OTHER', serial: 'OTHER-0003' },
    { name: 'sata', bytes: 16 * MIB, bus: 'ata', model: 'TEST SATA', serial: 'SATA-0004' },
  ],
});

beforeAll(() => fixture.start());
afterAll(() => fixture.stop());

async function follow(): Promise<TestClient> {
  const client = await fixture.connect();
  await client.call('events.follow', {});
  await client.note('kernel.log', ({ state }) => state === 'followed');
  return client;
}

/** Everything that was told of a disk so far. */
function toldOf(client: TestClient, devno: string): string {
  return client.notes
    .flatMap(({ name, params }) => (name === 'kernel.said' && params.devno === devno ? params.messages : []))
    .map(({ text }) => text)
    .join('\n');
}

it('tells a medium error of the disk that has it, and of no other', async () => {
  const client = await follow();
  const [main, other] = [await fixture.device('main'), await fixture.device('other')];
  await client.note('kernel.said', ({ devno }) => devno === other.devno);
  fixture.disk('main').faults.add({ kind: 'medium', operations: ['read'], ranges: [{ first: BAD_SECTOR, count: 1 }] });
  await fixture.lab.faultsSettled();
  const before = Date.now();
  await fixture.sh(`dd if=${main.path} of=/dev/null bs=4096 iflag=direct skip=${BAD_SECTOR / 8} count=1 2>&1 || true`);
  const line = `critical medium error, dev ${main.name}, sector ${BAD_SECTOR}`;
  const { messages } = await client.note('kernel.said', (said) =>
    said.messages.some(({ text }) => text.includes(line)),
  );
  const said = messages.find(({ text }) => text.includes(line));
  expect(said?.level).toBe('err');
  // The guest's clock is the host's, to the second.
  expect(Math.abs((said?.milliseconds ?? 0) - before)).toBeLessThan(60_000);
  expect(messages.some(({ text }) => /^sd .*Sense Key : Medium Error/.test(text))).toBe(true);
  expect(client.notes.filter(({ name }) => name === 'kernel.said').length).toBeGreaterThan(3);
  expect(toldOf(client, other.devno)).not.toContain('medium error');
  fixture.disk('main').faults.clear();
});

it('tells of a disk by its ata port, and a new client what was said before', async () => {
  const client = await follow();
  const [main, sata] = [await fixture.device('main'), await fixture.device('sata')];
  await client.note('kernel.said', ({ devno, messages }) => devno === main.devno && messages.length > 0);
  expect(toldOf(client, main.devno)).toContain('critical medium error');
  const host = (await fixture.sh(`readlink -f /sys/block/${sata.name}`))
    .split('/')
    .find((part) => /^host\d/.test(part));
  await client.note('kernel.said', ({ devno }) => devno === sata.devno);
  const from = client.notes.length;
  await fixture.sh(`echo '- - -' > /sys/class/scsi_host/${host}/scan`);
  await client.note(
    'kernel.said',
    (said) => said.devno === sata.devno && /^ata\d/m.test(said.messages.at(-1)?.text ?? ''),
    from,
  );
  expect(toldOf(client, main.devno)).not.toMatch(/^ata\d/m);
});

it('tells of the target’s own lines with both disks of the pair, and forgets a disk that is gone', async () => {
  const client = await follow();
  const [main, spare, other] = [
    await fixture.device('main'),
    await fixture.device('spare'),
    await fixture.device('other'),
  ];
  await fixture.createPair();
  const {
    targets: [target],
  } = await client.note('targets.changed', ({ targets }) => targets.length === 1);
  await fixture.sh('dmsetup message disk 0 nonsense 2>&1 || true');
  for (const { devno } of [main, spare]) {
    await client.note(
      'kernel.said',
      (said) =>
        said.devno === devno &&
        said.messages.some(({ text }) => text.startsWith(`device-mapper: remap: ${target?.devno}: unknown message`)),
    );
  }
  expect(toldOf(client, other.devno)).not.toContain('device-mapper');
  const from = client.notes.length;
  await fixture.pull('other');
  await client.note('kernel.said', ({ devno, messages }) => devno === other.devno && messages.length === 0, from);
});

it('says plainly that it may not read the log', async () => {
  await fixture.sh('echo 1 > /proc/sys/kernel/dmesg_restrict');
  const asks = [
    { jsonrpc: '2.0', id: 1, method: 'init', params: { protocol: 1, client: { name: 'test', version: '0' } } },
    { jsonrpc: '2.0', id: 2, method: 'events.follow', params: {} },
    { jsonrpc: '2.0', id: 3, method: 'machine.inspect', params: {} },
  ];
  await fixture.sh(
    `chmod -R a+rX /usr/lib/lab; echo '${asks.map((ask) => JSON.stringify(ask)).join('\n')}' > /tmp/asks`,
  );
  const script = `process.setgroups([]); process.setgid(65534); process.setuid(65534);
    const { spawn } = require('node:child_process');
    const child = spawn('node', ['/usr/lib/lab/helper.cjs', '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (/"id":2/.test(text) && /"id":3/.test(text) && /kernel\\.log/.test(text)) child.stdin.end();
    });
    child.on('close', () => process.stdout.write(text));
    child.stdin.write(require('node:fs').readFileSync('/tmp/asks'));`;
  const { stdout } = await fixture.lab.exec('/usr/bin/node', ['-e', script]);
  const lines = stdout
    .split('\n')
    .flatMap((line) =>
      line === '' ? [] : [JSON.parse(line) as { method?: string; id?: number; params?: unknown; result?: unknown }],
    );
  expect(lines.find(({ method }) => method === 'kernel.log')?.params).toEqual({
    state: 'refused',
    detail: '/dev/kmsg: EPERM',
  });
  expect(stdout.split('\n').find((line) => line.includes('"id":2'))).toContain('permission-refused');
  expect(lines.find(({ id }) => id === 3)?.result).toMatchObject({
    problems: [{ sentence: expect.stringContaining('without administrator rights') as string, blocking: true }],
  });
});
