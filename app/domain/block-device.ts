import * as z from 'zod';

import { countSchema } from './units.ts';

/**
 * A block device is named by what stays the same while the machine runs (major:minor) together with what tells one
 * disk from another (serial, WWN, size). A plan is bound to the whole of it: a disk swapped behind the same name is
 * another device.
 */
export const deviceRefSchema = z.strictObject({
  /** `major:minor`, decimal. */
  devno: z.string().regex(/^\d{1,5}:\d{1,8}$/),
});
export type DeviceRef = z.infer<typeof deviceRefSchema>;

/** What is found on a device, by its signature. */
export const contentSchema = z.strictObject({
  /** `ext4`, `swap`, `LVM2_member`, `dm_remap_spare`, a partition table's `dos` or `gpt`, … as blkid calls it. */
  type: z.string().max(64),
  usage: z.enum(['filesystem', 'raid', 'crypto', 'partition-table', 'spare', 'other']),
  label: z.string().max(256).nullable(),
  uuid: z.string().max(128).nullable(),
});
export type Content = z.infer<typeof contentSchema>;

/** What keeps a device in use at this moment. */
export const userSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('mount'), at: z.string().max(4096) }),
  z.strictObject({ kind: z.literal('swap') }),
  /** Held by another mapping, RAID or LVM; `name` as the kernel calls the holder. */
  z.strictObject({ kind: z.literal('holder'), name: z.string().max(256) }),
]);
export type DeviceUser = z.infer<typeof userSchema>;

export const roleSchema = z.enum(['main', 'spare']);
export type Role = z.infer<typeof roleSchema>;

/** Why a device may not be chosen for a role, or what its owner should know before choosing it. */
export const reasonCodes = [
  'mounted',
  'swap',
  'held',
  'system-disk',
  'read-only',
  'no-media',
  'zoned',
  'virtual',
  'raid-or-lvm-member',
  'part-in-use',
  'has-content',
  'already-spare',
  'already-protected',
  'too-small',
  'same-disk',
  'not-a-spare',
  'not-its-main',
  'unreadable',
  'larger-than-main',
] as const;
export const reasonSchema = z.strictObject({
  code: z.enum(reasonCodes),
  /** `block`: cannot be chosen. `warn`: can be, after reading this. */
  level: z.enum(['block', 'warn']),
  sentence: z.string().max(1000),
});
export type Reason = z.infer<typeof reasonSchema>;

export const blockDeviceSchema = z.strictObject({
  devno: deviceRefSchema.shape.devno,
  /** Kernel name without /dev/: `sda1`, `nvme0n1`. */
  name: z.string().max(256),
  path: z.string().max(4096),
  kind: z.enum(['disk', 'partition', 'mapping', 'loop', 'optical', 'other']),
  /** devno of the whole disk that a partition belongs to, of itself for a disk. */
  diskDevno: deviceRefSchema.shape.devno,
  model: z.string().max(256).nullable(),
  serial: z.string().max(256).nullable(),
  wwn: z.string().max(256).nullable(),
  /** How it is attached: `sata`, `nvme`, `usb`, `scsi`, `virtio`, … */
  transport: z.string().max(64).nullable(),
  rotational: z.boolean(),
  removable: z.boolean(),
  readOnly: z.boolean(),
  sizeSectors: countSchema,
  /** Of a partition: where it starts on its disk. 0 for a whole disk. */
  startSectors: countSchema,
  logicalBlockBytes: countSchema,
  physicalBlockBytes: countSchema,
  content: contentSchema.nullable(),
  users: z.array(userSchema).max(1000),
  /** Reasons that hold whatever the other device is; those that depend on the pair come with a plan. */
  asMain: z.array(reasonSchema).max(50),
  asSpare: z.array(reasonSchema).max(50),
  /** Of a spare of ours: whose pair it is and whether that pair is live. */
  spareOf: z
    .strictObject({
      uuid: z.string().max(64),
      mainId: z.string().max(64).nullable(),
      mainSectors: countSchema,
      blockSectors: countSchema,
      /** Spare blocks that may hold data. */
      usableBlocks: countSchema,
      live: z.boolean(),
      /** devno of the disk here that matches the pair's main, if exactly one does. */
      mainDevno: z.string().max(32).nullable(),
      /**
       * devnos of the disks here that may be it while `mainDevno` is null: several of the same identity, or all of its size
       * where the pair knows no identity. Empty: it is not here.
       */
      mayBeMain: z.array(deviceRefSchema.shape.devno).max(100),
    })
    .nullable(),
});
export type BlockDevice = z.infer<typeof blockDeviceSchema>;
