import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';

import { appError, type AppError } from '../app/errors.ts';

const { O_DIRECT, O_EXCL, O_RDONLY, O_RDWR } = constants;

/** Reads bytes of the device itself; the array is good until the next read. */
export type AlignedReader = (offset: number, length: number) => Promise<Uint8Array>;

/** Largest piece read or written at once, bytes. */
export const PIECE = 64 * 1024;

/**
 * Memory at a page boundary, which O_DIRECT demands and Node's own buffers do not have: the engine maps the memory of a
 * resizable buffer on pages of its own.
 */
export function alignedPiece(): Uint8Array {
  return new Uint8Array(new ArrayBuffer(PIECE, { maxByteLength: PIECE }));
}

/**
 * Opens a block device read-only past the page cache, which may hold what was there before the kernel module wrote.
 * Offsets and lengths must be multiples of 4096, lengths at most 64 KiB. Throws the errno of what failed.
 */
export async function readAligned<T>(path: string, use: (read: AlignedReader) => Promise<T>): Promise<T> {
  const device = await open(path, O_RDONLY | O_DIRECT);
  try {
    const piece = alignedPiece();
    return await use((offset, length) => readWhole(device, piece, offset, length));
  } finally {
    await device.close();
  }
}

async function readWhole(device: FileHandle, piece: Uint8Array, offset: number, length: number): Promise<Uint8Array> {
  if (length > PIECE) throw new RangeError(`a read of ${length} bytes is too long`);
  const { bytesRead } = await device.read(piece, 0, length, offset);
  if (bytesRead !== length) throw new Error(`short read: ${bytesRead} of ${length} bytes at ${offset}`);
  return piece.subarray(0, length);
}

/** True when someone holds the device exclusively: a file system, swap, another mapping. Opens it for an instant. */
export async function isClaimed(path: string): Promise<boolean> {
  try {
    await (await open(path, O_RDONLY | O_EXCL)).close();
    return false;
  } catch (thrown) {
    if (errnoOf(thrown) === 'EBUSY') return true;
    throw thrown;
  }
}

/** devno of the device node at `path`, null when it is no block device or not there. */
export async function devnoAt(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found?.isBlockDevice() === true ? devnoOf(found.rdev) : null;
}

/** `major:minor` of a device number as stat(2) gives it (glibc's gnu_dev_major and gnu_dev_minor). */
export function devnoOf(rdev: bigint): string {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

/**
 * Zeroes pieces of a device that is held by nobody else, makes them durable and reads them back from the device.
 * `offsets` and `length` are multiples of 4096. Refuses when the node is not the device that was meant.
 */
export async function zeroPlaces(
  path: string,
  devno: string,
  offsets: readonly number[],
  length: number,
): Promise<void> {
  const device = await openExclusive(path);
  try {
    const found = await device.stat({ bigint: true });
    if (!found.isBlockDevice() || devnoOf(found.rdev) !== devno) throw notTheDevice(path);
    const piece = alignedPiece();
    for (const offset of offsets) {
      piece.fill(0);
      const { bytesWritten } = await device.write(piece, 0, length, offset);
      if (bytesWritten !== length) throw writeFailed(path, `short write at ${offset}`);
    }
    await device.sync();
    for (const offset of offsets) {
      piece.fill(0xff);
      if ((await readWhole(device, piece, offset, length)).some((byte) => byte !== 0)) {
        throw writeFailed(path, `${length} bytes at ${offset} do not read back as zeroes`);
      }
    }
  } catch (thrown) {
    throw errnoOf(thrown) === null ? thrown : writeFailed(path, String(thrown));
  } finally {
    await device.close();
  }
}

async function openExclusive(path: string): Promise<FileHandle> {
  try {
    return await open(path, O_RDWR | O_EXCL | O_DIRECT);
  } catch (thrown) {
    throw appError(
      'device-unusable',
      `${path} cannot be opened for writing${errnoOf(thrown) === 'EBUSY' ? ': something uses it' : ''}.`,
      'Close whatever uses it, then plan again.',
      String(thrown),
    );
  }
}

function notTheDevice(path: string): AppError {
  return appError('device-changed', `${path} is not the disk any more that was chosen.`, 'Choose the disks again.');
}

function writeFailed(path: string, detail: string): AppError {
  return appError(
    'device-unusable',
    `${path} does not keep what is written to it. It must not be used as a spare.`,
    'Choose another disk as the spare.',
    detail,
  );
}

/** The errno of a failed system call (`EBUSY`), null for anything else. */
export function errnoOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && 'syscall' in thrown
    ? thrown.code
    : null;
}
