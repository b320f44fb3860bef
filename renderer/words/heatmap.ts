import { formatBytes, formatCount, formatCounted, sectorsToBytes } from '../../app/domain/units.ts';
import type { BlockState } from '../design/StateMark.tsx';
import type { BlockCounts } from '../features/heatmap/counts.ts';

export const stateWords: Readonly<Record<BlockState, { name: string; meaning: string }>> = {
  unread: {
    name: 'Not read yet',
    meaning: 'Nothing is known of it: no scan has read it, and it never failed.',
  },
  good: { name: 'Good', meaning: 'Was read without trouble.' },
  slow: { name: 'Slow', meaning: 'Took longer than the limit for slow reads.' },
  soft: { name: 'Weak', meaning: 'Was read only after being tried again.' },
  moved: { name: 'Moved', meaning: 'Is served from the spare.' },
  partial: {
    name: 'Moved in part',
    meaning: 'Some of its sectors are on the spare, the others are still read from the main disk.',
  },
  pending: {
    name: 'Cannot be read',
    meaning: 'Pending: the main disk returns an error. Writing to it moves it to the spare.',
  },
};

/** Laid over the measured state and never in place of it. */
export const predictedWords = {
  name: 'Predicted',
  meaning:
    'Near a block that failed, turned weak or was slow in the last 30 days. Nothing was measured here that says so: it is a guess.',
} as const;

/** Class `at` of those that `limits` cut, in their unit: `under 3 ms`, `3–10 ms`, `10 ms and more`. */
export function classLabel(limits: readonly number[], at: number, unit: string): string {
  const from = limits[at - 1];
  const to = limits[at];
  if (from === undefined) return `under ${to ?? 0} ${unit}`;
  return to === undefined ? `${from} ${unit} and more` : `${from}–${to} ${unit}`;
}

export function formatMicroseconds(us: number): string {
  return us < 1000 ? `${formatCount(us)} µs` : `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms`;
}

/** A number of blocks found so far: `12`, or `12…` and `…` while `unheard` others are not told of yet. */
export function countText(found: number, unheard: number): string {
  if (unheard === 0) return formatCount(found);
  return found === 0 ? '…' : `${formatCount(found)}…`;
}

/** `412 GiB – 436 GiB` of a range of blocks. */
export function rangeInBytes(first: number, count: number, blockSectors: number): string {
  const bytes = (block: number): string => formatBytes(sectorsToBytes(block * blockSectors));
  return `${bytes(first)} – ${bytes(first + count)}`;
}

export function blocksText(first: number, count: number): string {
  return count === 1
    ? `Block ${formatCount(first)}`
    : `Blocks ${formatCount(first)} – ${formatCount(first + count - 1)}`;
}

/**
 * What the window shows, in words, for those who do not see the picture.
 *
 * @param layer - what the layer adds, a sentence; empty for nothing
 */
export function summaryOf(counts: BlockCounts, predicted: number, range: string, whole: boolean, layer = ''): string {
  const found = [
    counts.pending > 0 ? `${formatCounted(counts.pending, 'block')} cannot be read` : null,
    counts.moved > 0 ? `${formatCounted(counts.moved, 'block')} moved to the spare` : null,
    counts.soft > 0 ? formatCounted(counts.soft, 'weak block') : null,
    counts.slow > 0 ? formatCounted(counts.slow, 'slow block') : null,
  ].filter((text) => text !== null);
  const place = whole ? 'The whole disk' : `The part ${range}`;
  const guess = predicted === 0 ? '' : ` ${formatCounted(predicted, 'block')} near recent trouble may fail next.`;
  const asked = counts.unheard === 0 ? '' : ` ${formatCounted(counts.unheard, 'block')} still being asked about.`;
  const trouble = found.length === 0 ? 'no block with trouble is known' : found.join(', ');
  return `${place}: ${trouble}. ${formatCount(counts.read)} of ${formatCounted(counts.blocks, 'block')} were read.${asked}${guess}${layer === '' ? '' : ` ${layer}`}`;
}
