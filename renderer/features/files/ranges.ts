import { MAX_FILE_BLOCKS, MAX_FILE_RANGES, type FileRange } from '../../../app/domain/files.ts';

/** Blocks, ascending, as ranges of one question; what is more than one question may be about is left out. */
export function rangesOf(blocks: readonly number[]): FileRange[] {
  const ranges: { firstBlock: number; blockCount: number }[] = [];
  for (const block of blocks.slice(0, MAX_FILE_BLOCKS)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.firstBlock + last.blockCount === block) last.blockCount += 1;
    else if (ranges.length === MAX_FILE_RANGES) break;
    else ranges.push({ firstBlock: block, blockCount: 1 });
  }
  return ranges;
}

export function countBlocks(ranges: readonly FileRange[]): number {
  return ranges.reduce((sum, { blockCount }) => sum + blockCount, 0);
}
