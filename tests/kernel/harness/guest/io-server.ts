import './threads.ts';
import { constants } from 'node:fs';
import { open, writeFile, type FileHandle } from 'node:fs/promises';
import { errorText, systemCode } from '../../../../lab/errors.ts';
import { alignedBuffer } from '../../../../lab/guest/direct-file.ts';
import { GuestPort } from '../../../../lab/guest/port.ts';
import { contentOf, runsOf, SECTOR_BYTES, tagsOf } from '../content.ts';
import { IoRequest, MAX_SECTORS, type IoOperation, type IoResult } from './protocol.ts';

/**
 * Runs in the guest in the helper's place: reads and writes sectors of block devices and tells the error of each
 * operation. The tests have it do lists of operations, as starting a program for each would take most of their time.
 */

const SLOTS = 20;
const SLOT_BYTES = MAX_SECTORS * SECTOR_BYTES;
const memory = alignedBuffer(SLOTS * SLOT_BYTES);
const freeSlots = Array.from({ length: SLOTS }, (_, index) =>
  memory.subarray(index * SLOT_BYTES, (index + 1) * SLOT_BYTES),
);
const waiting: ((slot: Buffer) => void)[] = [];

async function withBuffer<T>(bytes: number, use: (buffer: Buffer) => Promise<T>): Promise<T> {
  const slot = freeSlots.pop() ?? (await new Promise<Buffer>((resolve) => waiting.push(resolve)));
  try {
    return await use(slot.subarray(0, bytes));
  } finally {
    const next = waiting.shift();
    if (next === undefined) freeSlots.push(slot);
    else next(slot);
  }
}

/** The files of one request, each opened once; closing the last one of a device drops what is cached of it. */
class Files {
  readonly #open = new Map<string, Promise<FileHandle>>();

  get(path: string, flags: number): Promise<FileHandle> {
    const key = `${path} ${String(flags)}`;
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const opened = open(path, flags);
    this.#open.set(key, opened);
    return opened;
  }

  async close(): Promise<void> {
    for (const opened of await Promise.allSettled(this.#open.values())) {
      if (opened.status === 'fulfilled') await opened.value.close();
    }
  }
}

async function perform(operation: IoOperation, files: Files): Promise<IoResult> {
  switch (operation.op) {
    case 'read':
    case 'write': {
      const { device, sector, count, origin = 0, buffered = false } = operation;
      const direct = buffered ? 0 : constants.O_DIRECT;
      const bytes = count * SECTOR_BYTES;
      const position = sector * SECTOR_BYTES;
      if (operation.op === 'read') {
        const file = await files.get(device, constants.O_RDONLY | direct);
        return withBuffer(bytes, async (buffer) => {
          // What an earlier operation left in the buffer must not pass for what is read.
          buffer.fill(0xaa);
          const { bytesRead } = await file.read(buffer, 0, bytes, position);
          if (bytesRead !== bytes) return { error: `SHORT-${String(bytesRead)}` };
          return { error: null, runs: runsOf(tagsOf(buffer, sector + origin)) };
        });
      }
      const durable = operation.durable === true ? constants.O_DSYNC : 0;
      const file = await files.get(device, constants.O_RDWR | direct | durable);
      return withBuffer(bytes, async (buffer) => {
        contentOf(operation.tag, sector + origin, count).copy(buffer);
        const { bytesWritten } = await file.write(buffer, 0, bytes, position);
        return { error: bytesWritten === bytes ? null : `SHORT-${String(bytesWritten)}` };
      });
    }
    case 'fsync': {
      const file = await files.get(operation.device, constants.O_RDWR);
      await file.sync();
      return { error: null };
    }
    case 'kmsg':
      await writeFile('/dev/kmsg', `${operation.text}\n`);
      return { error: null };
  }
}

async function attempt(operation: IoOperation, files: Files): Promise<IoResult> {
  try {
    return await perform(operation, files);
  } catch (error) {
    return { error: systemCode(error) ?? errorText(error) };
  }
}

async function performAll({ order, operations }: IoRequest): Promise<IoResult[]> {
  const files = new Files();
  try {
    if (order === 'together') return await Promise.all(operations.map((operation) => attempt(operation, files)));
    const results: IoResult[] = [];
    for (const operation of operations) results.push(await attempt(operation, files));
    return results;
  } finally {
    await files.close();
  }
}

async function main(): Promise<void> {
  const port = await GuestPort.open(process.argv[process.argv.indexOf('--virtio-port') + 1] ?? '');
  for await (const line of port.lines()) {
    const request = IoRequest.parse(JSON.parse(line));
    void performAll(request).then((results) => {
      port.send({ id: request.id, results });
    });
  }
}

void main();
