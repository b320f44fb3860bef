import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';

import { appError } from '../../app/errors.ts';
import { devnoAt } from '../raw-device.ts';
import { readSysBlock } from '../sysfs.ts';

/** A whole disk that may be asked for its health. */
export interface SmartDisk {
  readonly path: string;
  /** The USB bridge before it, null when it is not attached by USB. */
  readonly bridge: UsbBridge | null;
  /** Tells this time of being plugged in from others of the same or another disk. */
  readonly attachment: string;
}

export interface UsbBridge {
  /** Four hexadecimal digits each, as in the bridge's USB device descriptor. */
  readonly vendor: string;
  readonly product: string;
}

/**
 * The disk that a disk or partition of `devices.list` is on. Reads sysfs only: the disk itself is not touched, so one
 * that sleeps sleeps on. Rejects with `device-gone`, and with `device-unusable` what is no disk.
 */
export async function findSmartDisk(devno: string): Promise<SmartDisk> {
  const asked = readSysBlock(devno);
  const disk = asked === null ? null : readSysBlock(asked.diskDevno);
  const folder = asked === null ? null : folderOf(asked.diskDevno);
  if (asked === null || disk === null || folder === null) throw gone(devno);
  if (folder.includes('/devices/virtual/block/') || disk.sizeSectors === 0) {
    throw appError(
      'device-unusable',
      'This is no disk that can be asked for its health.',
      'Choose the disk that it lies on.',
      folder,
    );
  }
  const name = /^DEVNAME=([A-Za-z0-9_!-]+)$/m.exec(textAt(`${folder}/uevent`) ?? '')?.[1];
  const path = `/dev/${name ?? ''}`;
  if (name === undefined || (await devnoAt(path)) !== asked.diskDevno) throw gone(devno);
  return { path, bridge: bridgeAbove(folder), attachment: `${folder} ${disk.sequence ?? ''}` };
}

function folderOf(devno: string): string | null {
  try {
    return realpathSync(`/sys/dev/block/${devno}`);
  } catch {
    return null;
  }
}

/** The nearest folder above that is a USB device. */
function bridgeAbove(folder: string): UsbBridge | null {
  if (!folder.includes('/usb')) return null;
  for (let at = folder; at !== '/sys' && at !== '/'; at = dirname(at)) {
    const vendor = textAt(`${at}/idVendor`)?.trim();
    const product = textAt(`${at}/idProduct`)?.trim();
    if (vendor !== undefined && product !== undefined) return { vendor, product };
  }
  return null;
}

function textAt(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

function gone(devno: string): Error {
  return appError(
    'device-gone',
    'The disk is not there any more.',
    'Plug it in again, then look at the list of disks.',
    devno,
  );
}
