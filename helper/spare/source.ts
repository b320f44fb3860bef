import { constants, readdirSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { appError, type AppError } from '../../app/errors.ts';
import { UNIT_BYTES } from '../layout.ts';
import { alignedPiece, devnoOf, errnoOf, PIECE } from '../raw-device.ts';
import { readTextOrNull } from '../read-text.ts';
import { readSysBlock } from '../sysfs.ts';

const { O_DIRECT, O_EXCL, O_RDONLY, O_RDWR } = constants;

/** Units that one read may ask for. */
export const UNITS_AT_ONCE = PIECE / UNIT_BYTES;

/** The metadata units of a spare or of an image of one. */
export interface UnitSource {
  readonly sizeSectors: number;
  /** One unit, null when it cannot be read or lies beyond the end. */
  read(unit: number): Promise<Uint8Array | null>;
  /** Up to {@link UNITS_AT_ONCE} units; one that cannot be read does not keep the others from being read. */
  readMany(first: number, count: number): Promise<(Uint8Array | null)[]>;
}

/**
 * A spare or an image of one, held exclusively: a device cannot be mounted, mapped or held by anybody else meanwhile,
 * which is also how it is known that nobody does.
 */
export class SpareFile implements UnitSource {
  readonly path: string;
  readonly sizeSectors: number;
  readonly #file: FileHandle;
  readonly #piece = alignedPiece();

  private constructor(path: string, sizeSectors: number, file: FileHandle) {
    this.path = path;
    this.sizeSectors = sizeSectors;
    this.#file = file;
  }

  /**
   * Opens it. Throws `device-gone` when there is none, `device-unusable` when it is in use or is neither a block device
   * nor a file, `permission-refused` when the caller may not.
   */
  static async open(path: string, access: 'read' | 'write'): Promise<SpareFile> {
    const file = await openAt(path, access);
    try {
      const found = await file.stat({ bigint: true });
      if (found.isBlockDevice()) {
        const sizeSectors = readSysBlock(devnoOf(found.rdev))?.sizeSectors;
        if (sizeSectors === undefined) throw appError('device-gone', `${path} is gone.`, 'Check its cable.');
        return new SpareFile(path, sizeSectors, file);
      }
      const loop = loopOver(found.dev, found.ino);
      if (loop !== null) throw inUse(path, `the loop device ${loop}`);
      return new SpareFile(path, Math.floor(Number(found.size) / 512), file);
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  async read(unit: number): Promise<Uint8Array | null> {
    return (await this.#tryRead(unit, 1))?.slice() ?? null;
  }

  async readMany(first: number, count: number): Promise<(Uint8Array | null)[]> {
    const all = (await this.#tryRead(first, count))?.slice();
    const numbers = Array.from({ length: count }, (_, index) => index);
    if (all !== undefined) return numbers.map((n) => all.subarray(n * UNIT_BYTES, (n + 1) * UNIT_BYTES));
    const units: (Uint8Array | null)[] = [];
    for (const n of numbers) units.push(await this.read(first + n));
    return units;
  }

  /** Writes one unit. It is on the medium after {@link sync}. */
  async write(unit: number, bytes: Uint8Array): Promise<void> {
    this.#piece.set(bytes);
    const { bytesWritten } = await this.#file.write(this.#piece, 0, UNIT_BYTES, unit * UNIT_BYTES);
    if (bytesWritten !== UNIT_BYTES) throw new Error(`short write at byte ${unit * UNIT_BYTES}`);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  /** Up to {@link PIECE} bytes from an offset that is a multiple of 4096; null when they cannot be read. */
  async readBytes(offset: number, length: number): Promise<Uint8Array | null> {
    try {
      const { bytesRead } = await this.#file.read(this.#piece, 0, length, offset);
      return bytesRead === length ? this.#piece.subarray(0, length) : null;
    } catch (thrown) {
      if (errnoOf(thrown) === null) throw thrown;
      return null;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** A view of the piece, good until the next read. */
  #tryRead(unit: number, count: number): Promise<Uint8Array | null> {
    return this.readBytes(unit * UNIT_BYTES, count * UNIT_BYTES);
  }
}

/** O_EXCL without O_CREAT claims a block device (open(2)); the page cache is passed by on a device only. */
async function openAt(path: string, access: 'read' | 'write'): Promise<FileHandle> {
  const mode = access === 'read' ? O_RDONLY : O_RDWR;
  try {
    const found = statSync(path);
    if (!found.isBlockDevice() && !found.isFile()) {
      throw appError(
        'device-unusable',
        `${path} is neither a block device nor an image file.`,
        'Name the spare, or an image of it.',
      );
    }
    return await open(path, found.isBlockDevice() ? mode | O_EXCL | O_DIRECT : mode);
  } catch (thrown) {
    switch (errnoOf(thrown)) {
      case 'ENOENT':
      case 'ENOTDIR':
      case 'ENXIO':
        throw appError('device-gone', `There is no ${path}.`, 'Name the spare, or an image of it.', String(thrown));
      case 'EBUSY':
        throw inUse(path, 'something, such as an active pair or a file system');
      case 'EACCES':
      case 'EPERM':
        throw appError(
          'permission-refused',
          `${path} may not be opened for ${access === 'read' ? 'reading' : 'writing'}.`,
          'Run this as root, for instance with sudo.',
          String(thrown),
        );
      case null:
        throw thrown;
      default:
        throw appError('device-unusable', `${path} cannot be opened: ${String(thrown)}.`, 'See to the device first.');
    }
  }
}

function inUse(path: string, by: string): AppError {
  return appError(
    'device-unusable',
    `${path} is in use by ${by}; nothing was changed.`,
    'Deactivate the pair, or close whatever uses it, then try again.',
  );
}

/** Name of a loop device whose backing file this is, null when there is none: the kernel locks no file for it. */
function loopOver(dev: bigint, inode: bigint): string | null {
  for (const name of readdirSync('/sys/block')) {
    const backing = name.startsWith('loop') ? readTextOrNull(`/sys/block/${name}/loop/backing_file`) : null;
    if (backing === null) continue;
    try {
      const found = statSync(backing.replace(/\n$/, ''), { bigint: true });
      if (found.dev === dev && found.ino === inode) return name;
    } catch {
      // The path is of another mount namespace or was deleted: it cannot be compared.
    }
  }
  return null;
}
