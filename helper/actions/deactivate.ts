import type { Intent } from '../../app/domain/plan.ts';
import { commandLine } from '../run.ts';
import { inUseReasons } from './in-use.ts';
import { pairEntries, pairOf, pairSeen } from './live-pair.ts';
import { removeMapping, withState } from './mapping.ts';
import type { Prepared, View } from './prepared.ts';

/** Takes a pair out of use. What it stored stays on the spare. */
export async function prepareDeactivate(
  intent: Extract<Intent, { action: 'deactivate' }>,
  view: View,
): Promise<Prepared> {
  const pair = pairOf(view, intent.name);
  return {
    uuid: pair.table.core['uuid'] ?? '',
    seen: pairSeen(view, pair),
    plan: {
      intent,
      reasons: await inUseReasons(pair.info, view),
      entries: pairEntries(view, pair, {
        mapping: 'Goes away until the pair is activated again.',
        main: 'Stays as it is. Do not use it by itself: blocks that were moved have old contents there.',
        spare: 'Keeps the blocks that were moved to it.',
        spareIsErased: false,
      }),
      steps: [{ id: 'remove', text: 'End the protection for now' }],
      commands: [commandLine('dmsetup', ['remove', '--retry', intent.name])],
      confirm: null,
      spareBlocks: null,
    },
    execute: (steps) =>
      steps
        .run('remove', () => removeMapping(intent.name))
        .catch((thrown: unknown) => {
          throw withState(thrown, 'The pair is still active.');
        }),
  };
}
