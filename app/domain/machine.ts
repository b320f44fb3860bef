import * as z from 'zod';

/** What a machine can do for us, and what is missing. */
export const machineReportSchema = z.strictObject({
  kernelRelease: z.string().max(256),
  architecture: z.string().max(64),
  /** `Debian GNU/Linux 12 (bookworm)`; the kernel's name where the system does not say. */
  system: z.string().max(256),
  module: z.strictObject({
    state: z.enum(['loaded', 'installed', 'missing']),
    /** Version of the target as device-mapper reports it, when loaded. */
    targetVersion: z.string().max(64).nullable(),
  }),
  tools: z.array(
    z.strictObject({
      name: z.enum(['dmsetup', 'lsblk', 'blkid', 'wipefs', 'modprobe', 'smartctl', 'udevadm', 'dmesg']),
      path: z.string().max(4096).nullable(),
      version: z.string().max(256).nullable(),
      required: z.boolean(),
    }),
  ),
  secureBoot: z.enum(['on', 'off', 'unknown']),
  /** What stands in the way, worst first; empty when a disk can be protected now. */
  problems: z.array(
    z.strictObject({ sentence: z.string().max(1000), remedy: z.string().max(1000), blocking: z.boolean() }),
  ),
});
export type MachineReport = z.infer<typeof machineReportSchema>;
