import { withMoved, type MovedUnit, type SpareLayout } from '../layout.ts';
import type { Findings } from './findings.ts';
import { viewOf } from './unit.ts';

/** The superblock's list of moved units of the table; see "Moved units" in docs/on-disk-format.md. */

/** The bit of the superblock's incompat that is set exactly when the list has entries. */
export const MOVED_FEATURE = 1n;
const at = { incompat: 88, count: 1856, entries: 1864 } as const;
const ENTRY_BYTES = 16;
const MOST_ENTRIES = 100;
const COPY_SHIFT = 56n;
const UNIT_MASK = (1n << COPY_SHIFT) - 1n;

/** Reads the list out of a superblock, and gives the layout with it; null when its numbers cannot be. */
export function readMoved(superblock: Uint8Array, layout: SpareLayout): SpareLayout | null {
  const view = viewOf(superblock);
  const count = view.getUint32(at.count, true);
  const isUsed = (view.getBigUint64(at.incompat, true) & MOVED_FEATURE) !== 0n;
  if (count > MOST_ENTRIES || isUsed !== count > 0) return null;
  const list: MovedUnit[] = [];
  for (let n = 0; n < count; n += 1) {
    const word = view.getBigUint64(at.entries + n * ENTRY_BYTES, true);
    const place = view.getBigUint64(at.entries + n * ENTRY_BYTES + 8, true);
    const copy = Number(word >> COPY_SHIFT);
    if (copy !== 0 && copy !== 1) return null;
    // Numbers above what a JavaScript number holds exactly are rounded, to some that are too large for any layout too.
    list.push({ copy, unit: Number(word & UNIT_MASK), place: Number(place) });
  }
  return withMoved(layout, list);
}

/** All that are moved, ascending by copy and unit. */
export function movedOf({ moved }: SpareLayout): MovedUnit[] {
  return ([0, 1] as const).flatMap((copy) =>
    [...moved[copy]].map(([unit, place]) => ({ copy, unit, place })).sort((a, b) => a.unit - b.unit),
  );
}

/** Tells of each unit that stands elsewhere. Nothing is wrong with it; the disk has a spot that cannot be written. */
export function tellMoved(layout: SpareLayout, findings: Findings): void {
  for (const { copy, unit, place } of movedOf(layout)) {
    const sentence = `unit ${unit} of the table, copy ${copy}, stands here, since its own place could not be written`;
    findings.add('note', { part: 'table', code: 'moved-unit', sentence }, { copy, unit, at: place });
  }
}
