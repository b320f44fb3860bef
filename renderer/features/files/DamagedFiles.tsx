import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import { MAX_FILE_BLOCKS } from '../../../app/domain/files.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';
import { useBridge } from '../../store/context.tsx';
import { byOwner, countsOf } from '../../words/files.ts';
import { FilesOf } from './FilesOf.tsx';

/** Which files are damaged: those on the blocks that cannot be read. Nothing where there are none. */
export function DamagedFiles({ connection, target }: { connection: ConnectionId; target: TargetView }) {
  const bridge = useBridge();
  const { name } = target.device;
  const { pending } = target.status;
  if (pending === 0) return null;
  const load = async (): Promise<number[]> => {
    const { rows } = await bridge.call('target.remaps', {
      connection,
      name,
      sort: 'block',
      descending: false,
      filter: { states: ['pending'], causes: [], fromBlock: null, toBlock: null, partialOnly: false },
      offset: 0,
      limit: MAX_FILE_BLOCKS,
    });
    return rows.map(({ block }) => block);
  };
  return (
    <section className="files-part" aria-label="Damaged files">
      <FilesOf
        connection={connection}
        name={name}
        label="Which files are damaged?"
        load={load}
        head={(answer, blocks) => (
          <p>
            <strong>{countsOf(byOwner(answer)) ?? 'No file or folder that could be named'}</strong>, on{' '}
            {blocks < pending && `${formatCount(blocks)} of `}
            {formatCounted(pending, 'block')} that cannot be read.
          </p>
        )}
      />
    </section>
  );
}
