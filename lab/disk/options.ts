import * as z from 'zod';
import { LabError } from '../errors.ts';
import { seededRandom } from './random.ts';

const MIB = 1024 * 1024;
const MAX_DISK_BYTES = 16 * 1024 ** 4;

/** What a disk of the lab is like. Sizes are in bytes. */
export const DiskOptions = z.strictObject({
  /** By what the lab's caller calls the disk; also the NBD export. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,20}$/),
  bytes: z.int().min(MIB).max(MAX_DISK_BYTES),
  /** `usb`: behind a bridge of the Bulk-Only Transport, as QEMU makes one. */
  bus: z.enum(['nvme', 'virtio-scsi', 'virtio-blk', 'ata', 'usb']),
  /** What the disk says it is. An nvme disk always says "QEMU NVMe Ctrl", a virtio-blk disk nothing. */
  model: z.string().max(40).default(''),
  serial: z.string().regex(/^[\x21-\x7e]{1,20}$/),
  /** World wide name on virtio-scsi and ata: an NAA name of 16 hexadecimal digits. */
  wwn: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  logicalBlockBytes: z.union([z.literal(512), z.literal(4096)]).default(512),
  physicalBlockBytes: z.union([z.literal(512), z.literal(4096)]).optional(),
  readOnly: z.boolean().default(false),
  /** Whether a discard reaches the disk, which then holds zeroes there. Else QEMU takes it and does nothing. */
  discards: z.boolean().default(false),
  /**
   * Bytes of the volatile write cache; 0 is write-through. An nvme disk must be write-through: QEMU's nvme device drops
   * the force-unit-access bit, so that a volatile cache would lose writes that it has acknowledged as durable.
   */
  writeCacheBytes: z.int().min(0).optional(),
  /**
   * `nbd`: a failing request is an I/O error, which nvme reports as a medium error and other buses as a plain one.
   * `blkdebug`: on virtio-scsi, a medium error as a real disk reports it; see `medium.ts` for what that costs.
   */
  medium: z.enum(['nbd', 'blkdebug']).default('nbd'),
  /** A file system over the whole disk, made before the machine starts. */
  ext4: z
    .strictObject({
      label: z.string().max(16),
      files: z.record(
        z.string().regex(/^[^/].*$/),
        z.union([z.string(), z.custom<Uint8Array>((value) => value instanceof Uint8Array)]),
      ),
    })
    .optional(),
  /** A DOS partition table; places in 512-byte sectors. */
  partitions: z.array(z.strictObject({ first: z.int().min(1), count: z.int().min(1) })).optional(),
  /** Requests kept in the disk's log. */
  logLimit: z.int().min(2).default(200_000),
  /** Keep what was written with each logged write. */
  recordData: z.boolean().default(false),
});
export type DiskOptions = z.input<typeof DiskOptions>;
export type DiskSettings = z.infer<typeof DiskOptions> & {
  readonly physicalBlockBytes: number;
  readonly writeCacheBytes: number;
};

const DEFAULT_CACHE_BYTES = 16 * MIB;

/** Checks the options of a disk and fills in what was left out. */
export function diskSettings(options: DiskOptions): DiskSettings {
  const parsed = DiskOptions.safeParse(options);
  if (!parsed.success) {
    throw new LabError('bad-option', `The disk "${options.name}" cannot be made: ${z.prettifyError(parsed.error)}`);
  }
  const disk = parsed.data;
  const writeCacheBytes = disk.writeCacheBytes ?? (disk.bus === 'nvme' ? 0 : DEFAULT_CACHE_BYTES);
  const physicalBlockBytes = disk.physicalBlockBytes ?? 4096;
  const refuse = (reason: string): never => {
    throw new LabError('bad-option', `The disk "${disk.name}" cannot be made: ${reason}.`);
  };
  if (disk.bytes % disk.logicalBlockBytes !== 0) refuse('its size is not a whole number of logical blocks');
  if (physicalBlockBytes < disk.logicalBlockBytes) refuse('its physical block is smaller than its logical block');
  if (disk.bus === 'nvme' && writeCacheBytes !== 0) {
    refuse('a volatile write cache on nvme would lose durable writes; use another bus or writeCacheBytes 0');
  }
  if (disk.bus === 'ata' && disk.logicalBlockBytes !== 512) refuse('an ata disk has logical blocks of 512 bytes');
  if (disk.bus === 'ata' && disk.readOnly) refuse('an ata disk cannot be read-only');
  if (disk.bus === 'usb' && disk.readOnly) refuse('a usb disk cannot be read-only');
  if (disk.wwn !== undefined && disk.bus !== 'virtio-scsi' && disk.bus !== 'ata') {
    // Linux knows that QEMU's nvme disks may share their identifiers and makes one of model and serial instead.
    refuse(`a disk on ${disk.bus} cannot have a world wide name`);
  }
  if (disk.ext4 !== undefined && disk.partitions !== undefined) refuse('it has both partitions and a file system');
  if (disk.medium === 'blkdebug' && disk.bus !== 'virtio-scsi') refuse('medium "blkdebug" is for virtio-scsi');
  return { ...disk, writeCacheBytes, physicalBlockBytes };
}

function bystanderFiles(): Record<string, string | Uint8Array> {
  const random = seededRandom(20);
  const files: Record<string, string | Uint8Array> = { 'read-me.txt': 'Nothing the lab does may change this disk.\n' };
  for (let index = 1; index <= 8; index++) {
    const bytes = Uint8Array.from({ length: 150_000 }, () => Math.floor(random() * 256));
    files[`summer/photo-${String(index)}.raw`] = bytes;
  }
  return files;
}

/** The lab's own three disks: one that ages, one to spare, and one that nothing should ever touch. */
export const DEFAULT_DISKS: readonly DiskOptions[] = [
  { name: 'main', bytes: 256 * MIB, bus: 'nvme', serial: 'LAB-AGING-4F19C2' },
  {
    name: 'spare',
    bytes: 64 * MIB,
    bus: 'virtio-scsi',
    model: 'LAB SPARE 64M',
    serial: 'LAB-SPARE-77D0E1',
    wwn: '5000c500a1b2c3d4',
  },
  {
    name: 'bystander',
    bytes: 64 * MIB,
    bus: 'virtio-scsi',
    model: 'LAB PHOTOS',
    serial: 'LAB-OTHER-12AB90',
    wwn: '50014ee2b5c6d7e8',
    ext4: { label: 'photos', files: bystanderFiles() },
  },
];
