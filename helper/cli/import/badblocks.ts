import { badInput } from '../input-error.ts';
import type { Range } from './ranges.ts';

/**
 * Reads a list as badblocks(8) writes it with -o: a block number a line. The list does not say how large its blocks
 * are: `blockBytes` is what badblocks was given with -b. Gives bytes.
 */
export function parseBadblocks(text: string, blockBytes: number): Range[] {
  return text.split('\n').flatMap((line, index) => {
    const word = line.trim();
    if (word === '') return [];
    const block = /^\d{1,16}$/.test(word) ? Number(word) : NaN;
    const from = block * blockBytes;
    if (!Number.isSafeInteger(from + blockBytes)) {
      throw badInput(
        `line ${index + 1} of the badblocks list is not a block number: ${JSON.stringify(word.slice(0, 60))}`,
      );
    }
    return [{ from, to: from + blockBytes }];
  });
}
