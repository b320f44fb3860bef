import { readdirSync, readFileSync } from 'node:fs';

/** Where the kernel keeps a disk's serial number, by driver: nvme, virtio-blk, then SCSI's unit serial number page. */
const SERIAL_FILES = ['device/serial', 'serial', 'device/vpd_pg80'] as const;
const VPD_HEADER_BYTES = 4;

function serialOf(disk: string): string | undefined {
  for (const file of SERIAL_FILES) {
    try {
      const data = readFileSync(`/sys/block/${disk}/${file}`);
      return (file === 'device/vpd_pg80' ? data.subarray(VPD_HEADER_BYTES) : data).toString('latin1').trim();
    } catch {
      // This driver keeps it elsewhere.
    }
  }
  return undefined;
}

/** The block devices of whole disks by serial number. */
export function devicesBySerial(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const disk of readdirSync('/sys/block')) {
    const serial = serialOf(disk);
    if (serial !== undefined && serial !== '') found[serial] = `/dev/${disk}`;
  }
  return found;
}
