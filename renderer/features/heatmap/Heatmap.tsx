import './heatmap.css';

import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconGridDots, IconMinus, IconPlus, IconTable, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useId, useMemo, useRef, useState } from 'react';

import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import type { PredictedRange } from '../../../app/forecast/output.ts';
import { Failure } from '../../design/Notice.tsx';
import { usePrefs, useSetPrefs } from '../../store/context.tsx';
import { rangeInBytes, summaryOf } from '../../words/heatmap.ts';
import { CellTable } from './CellTable.tsx';
import { Crumbs } from './Crumbs.tsx';
import { countBlocks, type Picked } from './cells.ts';
import { HeatCanvas } from './HeatCanvas.tsx';
import { HeatStrip } from './HeatStrip.tsx';
import { useKeys } from './keys.ts';
import { Legend } from './Legend.tsx';
import { predictedIn } from './predicted.ts';
import { useHeatmap } from './use-heatmap.ts';
import { useSize } from './use-size.ts';
import { useStrip } from './use-strip.ts';
import { blocksPerCell, capacity, reveal, windowOf, zoomAt, type CellSize } from './view.ts';

/** The blocks that are pointed at, and the level they were seen at. */
export interface Pointed {
  readonly first: number;
  readonly count: number;
  readonly level: number;
}

export interface HeatmapProps {
  readonly connection: ConnectionId;
  /** False while nobody can be asked: what is shown stays as last heard, and the page says why once. */
  readonly live: boolean;
  readonly target: TargetView;
  /** A block to show; a new `turn` shows it again. */
  readonly jump: { readonly block: number; readonly turn: number } | null;
  readonly onPoint: (cell: Pointed | null) => void;
  /** Present while the lab's brush is in hand: told the cell that was clicked. */
  readonly onBrush: ((cell: { first: number; count: number }) => void) | null;
}

