import type { BlockDevice, Reason } from '../../../app/domain/block-device.ts';
import { sectorsToBytes, formatBytes } from '../../../app/domain/units.ts';

/** Largest block of the target, in sectors. */
const MOST_BLOCK_SECTORS = 128;

/** Block sizes, in sectors, that main's own sector size allows; 4 KiB is what most file systems use. */
export function blockSizes(main: Pick<BlockDevice, 'logicalBlockBytes'>): number[] {
  const sizes: number[] = [];
  for (let size = Math.max(1, main.logicalBlockBytes / 512); size <= MOST_BLOCK_SECTORS; size *= 2) sizes.push(size);
  return sizes;
}

export function defaultBlockSectors(main: Pick<BlockDevice, 'logicalBlockBytes'>): number {
  return Math.max(8, main.logicalBlockBytes / 512);
}

/** What is known to speak against a spare for this main before the helper is asked, which checks it all again. */
export function spareReasons(main: BlockDevice, spare: BlockDevice): Reason[] {
  const reasons = [...spare.asSpare];
  const has = (code: Reason['code']): boolean => reasons.some((reason) => reason.code === code);
  if (spare.devno === main.devno) {
    return [{ code: 'same-disk', level: 'block', sentence: 'This is the disk that is to be protected.' }];
  }
  if (spare.diskDevno === main.diskDevno && !has('same-disk')) {
    const sentence = 'It lies on the same disk as the one to be protected and would fail with it.';
    reasons.push({ code: 'same-disk', level: 'block', sentence });
  }
  if (spare.sizeSectors > main.sizeSectors && spare.content !== null && !has('larger-than-main')) {
    const sentence = `It is larger than the disk to be protected (${formatBytes(sectorsToBytes(spare.sizeSectors))}) and holds something. Are they the right way round?`;
    reasons.push({ code: 'larger-than-main', level: 'warn', sentence });
  }
  return reasons;
}

/** Whether choosing this spare erases something that is known to be there. */
export function needsErase(spare: BlockDevice): boolean {
  return spare.content !== null || maybeOfPair(spare) !== null;
}

/** Why a disk may belong to a pair that is not live: nobody but its owner can tell whether it does. null when it does not. */
export function maybeOfPair(disk: Pick<BlockDevice, 'asMain'>): string | null {
  const found = disk.asMain.find(({ code, level }) => code === 'already-protected' && level === 'warn');
  return found?.sentence ?? null;
}
