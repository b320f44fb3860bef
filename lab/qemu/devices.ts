import type { DiskSettings } from '../disk/options.ts';
import type { Properties } from './json.ts';

/** The parts of the machine that one disk needs. */
export interface DiskDevices {
  /** Block nodes, lowest first. */
  readonly nodes: readonly Properties[];
  /** Devices that stay when the disk is pulled. */
  readonly fixed: readonly Properties[];
  /** The device that is removed by a pull and added again by a plug; undefined where the bus allows no pull. */
  readonly removable: Properties | undefined;
  /** Devices that need `removable` when the machine starts and outlive it afterwards. */
  readonly late: readonly Properties[];
}

export const SCSI_CONTROLLER = 'scsi0';
export const USB_CONTROLLER = 'usb';

/** QEMU's names for the parts of a disk. */
export function partNames(disk: string): { nbd: string; top: string; device: string } {
  return { nbd: `nbd-${disk}`, top: `top-${disk}`, device: `disk-${disk}` };
}

export function debugNode(disk: string, generation: number): string {
  return `debug-${disk}-${String(generation)}`;
}

/** The devices and block nodes for a disk. `index` is its place among the disks, from 0. */
export function diskDevices(disk: DiskSettings, index: number, nbdSocket: string): DiskDevices {
  const { nbd, top, device } = partNames(disk.name);
  const cache = { direct: true, 'no-flush': false };
  const common = { 'read-only': disk.readOnly, cache, discard: disk.discards ? 'unmap' : 'ignore' };
  const nodes: Properties[] = [
    { driver: 'nbd', 'node-name': nbd, server: { type: 'unix', path: nbdSocket }, export: disk.name, ...common },
  ];
  if (disk.medium === 'blkdebug') {
    nodes.push(
      { driver: 'blkdebug', 'node-name': debugNode(disk.name, 0), image: nbd, ...common },
      { driver: 'raw', 'node-name': top, file: debugNode(disk.name, 0), ...common },
    );
  }
  const drive = {
    drive: disk.medium === 'blkdebug' ? top : nbd,
    logical_block_size: disk.logicalBlockBytes,
    physical_block_size: disk.physicalBlockBytes,
    'write-cache': disk.writeCacheBytes > 0 ? 'on' : 'off',
  };
  const report = { rerror: 'report', werror: 'report' };
  const wwn = disk.wwn === undefined ? {} : { wwn: BigInt(`0x${disk.wwn}`) };
  switch (disk.bus) {
    case 'nvme':
      // The namespace belongs to the subsystem, so that it is still there when the controller comes back.
      return {
        nodes,
        fixed: [rootPort(disk.name, index), { driver: 'nvme-subsys', id: `subsys-${disk.name}`, nqn: disk.name }],
        removable: {
          driver: 'nvme',
          id: device,
          bus: `port-${disk.name}`,
          serial: disk.serial,
          subsys: `subsys-${disk.name}`,
        },
        late: [
          {
            driver: 'nvme-ns',
            id: `ns-${disk.name}`,
            bus: device,
            nsid: 1,
            shared: true,
            ...drive,
          },
        ],
      };
    case 'virtio-scsi':
      return {
        nodes,
        fixed: [],
        removable: {
          driver: 'scsi-hd',
          id: device,
          bus: `${SCSI_CONTROLLER}.0`,
          'scsi-id': index,
          lun: 0,
          vendor: 'LAB',
          product: disk.model === '' ? 'DISK' : disk.model,
          serial: disk.serial,
          ...wwn,
          ...drive,
          ...report,
        },
        late: [],
      };
    case 'virtio-blk':
      return {
        nodes,
        fixed: [rootPort(disk.name, index)],
        removable: {
          driver: 'virtio-blk-pci',
          id: device,
          bus: `port-${disk.name}`,
          serial: disk.serial,
          'request-merging': false,
          ...drive,
          ...report,
        },
        late: [],
      };
    case 'usb':
      return {
        nodes,
        fixed: [],
        removable: {
          driver: 'usb-storage',
          id: device,
          bus: `${USB_CONTROLLER}.0`,
          port: String(index + 1),
          serial: disk.serial,
          ...drive,
          ...report,
        },
        late: [],
      };
    case 'ata':
      return {
        nodes,
        fixed: [
          {
            driver: 'ide-hd',
            id: device,
            bus: `ide.${String(index)}`,
            model: disk.model === '' ? 'LAB DISK' : disk.model,
            serial: disk.serial,
            ...wwn,
            ...drive,
            ...report,
          },
        ],
        removable: undefined,
        late: [],
      };
  }
}

function rootPort(disk: string, index: number): Properties {
  return { driver: 'pcie-root-port', id: `port-${disk}`, bus: 'pcie.0', chassis: index + 1, slot: index + 1 };
}
