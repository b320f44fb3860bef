import type { BlockDevice, DeviceUser } from '../../app/domain/block-device.ts';
import { formatBytes, sectorsToBytes } from '../../app/domain/units.ts';

/** What is on a device, for people. */
export function contentOf(device: BlockDevice): string {
  const { content } = device;
  if (content === null) return 'Nothing recognised';
  const label = content.label === null ? '' : ` “${content.label}”`;
  switch (content.usage) {
    case 'filesystem':
      return `${content.type} file system${label}`;
    case 'partition-table':
      return `Partition table (${content.type})`;
    case 'raid':
      return `Part of a RAID or LVM set (${content.type})`;
    case 'crypto':
      return `Encrypted (${content.type})`;
    case 'spare':
      return 'Spare of a protected disk';
    case 'other':
      return content.type === 'swap' ? 'Swap space' : `${content.type}${label}`;
  }
}

export function usesOf(users: readonly DeviceUser[]): string | null {
  if (users.length === 0) return null;
  return users
    .map((user) => {
      switch (user.kind) {
        case 'mount':
          return `mounted at ${user.at}`;
        case 'swap':
          return 'in use as swap';
        case 'holder':
          return `held by ${user.name}`;
      }
    })
    .join(', ');
}

export function kindOf(device: BlockDevice): string {
  const form = device.kind === 'partition' ? 'Partition' : device.rotational ? 'Hard disk' : 'Solid-state disk';
  switch (device.kind) {
    case 'disk':
    case 'partition':
      return device.transport === null ? form : `${form}, ${transportName(device.transport)}`;
    case 'mapping':
      return 'Mapping';
    case 'loop':
      return 'Loop device';
    case 'optical':
      return 'Optical drive';
    case 'other':
      return 'Block device';
  }
}

/** How a disk is attached, as its owner would say it. */
export function transportName(transport: string): string {
  const names: Readonly<Record<string, string>> = {
    sata: 'SATA',
    ata: 'ATA',
    nvme: 'NVMe',
    usb: 'USB',
    scsi: 'SCSI',
    sas: 'SAS',
    virtio: 'virtio',
  };
  return names[transport] ?? transport;
}

export function sizeOf(sectors: number): string {
  return formatBytes(sectorsToBytes(sectors));
}

export function modelOf(device: BlockDevice): string {
  return device.model?.trim() ?? 'Disk without a model name';
}
