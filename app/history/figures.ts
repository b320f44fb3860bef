import { spareFree } from '../domain/spare.ts';
import type { TargetStatus } from '../domain/target.ts';

/**
 * What the history keeps of a protected device. Counts are blocks, errors counts since the pair was made, `risk` and
 * `confidence` percent, `scanBlock` the block that the scanner reads next.
 */
export const figureNames = [
  'moved',
  'pending',
  'spareFree',
  'spareBad',
  'readErrors',
  'writeErrors',
  'softErrors',
  'slowReads',
  'risk',
  'confidence',
  'scanBlock',
  'scanPasses',
] as const;
export type FigureName = (typeof figureNames)[number];
export type Figures = Readonly<Record<FigureName, number>>;

export function figuresOf(status: TargetStatus): Figures {
  return {
    moved: status.spareUsed,
    pending: status.pending,
    spareFree: spareFree(status),
    spareBad: status.spareBad,
    readErrors: status.readErrors,
    writeErrors: status.writeErrors,
    softErrors: status.softErrors,
    slowReads: status.slowReads,
    risk: status.risk,
    confidence: status.confidence,
    scanBlock: status.scanBlock,
    scanPasses: status.scanPasses,
  };
}

/** Figures that move all the time while a scan runs and tell no change of the disk's health. */
const restless: ReadonlySet<FigureName> = new Set(['scanBlock']);

/** Whether a figure differs that is worth a reading of its own. */
export function differ(a: Figures, b: Figures): boolean {
  return figureNames.some((name) => !restless.has(name) && a[name] !== b[name]);
}

/** Readings of an interval as one: how often it was read, and of each figure the least, the greatest and the last. */
export interface Reading {
  /** Unix time of the first and of the last reading, in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly min: Figures;
  readonly max: Figures;
  readonly last: Figures;
}

export function readingOf(figures: Figures, milliseconds: number): Reading {
  return { from: milliseconds, to: milliseconds, count: 1, min: figures, max: figures, last: figures };
}

/** Two readings as one; `b` was taken after `a`, whatever the clock said. */
export function mergeReadings(a: Reading, b: Reading): Reading {
  const pick = (choose: (name: FigureName) => number): Figures =>
    Object.fromEntries(figureNames.map((name) => [name, choose(name)])) as Record<FigureName, number>;
  return {
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    count: a.count + b.count,
    min: pick((name) => Math.min(a.min[name], b.min[name])),
    max: pick((name) => Math.max(a.max[name], b.max[name])),
    last: b.last,
  };
}
