import type { BlockDevice } from '../domain/block-device.ts';
import type { DriveHealth } from '../domain/smart.ts';

/** What is kept of a physical drive, so that it is known again on another port or under another kernel name. */
export interface Drive {
  /** Its WWN, else its model and serial. */
  readonly key: string;
  readonly wwn: string | null;
  readonly serial: string | null;
  readonly model: string | null;
}

/** The drive behind a device; null where it has neither WWN nor serial, since it would be mistaken for another. */
export function driveOf({ wwn, serial, model }: Pick<BlockDevice, 'wwn' | 'serial' | 'model'>): Drive | null {
  if (wwn !== null && wwn.trim() !== '') return { key: `wwn:${wwn.trim()}`, wwn, serial, model };
  if (serial !== null && serial.trim() !== '') {
    return { key: `serial:${model?.trim() ?? ''}/${serial.trim()}`, wwn, serial, model };
  }
  return null;
}

/**
 * The drive that told `health`. A USB bridge may have a number of its own, the same for every drive that is put behind
 * it: then what the drive says of itself goes before it.
 */
export function driveBehind(
  disk: Pick<BlockDevice, 'wwn' | 'serial' | 'model' | 'transport'>,
  health: Pick<DriveHealth, 'serial' | 'model'> | null,
): Drive | null {
  const serial = health?.serial?.trim() ?? '';
  const bridged = disk.transport === 'usb' && serial !== '' && serial !== disk.serial?.trim();
  const own = bridged ? null : driveOf(disk);
  return own ?? driveOf({ wwn: null, serial, model: health?.model ?? null });
}
