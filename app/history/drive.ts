import type { BlockDevice } from '../domain/block-device.ts';

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
