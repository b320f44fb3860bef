import { classOf, codes, DIMMED, stateOf, STRENGTHS } from './cells.ts';
import type { Palette } from './palette.ts';

/**
 * Draws what a cell of a code looks like, without its dimming, in a square of `edge` pixels at the origin.
 *
 * @param classes - fills of the layer's classes
 */
export function drawShape(
  context: CanvasRenderingContext2D,
  code: number,
  edge: number,
  palette: Palette,
  classes: readonly string[],
): void {
  const bare = code & ~DIMMED;
  const state = stateOf(code);
  if (bare === codes.loading) {
    context.fillStyle = palette.loading;
    context.fillRect(0, 0, edge, edge);
  }
  if (state === null || bare > codes.loading) return;
  switch (state) {
    case 'unread':
      hollow(context, edge, palette.unreadLine);
      return;
    case 'good': {
      const ofClass = classOf(code);
      if (ofClass === null) {
        hollow(context, edge, palette.unknown);
        context.fillStyle = palette.unknown;
        marks.soft(context, edge);
        return;
      }
      const colour = classes[ofClass] ?? palette.ink;
      const strength = ((bare - codes.good) % STRENGTHS) + 1;
      const full = Math.round((edge * strength) / STRENGTHS);
      if (strength < STRENGTHS) hollow(context, edge, colour);
      context.fillStyle = colour;
      context.fillRect(0, edge - full, edge, full);
      return;
    }
    case 'slow':
    case 'soft':
    case 'moved':
    case 'partial':
    case 'pending': {
      const { fill, mark } = palette.states[state];
      context.fillStyle = fill;
      context.fillRect(0, 0, edge, edge);
      context.fillStyle = mark;
      context.strokeStyle = mark;
      marks[state](context, edge);
    }
  }
}

function hollow(context: CanvasRenderingContext2D, edge: number, colour: string): void {
  const line = Math.max(1, Math.round(edge / 12));
  context.strokeStyle = colour;
  context.lineWidth = line;
  context.strokeRect(line / 2, line / 2, edge - line, edge - line);
}

type Mark = (context: CanvasRenderingContext2D, edge: number) => void;

const marks: Readonly<Record<'slow' | 'soft' | 'moved' | 'partial' | 'pending', Mark>> = {
  slow: (context, edge) => {
    const thick = Math.max(1, Math.round(edge / 7));
    context.fillRect(Math.round(edge * 0.22), Math.round((edge - thick) / 2), Math.round(edge * 0.56), thick);
  },
  soft: (context, edge) => {
    context.beginPath();
    context.arc(edge / 2, edge / 2, Math.max(1, edge * 0.18), 0, 2 * Math.PI);
    context.fill();
  },
  moved: (context, edge) => {
    diamond(context, edge, edge * 0.34);
    context.fill();
  },
  partial: (context, edge) => {
    const reach = edge * 0.34;
    diamond(context, edge, reach);
    context.lineWidth = Math.max(1, edge / 14);
    context.stroke();
    context.beginPath();
    context.moveTo(edge / 2, edge / 2 - reach);
    context.lineTo(edge / 2 - reach, edge / 2);
    context.lineTo(edge / 2, edge / 2 + reach);
    context.fill();
  },
  pending: (context, edge) => {
    const inset = edge * 0.27;
    context.lineWidth = Math.max(1, edge / 7);
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(inset, inset);
    context.lineTo(edge - inset, edge - inset);
    context.moveTo(edge - inset, inset);
    context.lineTo(inset, edge - inset);
    context.stroke();
  },
};

function diamond(context: CanvasRenderingContext2D, edge: number, reach: number): void {
  const middle = edge / 2;
  context.beginPath();
  context.moveTo(middle, middle - reach);
  context.lineTo(middle + reach, middle);
  context.lineTo(middle, middle + reach);
  context.lineTo(middle - reach, middle);
  context.closePath();
}
