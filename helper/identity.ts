import { createHash } from 'node:crypto';

import type { BlockDevice } from '../app/domain/block-device.ts';

/** Bytes that the target takes for `main_id`. */
const MAX_ID_CHARS = 64;

/**
 * What tells a main device from every other, as it is stored on the spare and compared at activation (`main_id`): the
 * disk's WWN, else its serial; for a partition `-part<number>` follows. Only printable characters without spaces are
 * kept; an identity that is too long is replaced by its digest. null when the disk tells neither: then only its size
 * can be compared.
 *
 * Changing what this gives makes every pair in use refuse its own main.
 */
export function mainId(device: Pick<BlockDevice, 'wwn' | 'serial'>, partition: number | null): string | null {
  const disk = clean(device.wwn) ?? clean(device.serial);
  if (disk === null) return null;
  const id = partition === null ? disk : `${disk}-part${partition}`;
  if (id.length <= MAX_ID_CHARS) return id;
  return `sha256-${createHash('sha256').update(id).digest('hex').slice(0, 48)}`;
}

function clean(text: string | null): string | null {
  const kept = text?.replaceAll(/[^\x21-\x7e]/g, '') ?? '';
  return kept === '' ? null : kept;
}
