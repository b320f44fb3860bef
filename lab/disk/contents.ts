import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildOnce } from '../cache/build-once.ts';
import { LabError } from '../errors.ts';
import { run } from '../process.ts';
import type { LabDisk } from './disk.ts';
import { SECTOR_BYTES, type SectorRange } from './ranges.ts';

/** An ext4 file system to put on a disk before the machine starts. */
export interface Ext4Contents {
  readonly label: string;
  /** Contents by path, without a leading slash. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

const COPY_BYTES = 1024 * 1024;

/** Puts a new ext4 file system with the given files on the whole disk. It is made once and kept in the cache. */
export async function putExt4(disk: LabDisk, contents: Ext4Contents, cache: string): Promise<void> {
  const hash = createHash('sha256').update(`${String(disk.bytes)}\0${contents.label}`);
  for (const [path, data] of Object.entries(contents.files)) hash.update(`\0${path}\0`).update(data);
  const image = join(cache, 'filesystems', `${hash.digest('hex').slice(0, 16)}.img`);
  await buildOnce(image, (temporary) => makeExt4(temporary, disk.bytes, contents));
  const file = await open(image);
  try {
    const buffer = Buffer.alloc(COPY_BYTES);
    const empty = Buffer.alloc(COPY_BYTES);
    for (let offset = 0; offset < disk.bytes; offset += COPY_BYTES) {
      const { bytesRead } = await file.read(buffer, 0, COPY_BYTES, offset);
      const part = buffer.subarray(0, bytesRead);
      if (!part.equals(empty.subarray(0, bytesRead))) disk.writeSectors(offset / SECTOR_BYTES, part);
    }
  } finally {
    await file.close();
  }
}

async function makeExt4(image: string, bytes: number, contents: Ext4Contents): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `dmr-${randomUUID().slice(0, 8)}`));
  try {
    for (const [path, data] of Object.entries(contents.files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), data);
    }
    const options = 'root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0';
    const args = ['-q', '-F', '-L', contents.label, '-E', options, '-d', folder, image, `${String(bytes / 1024)}k`];
    const made = await run('mkfs.ext4', args);
    if (made.code === 0) return;
    throw new LabError('image-build-failed', 'mkfs.ext4 could not make a disk of the lab; is the disk full?', {
      detail: made.stderr,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const MBR_ENTRIES_OFFSET = 446;
const MBR_ENTRY_BYTES = 16;
const MBR_SIGNATURE_OFFSET = 510;
const LINUX_PARTITION = 0x83;

/** Writes a DOS partition table with up to four Linux partitions. Places are in 512-byte sectors. */
export function putPartitions(disk: LabDisk, partitions: readonly SectorRange[]): void {
  const unit = disk.logicalBlockBytes / SECTOR_BYTES;
  const table = Buffer.alloc(disk.logicalBlockBytes);
  if (partitions.length > 4) throw new LabError('bad-option', 'A disk of the lab can have four partitions at most.');
  partitions.forEach(({ first, count }, index) => {
    const inside = first >= unit && count > 0 && (first + count) * SECTOR_BYTES <= disk.bytes;
    if (!inside || first % unit !== 0 || count % unit !== 0) {
      throw new LabError('bad-option', `Partition ${String(index + 1)} of the disk "${disk.name}" does not fit on it.`);
    }
    const at = MBR_ENTRIES_OFFSET + index * MBR_ENTRY_BYTES;
    table.writeUInt8(LINUX_PARTITION, at + 4);
    // The table counts in the disk's logical blocks.
    table.writeUInt32LE(first / unit, at + 8);
    table.writeUInt32LE(count / unit, at + 12);
  });
  table.writeUInt16LE(0xaa55, MBR_SIGNATURE_OFFSET);
  disk.writeSectors(0, table);
}
