import type { Connection } from '../../../app/bridge/snapshot.ts';
import { Notice } from '../../design/Notice.tsx';
import { modelOf, usesOf } from '../../words/device.ts';
import { ActivateButton } from '../plan/ActivateButton.tsx';
import { idlePairsOf, type IdlePair } from './idle-pairs.ts';

/** Above everything else: pairs that protect nothing now, which nobody sees who looks only at what is protected. */
export function IdlePairs({ connection }: { connection: Connection }) {
  const pairs = idlePairsOf(connection);
  if (pairs.length === 0) return null;
  return (
    <section className="stack" aria-label="Protection that is not running">
      {pairs.map((pair) => (
        <Notice
          key={pair.spare.devno}
          tone="bad"
          title={titleOf(pair)}
          actions={
            !canStart(pair) ? undefined : (
              <ActivateButton
                connection={connection}
                spare={pair.spare}
                spareOf={pair.spareOf}
                disabled={connection.phase.state !== 'open'}
              />
            )
          }
        >
          {textOf(pair)}
        </Notice>
      ))}
    </section>
  );
}

/** Whether its main is here, or a disk that may be it. */
function canStart({ main, spareOf }: IdlePair): boolean {
  return main !== null || spareOf.mayBeMain.length > 0;
}

function titleOf(pair: IdlePair): string {
  const { main, spare } = pair;
  if (main !== null) return `The protection of ${modelOf(main)} (${main.name}) is not running.`;
  const named = `${modelOf(spare)} (${spare.name})`;
  return canStart(pair)
    ? `The protection with the spare ${named} is not running, and which disk it belongs to is not certain.`
    : `${named} is the spare of a disk that is not here.`;
}

function textOf(pair: IdlePair): string {
  const { main, users } = pair;
  if (main === null && canStart(pair)) {
    return 'What was moved may be only on this spare: do not erase it, and do not use the disk that it belongs to by itself. Start its protection again, and choose that disk.';
  }
  if (main === null) {
    return 'What was moved from that disk may be only here: do not erase it. Connect the disk, or unplug its copy where two look the same, then start its protection again.';
  }
  const uses = usesOf(users);
  return uses === null
    ? 'Do not mount or use the disk by itself: moved blocks hold old data there. Start its protection again first.'
    : `The disk is in use without it now: ${uses}. Moved blocks hold old data there, and what is written to it now may be lost. Unmount it and stop what uses it, then start its protection again.`;
}
