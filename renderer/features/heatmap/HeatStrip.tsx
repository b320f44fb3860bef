import { useEffect, useRef, type PointerEvent } from 'react';

import { stateLayer, type Layer } from './layer.ts';
import { usePainter } from './use-painter.ts';

/** Cells of the strip that shows a whole disk. */
export const STRIP_CELLS = 240;

/** A whole disk in one line of {@link STRIP_CELLS} cells, with the window that is looked at framed in it. */
export function HeatStrip(props: {
  codes: Uint8Array;
  label: string;
  /** What the codes are of; the states unless told. */
  layer?: Layer;
  window?: { from: number; to: number };
  /** Told the place that was pressed or dragged to: 0 start, up to 1 end of the disk. */
  onMove?: (place: number) => void;
}) {
  const { codes, window: framed, onMove } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const { painter } = usePainter(props.layer ?? stateLayer);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === null || context === undefined) return;
    // One row of flat cells, which the style stretches.
    painter.draw(context, { codes, count: codes.length, columns: codes.length, cell: 1, ratio: 1 });
  }, [painter, codes]);

  const move = (event: PointerEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    onMove?.(Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(1, box.width))));
  };
  return (
    <div
      className={`heat-strip ${onMove === undefined ? '' : 'heat-strip-live'}`}
      role="img"
      aria-label={props.label}
      {...(onMove === undefined
        ? {}
        : {
            onPointerDown: (event: PointerEvent<HTMLElement>) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              move(event);
            },
            onPointerMove: (event: PointerEvent<HTMLElement>) => event.buttons === 1 && move(event),
          })}
    >
      <canvas ref={canvas} width={codes.length} height={1} />
      {framed !== undefined && (
        <span
          className="heat-strip-window"
          style={{ left: `${framed.from * 100}%`, width: `${Math.max(0.4, (framed.to - framed.from) * 100)}%` }}
        />
      )}
    </div>
  );
}
