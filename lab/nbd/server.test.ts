import { createConnection, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LabDisk } from '../disk/disk.ts';
import { diskSettings } from '../disk/options.ts';
import { RequestClock } from '../disk/request-log.ts';
import { ByteQueue } from './byte-queue.ts';
import { COMMAND, NBD_ERROR, OPTION, OPTION_MAGIC, REPLY_MAGIC, REQUEST_MAGIC } from './protocol.ts';
import { NbdServer } from './server.ts';

const BYTES = 1024 * 1024;

/** A client as plain as the protocol allows, so that the server is not tested against its own code. */
class Client {
  readonly #socket: Socket;
  readonly #queue = new ByteQueue();

  constructor(path: string) {
    this.#socket = createConnection(path);
    this.#socket.on('data', (chunk) => {
      this.#queue.push(chunk);
    });
  }

  async take(length: number): Promise<Buffer> {
    for (;;) {
      const bytes = this.#queue.take(length);
      if (bytes !== undefined) return bytes;
      await once(this.#socket, 'data');
    }
  }

  send(...parts: Buffer[]): void {
    this.#socket.write(Buffer.concat(parts));
  }

  async closed(): Promise<void> {
    if (!this.#socket.destroyed) await once(this.#socket, 'close');
  }

  option(code: number, data: Buffer): void {
    const head = Buffer.alloc(16);
    head.writeBigUInt64BE(OPTION_MAGIC, 0);
    head.writeUInt32BE(code, 8);
    head.writeUInt32BE(data.length, 12);
    this.send(head, data);
  }

  async optionReply(): Promise<{ type: number; data: Buffer }> {
    const head = await this.take(20);
    return { type: head.readUInt32BE(12), data: await this.take(head.readUInt32BE(16)) };
  }

  request(
    command: number,
    handle: bigint,
    offset: number,
    length: number,
    options: { fua?: boolean; data?: Buffer } = {},
  ): void {
    const head = Buffer.alloc(28);
    head.writeUInt32BE(REQUEST_MAGIC, 0);
    head.writeUInt16BE(options.fua === true ? 1 : 0, 4);
    head.writeUInt16BE(command, 6);
    head.writeBigUInt64BE(handle, 8);
    head.writeBigUInt64BE(BigInt(offset), 16);
    head.writeUInt32BE(length, 24);
    this.send(head, options.data ?? Buffer.alloc(0));
  }

  async reply(length = 0): Promise<{ handle: bigint; error: number; data: Buffer }> {
    const head = await this.take(16);
    expect(head.readUInt32BE(0)).toBe(REPLY_MAGIC);
    const error = head.readUInt32BE(4);
    return { handle: head.readBigUInt64BE(8), error, data: await this.take(error === 0 ? length : 0) };
  }

  async go(name: string): Promise<void> {
    await this.take(18);
    this.send(Buffer.from([0, 0, 0, 3]));
    const data = Buffer.alloc(4 + name.length + 2);
    data.writeUInt32BE(name.length, 0);
    data.write(name, 4, 'latin1');
    this.option(OPTION.go, data);
    while ((await this.optionReply()).type !== 1);
  }
}

let folder: string;
let disk: LabDisk;
let readOnly: LabDisk;
let server: NbdServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmr-nbd-'));
  const clock = new RequestClock();
  const options = { bytes: BYTES, bus: 'virtio-scsi', serial: 'S' } as const;
  disk = new LabDisk(diskSettings({ ...options, name: 'main' }), clock);
  readOnly = new LabDisk(diskSettings({ ...options, name: 'fixed', readOnly: true }), clock);
  server = new NbdServer(new Map([disk, readOnly].map((each) => [each.name, each])));
  await server.listen(join(folder, 's'));
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const connect = (): Client => new Client(join(folder, 's'));

test('greets, tells about an export, and refuses an unknown one and an unknown option', async () => {
  const client = connect();
  expect((await client.take(18)).toString('latin1', 0, 16)).toBe('NBDMAGICIHAVEOPT');
  client.send(Buffer.from([0, 0, 0, 3]));
  client.option(99, Buffer.alloc(3));
  expect((await client.optionReply()).type).toBe(0x80000001);
  client.option(OPTION.info, Buffer.from([0, 0, 0, 1, 0x78, 0, 0]));
  expect((await client.optionReply()).type).toBe(0x80000006);
  client.option(OPTION.info, Buffer.from([0, 0, 0, 4, ...Buffer.from('main'), 0, 0]));
  const { type, data } = await client.optionReply();
  expect(type).toBe(3);
  expect(Number(data.readBigUInt64BE(2))).toBe(BYTES);
});

test('reads back what was written, also when the bytes come in small pieces', async () => {
  const client = connect();
  await client.go('main');
  const data = Buffer.alloc(4096, 0x5a);
  client.request(COMMAND.write, 1n, 8192, data.length, { data });
  expect(await client.reply()).toMatchObject({ handle: 1n, error: 0 });
  client.request(COMMAND.read, 2n, 8192, 4096);
  expect(await client.reply(4096)).toEqual({ handle: 2n, error: 0, data });
  expect(disk.stats).toMatchObject({ reads: 1, writes: 1, fuaWrites: 0 });
});

test('passes on flush and forced unit access', async () => {
  const client = connect();
  await client.go('main');
  client.request(COMMAND.write, 1n, 0, 512, { data: Buffer.alloc(512, 1) });
  await client.reply();
  expect(disk.stats.dirtySectors).toBe(1);
  client.request(COMMAND.write, 2n, 512, 512, { data: Buffer.alloc(512, 1), fua: true });
  await client.reply();
  expect(disk.stats).toMatchObject({ dirtySectors: 1, fuaWrites: 1 });
  client.request(COMMAND.flush, 3n, 0, 0);
  await client.reply();
  expect(disk.stats).toMatchObject({ dirtySectors: 0, flushes: 1 });
});

test('a slow request does not hold up the next one', async () => {
  const id = disk.faults.add({ kind: 'hang', ranges: [{ first: 0, count: 1 }] });
  const client = connect();
  await client.go('main');
  client.request(COMMAND.read, 1n, 0, 512);
  client.request(COMMAND.read, 2n, 512, 512);
  expect((await client.reply(512)).handle).toBe(2n);
  disk.faults.remove(id);
  expect((await client.reply(512)).handle).toBe(1n);
});

test('answers a failing read with EIO and no data, and goes on', async () => {
  disk.faults.add({ kind: 'medium', ranges: [{ first: 1, count: 1 }] });
  const client = connect();
  await client.go('main');
  client.request(COMMAND.read, 1n, 0, 4096);
  expect((await client.reply(4096)).error).toBe(NBD_ERROR.EIO);
  client.request(COMMAND.read, 2n, 0, 512);
  expect((await client.reply(512)).error).toBe(0);
});

test('refuses what is beyond the end, unknown, or a write to a read-only disk', async () => {
  const client = connect();
  await client.go('main');
  client.request(COMMAND.read, 1n, BYTES - 512, 1024);
  expect((await client.reply()).error).toBe(NBD_ERROR.EINVAL);
  client.request(COMMAND.write, 2n, BYTES, 512, { data: Buffer.alloc(512) });
  expect((await client.reply()).error).toBe(NBD_ERROR.ENOSPC);
  client.request(17, 3n, 0, 512);
  expect((await client.reply()).error).toBe(NBD_ERROR.EINVAL);
  const other = connect();
  await other.go('fixed');
  other.request(COMMAND.write, 4n, 0, 512, { data: Buffer.alloc(512, 1) });
  expect((await other.reply()).error).toBe(NBD_ERROR.EPERM);
  expect(readOnly.readSectors({ first: 0, count: 1 })).toEqual(Buffer.alloc(512));
});

test('drops a client that does not speak the protocol', async () => {
  const client = connect();
  await client.go('main');
  client.send(Buffer.alloc(28, 0xff));
  await client.closed();
  const greedy = connect();
  await greedy.go('main');
  greedy.request(COMMAND.write, 1n, 0, 64 * 1024 * 1024);
  await greedy.closed();
  expect(disk.stats.writes).toBe(0);
});
