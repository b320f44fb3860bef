import { checkSpare } from '../../helper/spare/check.ts';
import type { LabDisk } from '../../lab/index.ts';
import { unitsOf } from '../kernel/harness/unit-source.ts';

/** What the offline reader, which shares no code with the module, finds wrong with the spare as it is. */
export async function wrongWithSpare(spare: LabDisk): Promise<string[]> {
  const wrong: string[] = [];
  const { verdict } = await checkSpare(unitsOf(spare), ({ level, sentence }) => {
    if (level !== 'note') wrong.push(sentence);
  });
  return verdict === 'clean' ? [] : [`the spare is ${verdict}`, ...wrong];
}
