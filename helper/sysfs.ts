import { readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';

/** What sysfs says of a block device. Everything is read at the call; nothing is kept. */
export interface SysBlock {
  readonly sizeSectors: number;
  readonly startSectors: number;
  readonly readOnly: boolean;
  readonly zoned: boolean;
  /** Partition number, null for a whole device. */
  readonly partition: number | null;
  readonly diskDevno: string;
  /** Kernel names of what lies over this device: `dm-0`, `md127`. */
  readonly holders: readonly string[];
  /** devnos of what this device lies over, for a mapping or an array. */
  readonly slaves: readonly string[];
  /** A true world wide name: `naa.…`, `eui.…` or `uuid.…`. */
  readonly wwn: string | null;
  readonly serial: string | null;
  /** Counts up with each disk that is found: tells a swapped disk from the one before it. null before Linux 5.15. */
  readonly sequence: number | null;
  /** Counts what is written to or discarded from the whole disk, in any way but as a raw command. null where it is not counted. */
  readonly written: string | null;
  readonly transport: string | null;
  /** Name that device-mapper gave, for a mapping. */
  readonly mappingName: string | null;
  /** UUID that device-mapper was given, for a mapping. */
  readonly mappingUuid: string | null;
}

/** null when the device is gone. */
export function readSysBlock(devno: string): SysBlock | null {
  let folder: string;
  try {
    folder = realpathSync(`/sys/dev/block/${devno}`);
  } catch {
    return null;
  }
  const size = number(`${folder}/size`);
  if (size === null) return null;
  const partition = number(`${folder}/partition`);
  const disk = partition === null ? folder : folder.slice(0, folder.lastIndexOf('/'));
  const wwid = text(`${disk}/device/wwid`) ?? text(`${disk}/wwid`);
  return {
    sizeSectors: size,
    startSectors: number(`${folder}/start`) ?? 0,
    readOnly: text(`${folder}/ro`) !== '0' || text(`${disk}/ro`) !== '0',
    zoned: (text(`${disk}/queue/zoned`) ?? 'none') !== 'none',
    partition,
    diskDevno: text(`${disk}/dev`) ?? devno,
    holders: entries(`${folder}/holders`),
    slaves: entries(`${folder}/slaves`).flatMap((name) => text(`/sys/class/block/${name}/dev`) ?? []),
    wwn: wwid !== null && /^(naa|eui|uuid)\.\S+$/.test(wwid) ? wwid : null,
    serial: vpdSerial(`${disk}/device/vpd_pg80`) ?? text(`${disk}/device/serial`) ?? text(`${disk}/serial`),
    sequence: number(`${disk}/diskseq`),
    written: text(`${disk}/queue/iostats`) === '1' ? parseWritten(text(`${disk}/stat`)) : null,
    transport: transportOf(disk),
    mappingName: text(`${folder}/dm/name`),
    mappingUuid: text(`${folder}/dm/uuid`),
  };
}

/** What each disk and partition here is, by its kernel name: those that are plugged in, not mappings, loop or RAM devices. */
export function pluggedDevices(): Map<string, string> {
  return new Map(
    entries('/sys/class/block').flatMap((name) => {
      const folder = `/sys/class/block/${name}`;
      if (linkTo(folder).includes('/devices/virtual/block/')) return [];
      const sequence = text(`${folder}/diskseq`) ?? text(`${folder}/../diskseq`) ?? '';
      return [[name, `${text(`${folder}/dev`) ?? ''} ${sequence}`] as const];
    }),
  );
}

/** Name that people know a block device by: a mapping's own, else the kernel's. */
export function friendlyName(kernelName: string): string {
  return text(`/sys/class/block/${kernelName}/dm/name`) ?? kernelName;
}

/** Unit serial number of SCSI's vital product data page 80h: four bytes of header, the last two its length (SPC-4). */
export function parseVpdSerial(page: Uint8Array): string | null {
  const length = ((page[2] ?? 0) << 8) | (page[3] ?? 0);
  if (page[1] !== 0x80 || page.length < 4 + length) return null;
  const serial = Buffer.from(page.subarray(4, 4 + length)).toString('latin1');
  return serial.replaceAll('\0', ' ').trim() || null;
}

/**
 * Requests and sectors of writes, then of discards, of a block device's `stat` file (Documentation/block/stat.rst). null where no
 * read is counted either: a driver that counts nothing has zeroes there, and every disk is read when it is found.
 */
export function parseWritten(stat: string | null): string | null {
  const fields = stat?.split(/\s+/) ?? [];
  const counts = [fields[4], fields[6], fields[11], fields[13]];
  return fields[0] !== '0' && counts.every((count) => count !== undefined) ? counts.join(' ') : null;
}

function vpdSerial(path: string): string | null {
  try {
    return parseVpdSerial(readFileSync(path));
  } catch {
    return null;
  }
}

function transportOf(disk: string): string | null {
  if (disk.includes('/usb')) return 'usb';
  if (disk.includes('/nvme/')) return 'nvme';
  if (/\/ata\d+\//.test(disk)) return 'sata';
  const driver = link(`${disk}/device/driver`);
  if (driver === 'virtio_blk') return 'virtio';
  return driver === 'sd' || driver === 'sr' ? 'scsi' : null;
}

function text(path: string): string | null {
  try {
    return readFileSync(path, 'latin1').trim() || null;
  } catch {
    return null;
  }
}

function number(path: string): number | null {
  const value = text(path);
  return value !== null && /^\d+$/.test(value) && Number.isSafeInteger(Number(value)) ? Number(value) : null;
}

function entries(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}

function link(path: string): string | null {
  return basename(linkTo(path)) || null;
}

/** Empty when `path` is no link. */
function linkTo(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
