import type { Intent } from '../../app/domain/plan.ts';
import { confirmationFor } from '../../app/domain/plan.ts';
import { formatCounted } from '../../app/domain/units.ts';
import { appError, type AppError } from '../../app/errors.ts';
import { superblockPlaces, UNIT_BYTES } from '../layout.ts';
import { readStatus } from '../mappings.ts';
import { zeroPlaces } from '../raw-device.ts';
import { commandLine, run } from '../run.ts';
import { inspectSpare } from '../superblock.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import { inUseReasons } from './in-use.ts';
import { pairEntries, pairOf, pairSeen } from './live-pair.ts';
import { removeMapping, withKernelReason, withState } from './mapping.ts';
import { deviceGone, partOf, type Prepared, type View } from './prepared.ts';
import type { Steps } from './steps.ts';

/** Ends a pair for good: only when nothing of main lives on the spare. */
export async function prepareRemove(intent: Extract<Intent, { action: 'remove' }>, view: View): Promise<Prepared> {
  const { name } = intent;
  const pair = pairOf(view, name);
  const spare = partOf(view, pair.table.spareDevno);
  if (spare === null) throw deviceGone('spare', pair.table.spareDevno);
  await refuseWhileUsed(name);
  const confirmation = confirmationFor(spare);
  return {
    uuid: pair.table.core['uuid'] ?? '',
    seen: pairSeen(view, pair),
    plan: {
      intent,
      reasons: await inUseReasons(pair.info, view),
      entries: pairEntries(view, pair, {
        mapping: 'Goes away for good.',
        main: 'Stays as it is and can be used by itself again. Nothing protects it any more.',
        spare: 'Is no spare any more: its table of moved blocks, which is empty, and its history are erased.',
        spareIsErased: true,
      }),
      steps: [
        { id: 'suspend', text: 'Hold all access and check once more that nothing lives on the spare' },
        { id: 'remove', text: 'End the protection' },
        { id: 'erase', text: `Make ${spare.name} an ordinary disk again` },
      ],
      commands: [
        commandLine('dmsetup', ['suspend', name]),
        commandLine('dmsetup', ['remove', '--retry', name]),
        ...superblockPlaces(spare.sizeSectors).map(
          (offset) =>
            `dd if=/dev/zero of=${spare.path} bs=${UNIT_BYTES} count=1 seek=${offset / UNIT_BYTES} oflag=direct conv=notrunc,fsync`,
        ),
      ],
      confirm: confirmation,
      spareBlocks: null,
    },
    execute: (steps) => execute(steps, name, spare),
  };
}

async function execute(steps: Steps, name: string, spare: BlockDevice): Promise<void> {
  try {
    // While it is suspended nothing can be moved, so what the state says then is still true when it is removed.
    await steps.run('suspend', async () => {
      await withKernelReason('The kernel could not hold access to the device', () => run('dmsetup', ['suspend', name]));
      await refuseWhileUsed(name);
    });
    await steps.run('remove', () => removeMapping(name));
  } catch (thrown) {
    const resumed = await run('dmsetup', ['resume', name]).then(
      () => true,
      () => false,
    );
    if (resumed) steps.undone('suspend');
    throw withState(thrown, resumed ? 'The pair is still active.' : `"${name}" could not be resumed.`);
  }
  await steps
    .run('erase', async () => {
      // A spare that is larger than when it was formatted has its copies where they were then.
      const found = await inspectSpare(spare.path, spare.sizeSectors);
      const formatted = found.kind === 'valid' ? found.superblock.spareSectors : spare.sizeSectors;
      const places = new Set([...superblockPlaces(formatted), ...superblockPlaces(spare.sizeSectors)]);
      await zeroPlaces(spare.path, spare.devno, [...places], UNIT_BYTES);
    })
    .catch((thrown: unknown) => {
      throw withState(thrown, 'The pair is not active any more, but the spare still says that it belongs to it.');
    });
}

/** Throws `blocks-on-spare` when ending the pair would lose blocks. */
async function refuseWhileUsed(name: string): Promise<void> {
  const { spareUsed } = await readStatus(name);
  if (spareUsed > 0) throw blocksOnSpare(spareUsed);
}

function blocksOnSpare(count: number): AppError {
  const blocks = formatCounted(count, 'block');
  return appError(
    'blocks-on-spare',
    `${blocks} of the aging disk ${count === 1 ? 'lives' : 'live'} on the spare. Ending the pair would lose what is in ${count === 1 ? 'it' : 'them'}.`,
    'Copy everything from the protected device to a sound disk first, then deactivate the pair and keep the spare until you are sure of the copy.',
  );
}
