import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { SECTOR_BYTES } from '../disk/ranges.ts';

/** Memory for direct I/O. A WebAssembly memory starts on a page, which an ordinary buffer need not. */
export function alignedBuffer(bytes: number): Buffer {
  const pageBytes = 65536;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  return Buffer.from(memory.buffer, 0, bytes);
}

/** A block device opened past the page cache, so that each call is one request to the device. */
export class DirectFile {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string, mode: 'read' | 'write' | 'write-durably'): Promise<DirectFile> {
    const access = mode === 'read' ? constants.O_RDONLY : constants.O_RDWR;
    const durable = mode === 'write-durably' ? constants.O_DSYNC : 0;
    return new DirectFile(await open(path, access | constants.O_DIRECT | durable));
  }

  /** Fills the buffer from a sector on, or throws the system's error. */
  async read(buffer: Buffer, sector: number): Promise<void> {
    const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, sector * SECTOR_BYTES);
    if (bytesRead !== buffer.length) throw new Error('the device ended early');
  }

  async write(buffer: Buffer, sector: number): Promise<void> {
    const { bytesWritten } = await this.#file.write(buffer, 0, buffer.length, sector * SECTOR_BYTES);
    if (bytesWritten !== buffer.length) throw new Error('the device took a part of the write');
  }

  async flush(): Promise<void> {
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
