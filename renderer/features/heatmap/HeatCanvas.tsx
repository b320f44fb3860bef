import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
} from 'react';

import type { PredictedRange } from '../../../app/forecast/output.ts';

import type { Picked } from './cells.ts';
import { sheetOf, sizeInPixels } from './draw.ts';
import { HatchSheet } from './HatchSheet.tsx';
import type { Layer } from './layer.ts';
import { drawOverlay, hasMarks } from './overlay.ts';
import { predictedCells } from './predicted.ts';
import { useCells } from './use-cells.ts';
import type { HeatmapData } from './use-heatmap.ts';
import { usePainter } from './use-painter.ts';
import {
  blocksAt,
  blocksPerCell,
  capacity,
  indexAt,
  indexOf,
  pan,
  windowOf,
  zoomAt,
  type Size,
  type View,
} from './view.ts';

export interface HeatCanvasProps {
  readonly data: HeatmapData;
  readonly layer: Layer;
  readonly size: Size;
  /** Whether there is room for just this size now, and the layer can tell. */
  readonly ready: () => boolean;
  /** The block of the keyboard cursor, which stays; null for none. */
  readonly cursor: number | null;
  readonly dimExcept: Picked | null;
  readonly predicted: readonly PredictedRange[];
  readonly label: string;
  readonly describedBy: string;
  /** Cells are pointed at to make sectors fail, not to look at them. */
  readonly brush: boolean;
  readonly onPoint: (cell: { first: number; count: number } | null) => void;
  readonly onPick: (cell: { first: number; count: number }) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

/** Wheel travel, in pixels, that makes one step of zoom. */
const WHEEL_STEP_PX = 60;
/** Movement, in pixels, from which a press is a drag and not a click. */
const DRAG_FROM_PX = 4;

/** The cells of the window. What is hatched over them and what follows the pointer are on sheets of their own above. */
export function HeatCanvas(props: HeatCanvasProps) {
  const { data, layer, size, ready, cursor, dimExcept, predicted, brush } = props;
  const { scale, view, fresh, setView } = data;
  const field = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const isMarked = useRef(false);
  const [hover, setHover] = useState<number | null>(null);
  const grid = useMemo(() => scale.gridAt(view.level), [scale, view.level]);
  const ratio = usePixelRatio();
  const { palette, painter } = usePainter(layer);
  const count = Math.min(capacity(grid), Math.ceil(windowOf(view, scale).count / blocksPerCell(view.level)));
  const runs = useMemo(() => predictedCells(predicted, view, count), [predicted, view, count]);
  const hatching = useMemo(() => ({ runs, grid, ratio, palette }), [runs, grid, ratio, palette]);
  const isHatched = runs.length > 0 && (dimExcept === null || dimExcept === 'predicted');
  const pixels = useMemo(() => sizeInPixels(size, ratio), [size, ratio]);
  const sheet = useMemo(() => sheetOf(grid, size, ratio), [grid, size, ratio]);
  useCells(base, { data, layer, painter, grid, count, ratio, dimExcept, runs, sheet, ready });

  useLayoutEffect(() => {
    const at = (block: number | null): number | null => (block === null ? null : indexOf(view, block));
    const marks = {
      count,
      cursor: at(cursor),
      hover,
      fresh: fresh.blocks.map((block) => indexOf(view, block)),
      since: fresh.since,
    };
    // A sheet that was touched, even if only to clear it, is copied to the screen whole.
    const marked = hasMarks(marks);
    if (!marked && !isMarked.current) return;
    isMarked.current = marked;
    const context = above.current?.getContext('2d');
    if (context === null || context === undefined) return;
    return drawOverlay(context, { ...marks, grid, ratio, palette });
  }, [palette, grid, ratio, size, view, cursor, hover, fresh, count]);

  const point = (index: number | null): void => {
    const cell = index === null ? null : blocksAt(view, index, scale.blocks);
    setHover(cell === null ? null : index);
    props.onPoint(cell);
  };
  const gestures = useGestures({ view, data, point, pick: props.onPick, brush });
  useWheelZoom(field, (steps, x, y) => {
    const index = indexAt(grid, x, y) ?? 0;
    const cell = blocksAt(view, index, scale.blocks);
    if (cell === null) return;
    setView((now, of) => zoomAt(now, cell.first, index / capacity(grid), steps, of));
  });

  return (
    <div
      ref={field}
      className={`heat-canvas ${brush ? 'heat-brush' : ''}`}
      role="application"
      aria-roledescription="heatmap"
      aria-label={props.label}
      aria-describedby={props.describedBy}
      tabIndex={0}
      onKeyDown={props.onKey}
      style={size}
      {...gestures}
    >
      <canvas ref={base} {...sheet.pixels} style={sheet.shown} />
      {isHatched && <HatchSheet hatching={hatching} pixels={pixels} size={size} />}
      <canvas ref={above} className="heat-above" {...pixels} style={size} />
    </div>
  );
}

function usePixelRatio(): number {
  const [ratio, setRatio] = useState(() => window.devicePixelRatio);
  useEffect(() => {
    const update = (): void => setRatio(window.devicePixelRatio);
    window.addEventListener('resize', update);
    return () => window.removeEventListener('resize', update);
  }, []);
  return ratio;
}

/** React listens to wheels passively; zooming must keep the page from scrolling. */
function useWheelZoom(field: RefObject<HTMLElement | null>, zoom: (steps: number, x: number, y: number) => void): void {
  const latest = useRef(zoom);
  useEffect(() => {
    latest.current = zoom;
  });
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    let travelled = 0;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      travelled += event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 20 : event.deltaY;
      const steps = Math.trunc(travelled / WHEEL_STEP_PX);
      if (steps === 0) return;
      travelled -= steps * WHEEL_STEP_PX;
      latest.current(-Math.sign(steps), event.offsetX, event.offsetY);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [field]);
}

