import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LineSplitter } from '../lines.ts';
import { toJson } from './json.ts';
import { QmpClient, type QmpEvent } from './qmp.ts';

let folder: string;
let server: Server;
let client: QmpClient;
/** The end that plays QEMU. */
let qemu: Socket;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmr-qmp-'));
  server = createServer();
  server.listen(join(folder, 's'));
  qemu = createConnection(join(folder, 's'));
  const [socket] = (await once(server, 'connection')) as [Socket];
  const attached = QmpClient.attach(socket);
  qemu.write('{"QMP": {"version": {}, "capabilities": []}}\r\n');
  const [capabilities] = (await once(qemu, 'data')) as [Buffer];
  expect(JSON.parse(capabilities.toString())).toMatchObject({ execute: 'qmp_capabilities', id: 1 });
  qemu.write('{"return": {}, "id": 1}\r\n');
  client = await attached;
});

afterEach(async () => {
  client.close();
  qemu.destroy();
  server.close();
  await rm(folder, { recursive: true });
});

test('gives each answer to the command that asked, in whatever order and pieces they come', async () => {
  const first = client.execute('one', { a: 1 });
  const second = client.execute('two');
  qemu.write('{"return": "second", "id": 3}\r\n{"ret');
  expect(await second).toBe('second');
  qemu.write('urn": "first", "id": 2}\r\n');
  expect(await first).toBe('first');
});

test('a refused command is an error with what QEMU said', async () => {
  const refused = client.execute('device_del', { id: 'x' });
  qemu.write('{"error": {"class": "DeviceNotFound", "desc": "Device \'x\' not found"}, "id": 2}\r\n');
  await expect(refused).rejects.toMatchObject({
    code: 'monitor-failed',
    message: expect.stringContaining('not found') as string,
  });
});

test('tells of events', async () => {
  const event = new Promise<QmpEvent>((resolve) => client.onEvent(resolve));
  qemu.write('{"event": "DEVICE_DELETED", "data": {"device": "disk"}, "timestamp": {"seconds": 1}}\r\n');
  expect(await event).toMatchObject({ event: 'DEVICE_DELETED', data: { device: 'disk' } });
});

test('what waits when QEMU ends fails, and so does what comes later', async () => {
  const waiting = client.execute('one');
  const failed = expect(waiting).rejects.toMatchObject({ code: 'machine-died' });
  qemu.destroy();
  await failed;
  await expect(client.execute('two')).rejects.toMatchObject({ code: 'machine-died' });
});

test('an answer that is not the protocol ends the connection', async () => {
  const waiting = client.execute('one');
  const failed = expect(waiting).rejects.toMatchObject({ code: 'machine-died' });
  qemu.write('nonsense\r\n');
  await failed;
});

test('lines come out whole however they were cut', () => {
  const splitter = new LineSplitter();
  const lines = ['a', 'b\nc', '', 'd\n\ne', '\n'].flatMap((chunk) => splitter.push(chunk));
  expect(lines).toEqual(['ab', 'cd', '', 'e']);
});

test('whole numbers of 64 bits are written as numbers, and a text that looks like one stays a text', () => {
  expect(toJson({ wwn: 2n ** 63n + 1n, text: '12', list: [1n] })).toBe(
    '{"wwn":9223372036854775809,"text":"12","list":[1]}',
  );
});
