import type { ScanAction, ScanRange } from '../app/domain/scan.ts';
import { blockCount } from '../app/domain/target.ts';
import { formatCount } from '../app/domain/units.ts';
import { appError } from '../app/errors.ts';
import { readTable } from './mappings.ts';

/**
 * The words of the message that asks a pair's scanner for something.
 *
 * Rejects with `bad-request` where the range is not within the pair.
 */
export async function scanMessage(name: string, action: ScanAction, range?: ScanRange): Promise<(string | number)[]> {
  if (range === undefined) return ['scan', action];
  const blocks = blockCount(await readTable(name));
  const { firstBlock, blockCount: count } = range;
  if (firstBlock >= blocks || count > blocks - firstBlock) {
    throw appError(
      'bad-request',
      `"${name}" has ${formatCount(blocks)} blocks, the first of which is number 0: not all blocks from ${formatCount(firstBlock)} to ${formatCount(firstBlock + count - 1)} are among them.`,
      'Give a first block and a number of blocks that lie within it.',
    );
  }
  return ['scan', action, firstBlock, count];
}
