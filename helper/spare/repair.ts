import { open, unlink, type FileHandle } from 'node:fs/promises';

import { appError, type AppError } from '../../app/errors.ts';
import { UNIT_BYTES } from '../layout.ts';
import { errnoOf, PIECE } from '../raw-device.ts';
import type { Repairs } from './check.ts';
import type { SpareFile } from './source.ts';
import { isBlank } from './unit.ts';

/** Where units are written to. */
interface UnitSink {
  write(unit: number, bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
}

/** Writes what a good copy proves, the superblocks last, and reads it back. Throws when the device does not keep it. */
export async function repairInPlace(file: SpareFile, repairs: Repairs): Promise<void> {
  try {
    const written = await apply(file, file, repairs);
    for (const [unit, bytes] of written) {
      const found = await file.read(unit);
      if (found === null || Buffer.compare(found, bytes) !== 0) throw notKept(file.path, unit);
    }
  } catch (thrown) {
    throw errnoOf(thrown) === null ? thrown : writeFailed(file.path, thrown);
  }
}

/**
 * Writes a whole image of the spare with the repairs made; the spare is not changed. `output` must not exist. A part of
 * the spare that cannot be read, that counts, and that no copy stands for ends it, and the output is removed: what was
 * there would be missing without a word.
 */
export async function writeRepaired(file: SpareFile, repairs: Repairs, output: string): Promise<void> {
  const target = await create(output);
  try {
    const copied = repairs.copies.map(({ to }) => to);
    const unneeded = new Set([...copied, ...repairs.writes.map(({ unit }) => unit), ...repairs.left]);
    await target.truncate(file.sizeSectors * 512);
    await copyAll(file, target, unneeded);
    await apply(file, sinkOf(target), repairs);
  } catch (thrown) {
    await target.close();
    await unlink(output);
    throw errnoOf(thrown) === null ? thrown : writeFailed(output, thrown);
  }
  await target.close();
}

/** Gives what was written, by unit. */
async function apply(file: SpareFile, sink: UnitSink, { copies, writes }: Repairs): Promise<Map<number, Uint8Array>> {
  const written = new Map<number, Uint8Array>();
  const write = async (unit: number, bytes: Uint8Array): Promise<void> => {
    await sink.write(unit, bytes);
    written.set(unit, bytes);
  };
  for (const { from, to } of copies) {
    const bytes = await file.read(from);
    if (bytes === null) throw unreadable(file.path, from);
    await write(to, bytes);
  }
  await sink.sync();
  // One superblock at a time: power that is cut while two are on their way to the medium could tear both.
  for (const { unit, bytes } of writes) {
    await write(unit, bytes);
    await sink.sync();
  }
  return written;
}

async function create(output: string): Promise<FileHandle> {
  try {
    return await open(output, 'wx', 0o600);
  } catch (thrown) {
    if (errnoOf(thrown) === 'EEXIST') {
      throw appError('bad-request', `${output} exists already.`, 'Name a file that does not exist yet.');
    }
    throw writeFailed(output, thrown);
  }
}

function sinkOf(target: FileHandle): UnitSink {
  return {
    write: (unit, bytes) => writeWhole(target, bytes.subarray(0, UNIT_BYTES), unit * UNIT_BYTES),
    sync: () => target.sync(),
  };
}

async function copyAll(file: SpareFile, target: FileHandle, unneeded: ReadonlySet<number>): Promise<void> {
  const size = file.sizeSectors * 512;
  for (let offset = 0; offset < size; offset += PIECE) {
    const length = Math.min(PIECE, size - offset);
    const piece = await file.readBytes(offset, length);
    if (piece !== null) await put(target, offset, piece);
    else await copyUnits(file, target, offset, length, unneeded);
  }
}

async function copyUnits(
  file: SpareFile,
  target: FileHandle,
  from: number,
  bytes: number,
  unneeded: ReadonlySet<number>,
): Promise<void> {
  for (let offset = from; offset < from + bytes; offset += UNIT_BYTES) {
    const unit = offset / UNIT_BYTES;
    const piece = await file.readBytes(offset, Math.min(UNIT_BYTES, from + bytes - offset));
    if (piece !== null) await put(target, offset, piece);
    else if (!unneeded.has(unit)) throw unreadable(file.path, unit);
  }
}

/** Blank parts stay holes of the file. */
async function put(target: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  if (!isBlank(bytes)) await writeWhole(target, bytes, offset);
}

/** A file system that runs full takes a part first, and tells why only when asked for the rest. */
async function writeWhole(target: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await target.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}

function unreadable(path: string, unit: number): AppError {
  return appError(
    'device-unusable',
    `${path} cannot be read at sector ${unit * 8}, and nothing else tells what was there.`,
    'Copy the spare with ddrescue, then repair the copy.',
  );
}

function notKept(path: string, unit: number): AppError {
  return appError(
    'device-unusable',
    `${path} does not read back what was written at sector ${unit * 8}.`,
    'The spare is failing too: write a repaired image with --output, and copy the data off.',
  );
}

function writeFailed(path: string, thrown: unknown): AppError {
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return appError('device-unusable', `${path} cannot be written: ${detail}.`, 'See to it, then try again.', detail);
}
