import { interpolateLab, interpolateRgb } from 'd3-interpolate';
import { scaleSequential } from 'd3-scale';
import { interpolateCividis } from 'd3-scale-chromatic';

import { codes, DIMMED, goodCode, MOST_CLASSES, STRENGTHS } from './cells.ts';
import type { Layer } from './layer.ts';

export interface Palette {
  readonly surface: string;
  readonly ink: string;
  readonly focus: string;
  readonly glow: string;
  readonly unreadLine: string;
  /** The light line of the hatch over predicted cells in light mode, the dark one in dark mode; beside it lies one of `ink`. */
  readonly hatch: string;
  /** Ends of the layer of risk: none and most. */
  readonly risk: readonly [string, string];
  /** Ends of the layer of the last read: just now and long ago. */
  readonly age: readonly [string, string];
  /** Outline of what was read and of which a layer cannot tell. */
  readonly unknown: string;
  readonly states: Readonly<Record<'slow' | 'soft' | 'moved' | 'partial' | 'pending', { fill: string; mark: string }>>;
  readonly loading: string;
}

/** Fills of a layer's classes, best first. */
export function classColours(palette: Palette, layer: Pick<Layer, 'id' | 'classes'>): string[] {
  const { classes } = layer;
  const between = (ends: readonly [string, string]): string[] =>
    Array.from({ length: classes }, (_, at) => interpolateLab(...ends)(at / Math.max(1, classes - 1)));
  switch (layer.id) {
    case 'state':
    case 'speed': {
      // Dark blue to pale yellow, but not to the very ends of cividis, which are lost on a dark or light page.
      const cividis = scaleSequential(interpolateCividis).domain([-0.35, classes - 0.55]);
      return Array.from({ length: classes }, (_, at) => cividis(at));
    }
    case 'risk':
      return between(palette.risk);
    case 'age':
      return between(palette.age);
  }
}

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
    risk: [token('--risk-none'), token('--risk-most')],
    age: [token('--read-now'), token('--read-long-ago')],
    unknown: token('--ink-3'),
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
/** How much of a class's colour is drawn by its strength. */
const STRENGTH_PART = [0.4, 0.7, 1] as const;

/**
 * The flat colour of each code, for cells too small for a mark.
 *
 * @param classes - of {@link classColours}
 */
export function flatColours(palette: Palette, classes: readonly string[]): string[] {
  const table = new Array<string>(2 * DIMMED).fill(palette.surface);
  const set = (code: number, colour: string): void => {
    table[code] = colour;
    table[code | DIMMED] = interpolateRgb(palette.surface, colour)(DIM);
  };
  set(codes.unread, interpolateRgb(palette.surface, palette.unreadLine)(0.35));
  for (let at = 0; at < MOST_CLASSES; at += 1) {
    const colour = classes[at] ?? palette.ink;
    for (let strength = 1; strength <= STRENGTHS; strength += 1) {
      set(goodCode(at, strength), interpolateRgb(palette.surface, colour)(STRENGTH_PART[strength - 1] ?? 1));
    }
  }
  set(codes.unknown, interpolateRgb(palette.surface, palette.unknown)(0.5));
  for (const name of ['slow', 'soft', 'moved', 'partial', 'pending'] as const) {
    set(codes[name], palette.states[name].fill);
  }
  set(codes.loading, palette.loading);
  return table;
}

/** {@link flatColours} as canvas pixels (ABGR on the little-endian machines that browsers run on). */
export function pixelTable(palette: Palette, classes: readonly string[]): Uint32Array {
  return Uint32Array.from(flatColours(palette, classes), (colour) => {
    const [red = 0, green = 0, blue = 0] = rgb(colour);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
}

function rgb(colour: string): number[] {
  const plain = interpolateRgb(colour, colour)(0);
  return (plain.match(/[\d.]+/g) ?? []).map(Number);
}
