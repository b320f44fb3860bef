import type { TargetStatus } from '../../../app/domain/target.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';

/** What is lost already stands before everything else; empty where nothing is. */
export function opening(status: TargetStatus): string {
  const unreadable = lost(status);
  return unreadable === null ? '' : `${unreadable} `;
}

export function lost(status: TargetStatus): string | null {
  return status.pending === 0 ? null : `${formatCounted(status.pending, 'block')} cannot be read.`;
}

/**
 * What else a status says, one sentence each.
 *
 * @param gap - whether it is still to be said that blocks were moved in part
 */
export function notesOf(status: TargetStatus, { suspended, gap }: { suspended: boolean; gap: boolean }): string[] {
  const notes: string[] = [];
  if (suspended) notes.push('The device is suspended: programs that use it wait until it is resumed.');
  if (status.metadataGood < status.metadataCopies) {
    notes.push(
      `${formatCount(status.metadataGood)} of ${formatCount(status.metadataCopies)} copies of the records on the spare are good.`,
    );
  }
  if (status.spareBad > 0) {
    notes.push(`${formatCounted(status.spareBad, 'block')} of the spare itself failed and will not be used.`);
  }
  if (status.partial > 0 && gap) {
    notes.push(`In ${formatCounted(status.partial, 'moved block')} some sectors are still read from the main disk.`);
  }
  if (status.softErrors > 0) {
    notes.push(`${formatCounted(status.softErrors, 'read')} succeeded only after being tried again.`);
  }
  return notes;
}
