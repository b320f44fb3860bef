import type { PairSettings } from '../app/domain/settings.ts';
import { refusedMessage } from './actions/message.ts';
import { query, readStatus, readTable } from './mappings.ts';
import { parseSettings } from './parse/settings.ts';

/**
 * Sets core arguments of a pair, one after the other; gives all that holds then.
 *
 * Rejects with `target-missing`, or with the kernel's reason for the first that it refuses: those before it are set.
 */
export async function setOnPair(
  name: string,
  words: readonly (readonly [key: string, value: number])[],
): Promise<PairSettings> {
  await readStatus(name);
  for (const word of words) await refusedMessage(() => query(name, ['set', ...word]));
  return parseSettings(await readTable(name));
}
