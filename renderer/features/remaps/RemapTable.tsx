import './remaps.css';

import { Button, Checkbox, NativeSelect, NumberInput, SegmentedControl } from '@mantine/core';
import { IconCopy, IconTableOff } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';

import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import { blockCount, causeSchema, remapRowSchema } from '../../../app/domain/target.ts';
import { toErrorData, type ErrorData } from '../../../app/errors.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';
import { Empty } from '../../design/Empty.tsx';
import { Failure } from '../../design/Notice.tsx';
import { DamagedFiles } from '../files/DamagedFiles.tsx';
import { SelectedFiles } from '../files/SelectedFiles.tsx';
import { useBridge } from '../../store/context.tsx';
import { causeWords } from '../../words/remaps.ts';
import { toCsv } from './csv.ts';
import { RemapGrid, type Sort } from './RemapGrid.tsx';
import { fetchRows, useRows, type RowsQuery } from './use-rows.ts';

/** Rows copied at once at most: more belongs in a file. */
const MOST_COPIED = 100_000;

interface Filter {
  readonly state: 'all' | 'mapped' | 'pending';
  readonly cause: string;
  readonly partialOnly: boolean;
}

const everything: Filter = { state: 'all', cause: '', partialOnly: false };

/** Rows from `first` to before `end` of the table at one revision: in another they may be other blocks. */
interface Selection {
  readonly first: number;
  readonly end: number;
  readonly revision: number;
}

export interface RemapTableProps {
  readonly connection: ConnectionId;
  readonly target: TargetView;
  /** Only blocks from this one on; null for all. */
  readonly from: number | null;
  readonly onFrom: (block: number | null) => void;
  readonly onShowBlock: (block: number) => void;
}

/** Every block that was moved or cannot be read. The broker sorts and filters; only what is in sight is asked for. */
export function RemapTable({ connection, target, from, onFrom, onShowBlock }: RemapTableProps) {
  const { name, blockSectors } = target.device;
  const [filter, setFilter] = useState(everything);
  const [sort, setSort] = useState<Sort>({ by: 'block', descending: false });
  const [chosen, setChosen] = useState<Selection | null>(null);
  const [sight, setSight] = useState({ first: 0, count: 0 });

  const selection = chosen?.revision === target.remapsRevision ? chosen : null;

  const query = useMemo((): RowsQuery => {
    const state = remapRowSchema.shape.state.safeParse(filter.state);
    const cause = causeSchema.safeParse(filter.cause);
    return {
      connection,
      name,
      sort: sort.by,
      descending: sort.descending,
      filter: {
        states: state.success ? [state.data] : [],
        causes: cause.success ? [cause.data] : [],
        fromBlock: from,
        toBlock: null,
        partialOnly: filter.partialOnly,
      },
    };
  }, [connection, name, sort, filter, from]);
  const rows = useRows(query, target.remapsRevision);
  const onSight = useCallback(
    (first: number, count: number) =>
      setSight((now) => (now.first === first && now.count === count ? now : { first, count })),
    [],
  );
  const filtered = filter !== everything || from !== null;
  const change = (part: Partial<Filter>): void => {
    setChosen(null);
    setFilter((now) => ({ ...now, ...part }));
  };
  const clear = (): void => {
    setFilter(everything);
    setChosen(null);
    onFrom(null);
  };

  if (rows.total === 0 && !filtered) {
    return (
      <Empty icon={IconTableOff} title="No block was moved">
        Blocks that fail when they are written appear here, with the place on the spare that serves them.
      </Empty>
    );
  }
  return (
    <div>
      <div className="remap-tools">
        <SegmentedControl
          aria-label="State"
          value={filter.state}
          onChange={(state) => change({ state: state === 'mapped' || state === 'pending' ? state : 'all' })}
          data={[
            { value: 'all', label: 'All' },
            { value: 'mapped', label: 'Moved' },
            { value: 'pending', label: 'Cannot be read' },
          ]}
        />
        <NativeSelect
          aria-label="Cause"
          value={filter.cause}
          onChange={(event) => change({ cause: event.currentTarget.value })}
          data={[
            { value: '', label: 'Any cause' },
            ...causeSchema.options.map((cause) => ({ value: cause, label: causeWords[cause].name })),
          ]}
        />
        <NumberInput
          aria-label="From block"
          placeholder="From block"
          value={from ?? ''}
          onChange={(value) => onFrom(typeof value === 'number' ? value : null)}
          min={0}
          max={blockCount(target.device) - 1}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          hideControls
          w={128}
        />
        <Checkbox
          label="Only moved in part"
          checked={filter.partialOnly}
          onChange={(event) => change({ partialOnly: event.currentTarget.checked })}
        />
        {filtered && (
          <Button variant="subtle" size="compact-xs" onClick={clear}>
            Clear filter
          </Button>
        )}
        <span className="grow" />
        <CopyCsv
          query={query}
          blockSectors={blockSectors}
          range={selection ?? { first: sight.first, end: sight.first + sight.count }}
          selected={selection !== null}
        />
      </div>
      <DamagedFiles connection={connection} target={target} />
      {rows.error !== null && (
        <div className="panel-body">
          <Failure error={rows.error} />
        </div>
      )}
      <RemapGrid
        rows={rows}
        geometry={target.device}
        sort={sort}
        onSort={(by) => {
          setChosen(null);
          setSort((now) => ({ by, descending: now.by === by && !now.descending }));
        }}
        selection={selection}
        onSelection={(range) => setChosen(range === null ? null : { ...range, revision: target.remapsRevision })}
        onSight={onSight}
        onShowBlock={onShowBlock}
      />
      <div className="remap-foot label" role="status">
        {rows.matched === null
          ? 'Reading the table…'
          : rows.matched === rows.total
            ? formatCounted(rows.matched, 'row')
            : `${formatCount(rows.matched)} of ${formatCounted(rows.total ?? 0, 'row')} match`}
        {selection !== null && <span>{formatCounted(selection.end - selection.first, 'row')} selected</span>}
        {chosen !== null && selection === null && (
          <span>The table has changed, so no row is selected any more. Select them again.</span>
        )}
      </div>
      {selection !== null && <SelectedFiles connection={connection} query={query} selection={selection} />}
    </div>
  );
}

function CopyCsv(props: {
  query: RowsQuery;
  blockSectors: number;
  range: { first: number; end: number };
  selected: boolean;
}) {
  const { query, range, selected } = props;
  const bridge = useBridge();
  const [state, setState] = useState<{ said: string; error: ErrorData | null }>({ said: '', error: null });
  const count = Math.min(MOST_COPIED, range.end - range.first);
  const copy = async (): Promise<void> => {
    try {
      const rows = await fetchRows(bridge, query, range.first, range.first + count);
      await navigator.clipboard.writeText(toCsv(rows, props.blockSectors));
      setState({ said: `${formatCounted(rows.length, 'row')} copied`, error: null });
    } catch (thrown) {
      setState({ said: '', error: toErrorData(thrown) });
    }
  };
  return (
    <>
      <span className="label" role="status">
        {state.error === null ? state.said : 'Could not be copied. Your browser may forbid it.'}
      </span>
      <Button variant="default" leftSection={<IconCopy size={14} />} disabled={count <= 0} onClick={() => void copy()}>
        Copy {selected ? formatCounted(count, 'selected row') : 'rows in sight'} as CSV
      </Button>
    </>
  );
}
