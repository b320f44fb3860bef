import type { ConnectionId } from '../../../app/bridge/snapshot.ts';
import { MAX_FILE_BLOCKS } from '../../../app/domain/files.ts';
import { formatCounted } from '../../../app/domain/units.ts';
import { useBridge } from '../../store/context.tsx';
import { byOwner, countsOf } from '../../words/files.ts';
import { fetchRows, type RowsQuery } from '../remaps/use-rows.ts';
import { FilesOf } from './FilesOf.tsx';

export interface SelectedFilesProps {
  readonly connection: ConnectionId;
  readonly query: RowsQuery;
  /** Rows of the table from `first` to before `end`. */
  readonly selection: { readonly first: number; readonly end: number };
}

/** Which files lie on the blocks of the selected rows of the remap table. */
export function SelectedFiles({ connection, query, selection }: SelectedFilesProps) {
  const bridge = useBridge();
  const { first, end } = selection;
  const load = async (): Promise<number[]> => {
    const rows = await fetchRows(bridge, query, first, Math.min(end, first + MAX_FILE_BLOCKS));
    return rows.map(({ block }) => block).sort((a, b) => a - b);
  };
  return (
    <section className="files-part" aria-label="Files of the selected rows">
      <FilesOf
        key={`${first}/${end}`}
        connection={connection}
        name={query.name}
        label={end - first === 1 ? 'Which file is on the selected block?' : 'Which files are on the selected blocks?'}
        load={load}
        head={(answer, blocks) => (
          <p>
            <strong>{countsOf(byOwner(answer)) ?? 'No file or folder that could be named'}</strong>, on{' '}
            {formatCounted(blocks, 'selected block')}.
          </p>
        )}
      />
    </section>
  );
}
