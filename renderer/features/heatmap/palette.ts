import { interpolateRgb } from 'd3-interpolate';
import { scaleSequential } from 'd3-scale';
import { interpolateCividis } from 'd3-scale-chromatic';

import { codes, COVERAGES, DIMMED, LATENCY_CLASSES } from './cells.ts';

export interface Palette {
  readonly surface: string;
  readonly ink: string;
  readonly focus: string;
  readonly glow: string;
  readonly unreadLine: string;
  /** The light line of the hatch over predicted cells in light mode, the dark one in dark mode; beside it lies one of `ink`. */
  readonly hatch: string;
  /** Fill of good cells by latency class, dark blue to pale yellow. */
  readonly good: readonly string[];
  readonly states: Readonly<Record<'slow' | 'soft' | 'moved' | 'partial' | 'pending', { fill: string; mark: string }>>;
  readonly loading: string;
}

/** Where on cividis the latency classes lie: not at its very ends, which are lost on a dark or light page. */
const cividis = scaleSequential(interpolateCividis).domain([-0.35, LATENCY_CLASSES - 0.55]);

export const goodColours: readonly string[] = Array.from({ length: LATENCY_CLASSES }, (_, at) => cividis(at));

/** The colours of tokens.css as they are at this moment, for drawing. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim() || '#808080';
  const state = (name: string): { fill: string; mark: string } => ({
    fill: token(`--${name}`),
    mark: token(`--on-${name}`),
  });
  return {
    surface: token('--surface'),
    ink: token('--ink'),
    focus: token('--focus'),
    glow: token('--moved'),
    unreadLine: token('--unread-line'),
    hatch: token('--hatch'),
    good: goodColours,
    states: {
      slow: state('slow'),
      soft: state('soft'),
      moved: state('moved'),
      partial: state('moved'),
      pending: state('pending'),
    },
    loading: token('--surface-hover'),
  };
}

/** How much of a dimmed cell's colour is left. */
export const DIM = 0.16;
const COVERAGE_STRENGTH = [0.4, 0.7, 1] as const;

/** The flat colour of each code, for cells too small for a mark. */
export function flatColours(palette: Palette): string[] {
  const table = new Array<string>(2 * DIMMED).fill(palette.surface);
  const set = (code: number, colour: string): void => {
    table[code] = colour;
    table[code | DIMMED] = interpolateRgb(palette.surface, colour)(DIM);
  };
  set(codes.unread, interpolateRgb(palette.surface, palette.unreadLine)(0.35));
  for (let at = 0; at < LATENCY_CLASSES; at += 1) {
    for (let covered = 0; covered < COVERAGES; covered += 1) {
      const strength = COVERAGE_STRENGTH[covered] ?? 1;
      set(codes.good + at * COVERAGES + covered, interpolateRgb(palette.surface, palette.good[at] ?? '#000')(strength));
    }
  }
  for (const name of ['slow', 'soft', 'moved', 'partial', 'pending'] as const) {
    set(codes[name], palette.states[name].fill);
  }
  set(codes.loading, palette.loading);
  return table;
}

/** {@link flatColours} as canvas pixels (ABGR on the little-endian machines that browsers run on). */
export function pixelTable(palette: Palette): Uint32Array {
  return Uint32Array.from(flatColours(palette), (colour) => {
    const [red = 0, green = 0, blue = 0] = rgb(colour);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

function rgb(colour: string): number[] {
  const plain = interpolateRgb(colour, colour)(0);
  return (plain.match(/[\d.]+/g) ?? []).map(Number);
}
