import './heatmap.css';

import { useCallback, useId, useMemo, useRef, useState } from 'react';

import type { ConnectionId, TargetView } from '../../../app/bridge/snapshot.ts';
import type { PredictedRange } from '../../../app/forecast/output.ts';
import { Failure } from '../../design/Notice.tsx';
import { usePrefs } from '../../store/context.tsx';
import { rangeInBytes, summaryOf } from '../../words/heatmap.ts';
import { classNames, layerSummary } from '../../words/layers.ts';
import { CellTable } from './CellTable.tsx';
import { Crumbs } from './Crumbs.tsx';
import type { Picked } from './cells.ts';
import { HeatCanvas } from './HeatCanvas.tsx';
import { HeatStrip } from './HeatStrip.tsx';
import { HeatTools } from './HeatTools.tsx';
import { describeIn } from './describe.ts';
import { useKeys } from './keys.ts';
import { LayerBar } from './LayerBar.tsx';
import { Legend } from './Legend.tsx';
import { predictedIn } from './predicted.ts';
import { useHeatmap } from './use-heatmap.ts';
import { useLayer } from './use-layer.ts';
import { useStable } from './use-stable.ts';
import { isSameSize, sizeOf, USUAL_SIZE, useSize } from './use-size.ts';
import { useStrip } from './use-strip.ts';
import { blocksPerCell, capacity, reveal, windowOf, zoomAt } from './view.ts';

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
  const data = useHeatmap(connection, target, size ?? USUAL_SIZE, cellSize, live && size !== null);
  const layered = useLayer(connection, target, data.fetch, live);
  const { layer } = layered;
  const ready = useCallback((): boolean => {
    const now = body.current === null ? USUAL_SIZE : sizeOf(body.current);
    const isFitting = now === USUAL_SIZE || size === null || isSameSize(now, size);
    return layered.ready && isFitting;
  }, [size, layered.ready]);
  const strip = useStrip(connection, target, layer);
  const [cursor, setCursor] = useState<number | null>(null);
  const [picked, setPicked] = useState<Picked | null>(null);
  const [asTable, setAsTable] = useState(false);
  const summaryId = useId();
  const { view, scale, tiles, revision, setView } = data;
  const { blockSectors } = target.device;
  const window = windowOf(view, scale);
  const cells = Math.min(capacity(scale.gridAt(view.level)), Math.ceil(window.count / blocksPerCell(view.level)));

  const counts = useMemo(
    () => ({ ...tiles.count(layer, view.level, view.first, cells, window.count), revision }),
    [tiles, layer, view.level, view.first, cells, window.count, revision],
  );

  const hatched = usePrefs((prefs) => prefs.heatForecast);
  const ranges = (hatched ? target.forecast?.where.ranges : undefined) ?? noRanges;
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
  const names = classNames(layer.id, layered.scale);
  const describe = describeIn(layered, target);
  const keys = useKeys({
    connection,
    target,
    data,
    layer,
    classNames: names,
    describe,
    cursor,
    picked,
    moveCursor,
    found,
    clear,
  });

  const turn = jump?.turn ?? 0;
  const jumpTo = jump?.block ?? null;
  const [turnSeen, setTurnSeen] = useState(0);
  if (turn !== turnSeen && jumpTo !== null) {
    setTurnSeen(turn);
    setCursor(jumpTo);
    setView((now, of) => zoomAt(now, jumpTo, 0.5, Math.max(0, now.level), of));
  }

  const error = tiles.error ?? layered.error;
  const range = rangeInBytes(window.first, window.count, blockSectors);
  const whole = window.count === scale.blocks;
  const summary = summaryOf(counts, predicted, range, whole, layerSummary(layer.id, names, counts));
  const centre = cursor ?? view.first + Math.floor(window.count / 2);
  const place = cursor === null ? 0.5 : (cursor - view.first) / window.count;
  const zoom = useStable((steps: number) => setView((now, of) => zoomAt(now, centre, place, steps, of)));
  const walk = useStable((backward: boolean) => void keys.walk(backward));
  const pickNone = useCallback(() => setPicked(null), []);

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
        <HeatTools
          walking={keys.walking}
          widest={view.level >= scale.widest}
          closest={view.level <= scale.closest}
          asTable={asTable}
          onWalk={walk}
          onZoom={zoom}
          onTable={setAsTable}
        />
      </div>
      <LayerBar onLayer={pickNone} />
      <div style={{ padding: '0 var(--space-4)' }}>
        <HeatStrip
          codes={strip}
          layer={layer}
          label={`The whole disk; the window shows ${range}`}
          window={{ from: window.first / scale.blocks, to: (window.first + window.count) / scale.blocks }}
          onMove={(part) => setView((now, of) => zoomAt(now, Math.floor(part * (of.blocks - 1)), 0.5, 0, of))}
        />
      </div>
      <div className="heat-body" ref={body}>
        {asTable ? (
          <CellTable
            data={data}
            layer={layer}
            describe={describe}
            picked={picked}
            cells={cells}
            blockSectors={blockSectors}
            predicted={ranges}
            onPick={moveCursor}
          />
        ) : size === null ? null : (
          <HeatCanvas
            data={data}
            layer={layer}
            size={size}
            ready={ready}
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
        {error !== null && live && (
          <div className="heat-message">
            <Failure error={error} />
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
        data={layered}
        counts={counts}
        partial={target.status.partial}
        blockSectors={blockSectors}
        predicted={hatched ? predicted : null}
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
