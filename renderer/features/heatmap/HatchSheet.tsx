import { useLayoutEffect, useRef } from 'react';

import { drawHatch, type Hatching } from './hatch.ts';
import type { Size } from './view.ts';

/**
 * The hatch over predicted cells, on a sheet of its own: cells below it may then be drawn by themselves, and at another
 * size.
 */
export function HatchSheet({ hatching, pixels, size }: { hatching: Hatching; pixels: Size; size: Size }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === null || context === undefined) return;
    context.clearRect(0, 0, pixels.width, pixels.height);
    drawHatch(context, hatching);
  }, [hatching, pixels]);
  return <canvas ref={canvas} className="heat-hatch" {...pixels} style={size} />;
}
