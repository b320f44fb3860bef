import type { BlockDevice } from '../app/domain/block-device.ts';
import type { LsblkDevice } from './parse/block.ts';
import type { SysBlock } from './sysfs.ts';

export function kindOf(lsblk: LsblkDevice, sys: SysBlock): BlockDevice['kind'] {
  if (sys.mappingName !== null) return 'mapping';
  if (/^(zram|ram|md)\d/.test(lsblk.kname)) return 'other';
  switch (lsblk.type) {
    case 'disk':
      return 'disk';
    case 'part':
      return 'partition';
    case 'loop':
      return 'loop';
    case 'rom':
      return 'optical';
    default:
      return 'other';
  }
}
