import type { PairSettings } from './settings.ts';
import type { TargetStatus } from './target.ts';

type SpareCounts = Pick<TargetStatus, 'spareUsed' | 'spareTotal' | 'spareBad'>;

/** Spare blocks that can still take a moved block. */
export function spareFree({ spareTotal, spareUsed, spareBad }: SpareCounts): number {
  return Math.max(0, spareTotal - spareUsed - spareBad);
}

/** Whether the target itself calls the spare low by now, and moves nothing ahead of errors any more. */
export function isSpareLow(counts: SpareCounts, { lowSparePercent }: Pick<PairSettings, 'lowSparePercent'>): boolean {
  return spareFree(counts) * 100 <= counts.spareTotal * lowSparePercent;
}