export function Heatmap({ connection, live, target, jump, onPoint, onBrush }: HeatmapProps) {
  const body = useRef<HTMLDivElement>(null);
  const size = useSize(body);
  const cellSize = usePrefs((prefs) => prefs.cellSize);
  const data = useHeatmap(connection, target, size, cellSize, live);
  const strip = useStrip(connection, target);
  const [cursor, setCursor] = useState<number | null>(null);
  const [picked, setPicked] = useState<Picked | null>(null);
  const [asTable, setAsTable] = useState(false);
  const summaryId = useId();
  const { view, scale, tiles, revision, setView } = data;
  const { blockSectors } = target.device;
  const window = windowOf(view, scale);
  const cells = Math.min(capacity(scale.gridAt(view.level)), Math.ceil(window.count / blocksPerCell(view.level)));

  const counts = useMemo(
    () => ({ ...countBlocks(tiles.cells(view.level, view.first, cells), window.count), revision }),
    [tiles, view.level, view.first, cells, window.count, revision],
  );

  const ranges = target.forecast?.where.ranges ?? noRanges;
  const predicted = predictedIn(ranges, window.first, window.count);

  const moveCursor = (block: number): void => {
    setCursor(block);
    setView((now, of) => reveal(now, block, of));
    onPoint(pointedAt(block, view.level, scale.blocks));
  };
  const found = (block: number): void => {
    moveCursor(block);
    onPoint({ first: block, count: 1, level: 0 });
  };
  const clear = (): void => {
    setCursor(null);
    onPoint(null);
  };
  const keys = useKeys({ connection, target, data, cursor, picked, moveCursor, found, clear });

  const turn = jump?.turn ?? 0;
  const jumpTo = jump?.block ?? null;
  const [turnSeen, setTurnSeen] = useState(0);
  if (turn !== turnSeen && jumpTo !== null) {
    setTurnSeen(turn);
    setCursor(jumpTo);
    setView((now, of) => zoomAt(now, jumpTo, 0.5, Math.max(0, now.level), of));
  }

  const range = rangeInBytes(window.first, window.count, blockSectors);
  const whole = window.count === scale.blocks;
  const summary = summaryOf(counts, predicted, range, whole);
  const centre = cursor ?? view.first + Math.floor(window.count / 2);
  const zoom = (steps: number): void =>
    setView((now, of) => zoomAt(now, centre, cursor === null ? 0.5 : (cursor - view.first) / window.count, steps, of));

  return (
    <section className="heat panel" aria-label="Heatmap">
      <div className="heat-toolbar">
        <Crumbs
          view={view}
          scale={scale}
          blockSectors={blockSectors}
          cursor={cursor}
          onWhole={() => setView((_, of) => ({ first: 0, level: of.widest }))}
          onWindow={clear}
        />
        <span className="grow" />
        <Tool label="Previous problem (P)" onClick={() => void keys.walk(true)} disabled={keys.walking}>
          <IconChevronLeft size={17} />
        </Tool>
        <Tool label="Next problem (N)" onClick={() => void keys.walk(false)} disabled={keys.walking}>
          <IconChevronRight size={17} />
        </Tool>
        <Tool label="Zoom out (−)" onClick={() => zoom(-1)} disabled={view.level >= scale.widest}>
          <IconMinus size={17} />
        </Tool>
        <Tool label="Zoom in (+)" onClick={() => zoom(1)} disabled={view.level <= scale.closest}>
          <IconPlus size={17} />
        </Tool>
        <CellSizeMenu />
        <Tool
          label={asTable ? 'Show as a picture' : 'Show as a table'}
          onClick={() => setAsTable(!asTable)}
          pressed={asTable}
        >
          <IconTable size={17} />
        </Tool>
      </div>
      <div style={{ padding: '0 var(--space-4)' }}>
        <HeatStrip
          codes={strip}
          label={`The whole disk; the window shows ${range}`}
          window={{ from: window.first / scale.blocks, to: (window.first + window.count) / scale.blocks }}
          onMove={(place) => setView((now, of) => zoomAt(now, Math.floor(place * (of.blocks - 1)), 0.5, 0, of))}
        />
      </div>
      <div className="heat-body" ref={body}>
        {asTable ? (
          <CellTable data={data} cells={cells} blockSectors={blockSectors} predicted={ranges} onPick={moveCursor} />
        ) : (
          <HeatCanvas
            data={data}
            size={size}
            cursor={cursor}
            dimExcept={picked}
            predicted={ranges}
            label="Blocks of the disk. Arrow keys move, plus and minus zoom, N and P walk problems."
            describedBy={summaryId}
            brush={onBrush !== null}
            onPoint={(cell) => {
              if (cell !== null) onPoint({ ...cell, level: view.level });
              else onPoint(cursor === null ? null : pointedAt(cursor, view.level, scale.blocks));
            }}
            onPick={(cell) => (onBrush === null ? moveCursor(cell.first) : onBrush(cell))}
            onKey={keys.onKey}
          />
        )}
        {tiles.error !== null && live && (
          <div className="heat-message">
            <Failure error={tiles.error} />
          </div>
        )}
      </div>
      <p id={summaryId} className="visually-hidden">
        {summary}
      </p>
      <p className="visually-hidden" role="status">
        {keys.message}
      </p>
      <Legend
        counts={counts}
        partial={target.status.partial}
        blockSectors={blockSectors}
        predicted={predicted}
        picked={picked}
        onPick={setPicked}
      />
    </section>
  );
}

const noRanges: readonly PredictedRange[] = [];

function pointedAt(block: number, level: number, blocks: number): Pointed {
  const per = blocksPerCell(level);
  const first = Math.floor(block / per) * per;
  return { first, count: Math.min(per, blocks - first), level };
}

function Tool(props: {
  label: string;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
  children: React.ReactNode;
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        aria-label={props.label}
        aria-pressed={props.pressed}
        disabled={props.disabled ?? false}
        onClick={props.onClick}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}

const sizes: readonly { value: CellSize; label: string }[] = [
  { value: 'fine', label: 'Fine, up to a million cells' },
  { value: 'normal', label: 'Normal' },
  { value: 'large', label: 'Large' },
];

function CellSizeMenu() {
  const now = usePrefs((prefs) => prefs.cellSize);
  const set = useSetPrefs();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label="Size of the cells" title="Size of the cells">
          <IconGridDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {sizes.map(({ value, label }) => (
          <Menu.Item key={value} onClick={() => set({ cellSize: value })} aria-current={now === value}>
            <span style={{ fontWeight: now === value ? 600 : 400 }}>{label}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
