import { Button } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';

import type { RemapsQuery } from '../../../app/bridge/schema.ts';
import type { RemapRow } from '../../../app/domain/target.ts';
import { formatCount } from '../../../app/domain/units.ts';
import { StateMark } from '../../design/StateMark.tsx';
import { Time } from '../../design/Time.tsx';
import { causeWords } from '../../words/remaps.ts';
import { isPartial, residencyBits, residentPart, residentSectors, sectorsIn, type Geometry } from './residency.ts';
import { rowsWindow, scrollTo } from './rows-window.ts';
import type { Rows } from './use-rows.ts';

export type SortBy = RemapsQuery['sort'];
export interface Sort {
  readonly by: SortBy;
  readonly descending: boolean;
}

const columns: readonly { by: SortBy; title: string }[] = [
  { by: 'block', title: 'Block' },
  { by: 'state', title: 'State' },
  { by: 'spareBlock', title: 'Spare block' },
  { by: 'resident', title: 'Sectors on the spare' },
  { by: 'seconds', title: 'When' },
];

export interface RemapGridProps {
  readonly rows: Rows;
  readonly geometry: Geometry;
  readonly sort: Sort;
  readonly onSort: (by: SortBy) => void;
  readonly selection: { first: number; end: number } | null;
  readonly onSelection: (selection: { first: number; end: number } | null) => void;
  readonly onSight: (first: number, count: number) => void;
  readonly onShowBlock: (block: number) => void;
}

/** The rows in sight of a table that may have a million. Arrow keys walk, Shift selects, Enter shows on the heatmap. */
export function RemapGrid(props: RemapGridProps) {
  const { rows, geometry, sort, selection, onSelection, onSight } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [viewport, setViewport] = useState(372);
  const [current, setCurrent] = useState<number | null>(null);
  const anchor = useRef(0);
  const id = useId();
  const matched = rows.matched ?? 0;
  const shown = rowsWindow(matched, viewport, scrollTop);
  const { want } = rows;

  useLayoutEffect(() => {
    const height = scroller.current?.clientHeight ?? 0;
    if (height > 0) setViewport(height);
  }, []);
  useEffect(() => {
    want(shown.first, shown.count);
  }, [want, shown.first, shown.count]);
  useEffect(() => {
    onSight(shown.seenFirst, shown.seenCount);
  }, [onSight, shown.seenFirst, shown.seenCount]);

  const walk = (to: number, extend: boolean): void => {
    const row = Math.min(matched - 1, Math.max(0, to));
    if (!extend) anchor.current = row;
    setCurrent(row);
    onSelection({ first: Math.min(anchor.current, row), end: Math.max(anchor.current, row) + 1 });
    const element = scroller.current;
    if (element !== null) element.scrollTop = scrollTo(matched, viewport, element.scrollTop, row);
  };
  const onKey = (event: KeyboardEvent): void => {
    const page = Math.max(1, shown.seenCount - 1);
    const at = current ?? -1;
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(0, at - 1),
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: matched - 1,
    };
    const to = targets[event.key];
    if (to !== undefined && matched > 0) {
      event.preventDefault();
      walk(to, event.shiftKey);
    } else if (event.key === 'Enter' && current !== null) {
      const row = rows.rowAt(current);
      if (row !== undefined) props.onShowBlock(row.block);
    } else if (event.key === 'Escape') {
      onSelection(null);
      setCurrent(null);
    }
  };
  const onRow = (index: number, event: MouseEvent): void => walk(index, event.shiftKey);

  return (
    <div
      className="remap-grid"
      role="grid"
      aria-label="Remap table"
      aria-rowcount={matched + 1}
      aria-multiselectable="true"
    >
      <div className="remap-head" role="row" aria-rowindex={1}>
        {columns.map(({ by, title }) => (
          <div
            key={by}
            role="columnheader"
            aria-sort={sort.by !== by ? 'none' : sort.descending ? 'descending' : 'ascending'}
          >
            <button type="button" onClick={() => props.onSort(by)}>
              {title}
              {sort.by === by &&
                (sort.descending ? (
                  <IconChevronDown size={13} aria-hidden="true" />
                ) : (
                  <IconChevronUp size={13} aria-hidden="true" />
                ))}
            </button>
          </div>
        ))}
        <div role="columnheader">
          <span className="visually-hidden">Action</span>
        </div>
      </div>
      <div
        className="remap-scroll"
        role="rowgroup"
        ref={scroller}
        tabIndex={0}
        aria-label="Rows"
        aria-activedescendant={current === null ? undefined : `${id}-${current}`}
        onKeyDown={onKey}
        onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
      >
        <div role="presentation" style={{ height: shown.height }}>
          {Array.from({ length: shown.count }, (_, at) => shown.first + at).map((index) => (
            <div
              key={index}
              id={`${id}-${index}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={selection !== null && index >= selection.first && index < selection.end}
              className={`remap-row ${index === current ? 'remap-row-current' : ''}`}
              style={{ top: shown.topOf(index) }}
              onClick={(event) => onRow(index, event)}
            >
              <Cells row={rows.rowAt(index)} geometry={geometry} onShowBlock={props.onShowBlock} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function Cells(props: { row: RemapRow | undefined; geometry: Geometry; onShowBlock: (block: number) => void }) {
  const { row, geometry } = props;
  if (row === undefined) {
    return (
      <span role="gridcell" className="muted">
        …
      </span>
    );
  }
  const partial = isPartial(row, geometry);
  const sectors = sectorsIn(row.block, geometry);
  const state = row.state === 'pending' ? 'pending' : partial ? 'partial' : 'moved';
  return (
    <>
      <span role="gridcell">{formatCount(row.block)}</span>
      <span role="gridcell" title={row.cause === null ? '' : causeWords[row.cause].meaning}>
        <span className="row" style={{ gap: 6 }}>
          <StateMark state={state} />
          {stateText(row)}
        </span>
      </span>
      <span role="gridcell">{row.spareBlock === null ? '–' : formatCount(row.spareBlock)}</span>
      <span role="gridcell">
        {row.state === 'pending' ? (
          '–'
        ) : (
          <>
            {sectors <= 16 && <Mask row={row} sectors={sectors} />}
            {residentPart(residentSectors(row.residency), sectors)}
            <span className="remap-unit"> sectors</span>
          </>
        )}
      </span>
      <span role="gridcell">
        <Time milliseconds={row.seconds * 1000} />
      </span>
      <span role="gridcell">
        <Button
          variant="subtle"
          size="compact-xs"
          tabIndex={-1}
          aria-label={`Show block ${formatCount(row.block)} in the heatmap`}
          onClick={(event) => {
            event.stopPropagation();
            props.onShowBlock(row.block);
          }}
        >
          Show
        </Button>
      </span>
    </>
  );
}

function stateText(row: RemapRow): string {
  if (row.state === 'pending') return 'Cannot be read';
  return row.cause === null ? 'Moved' : `Moved, ${causeWords[row.cause].name.toLowerCase()}`;
}

function Mask({ row, sectors }: { row: RemapRow; sectors: number }) {
  return (
    <span className="remap-mask" aria-hidden="true">
      {residencyBits(row.residency, sectors).map((on, sector) => (
        <i key={sector} className={on ? 'on' : ''} />
      ))}
    </span>
  );
}