interface Gestures {
  view: View;
  data: HeatmapData;
  brush: boolean;
  point: (index: number | null) => void;
  pick: (cell: { first: number; count: number }) => void;
}

function useGestures({ view, data, brush, point, pick }: Gestures) {
  const drag = useRef<{ x: number; y: number; from: View; moved: boolean } | null>(null);
  const { scale, setView } = data;
  const grid = scale.gridAt(view.level);
  const indexOfEvent = (event: PointerEvent): number | null =>
    indexAt(grid, event.nativeEvent.offsetX, event.nativeEvent.offsetY);

  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      drag.current = { x: event.clientX, y: event.clientY, from: view, moved: false };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const held = drag.current;
      if (held === null || brush) {
        point(indexOfEvent(event));
        return;
      }
      const right = event.clientX - held.x;
      const down = event.clientY - held.y;
      if (Math.hypot(right, down) >= DRAG_FROM_PX) held.moved = true;
      if (!held.moved) return;
      const cells = Math.round(down / grid.cell) * grid.columns + Math.round(right / grid.cell);
      setView((_, of) => pan(held.from, -cells, of));
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const moved = drag.current?.moved ?? true;
      drag.current = null;
      const index = indexOfEvent(event);
      const cell = index === null ? null : blocksAt(view, index, scale.blocks);
      if (!moved && cell !== null) pick(cell);
    },
    onPointerCancel: () => {
      drag.current = null;
    },
    onPointerLeave: () => point(null),
    onDoubleClick: (event: { nativeEvent: MouseEvent }) => {
      if (brush) return;
      const index = indexAt(grid, event.nativeEvent.offsetX, event.nativeEvent.offsetY);
      const cell = index === null ? null : blocksAt(view, index, scale.blocks);
      if (index === null || cell === null) return;
      setView((now, of) => zoomAt(now, cell.first, index / capacity(grid), 2, of));
    },
  };
}
