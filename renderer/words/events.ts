import { FOUND_BY_SCAN, type TargetEvent } from '../../app/domain/target.ts';
import { formatCount } from '../../app/domain/units.ts';
import type { BlockState } from '../design/StateMark.tsx';
import { settingSentence } from './settings.ts';

function blockOf(event: TargetEvent): string {
  return event.block === null ? 'A block' : `Block ${formatCount(event.block)}`;
}

/** An event as a sentence. The code goes with it in grey, for the ticket. */
export function eventSentence(event: TargetEvent): string {
  const block = blockOf(event);
  switch (event.type) {
    case 'remap':
      return event.spareBlock === null
        ? `${block} was moved to the spare.`
        : `${block} was moved to spare block ${formatCount(event.spareBlock)}.`;
    case 'unmap':
      return `${block} was moved back to the main disk.`;
    case 'pending':
      return event.detail === FOUND_BY_SCAN ? `${block} cannot be read. A scan found it.` : `${block} cannot be read.`;
    case 'recovered':
      return `${block} can be read again.`;
    case 'soft':
      return `${block} was read only after being tried again.`;
    case 'slow':
      return `${block} was slow to read.`;
    case 'spare_bad':
      return event.spareBlock === null
        ? 'A block of the spare failed and will not be used.'
        : `Spare block ${formatCount(event.spareBlock)} failed and will not be used.`;
    case 'low_spare':
      return 'The spare is low: room for more bad blocks is running out.';
    case 'spent':
      return 'The spare is used up. The next bad block cannot be moved.';
    case 'halted':
      return 'Moving of bad blocks was halted: the main disk looks disconnected, or too many blocks failed at once.';
    case 'continued':
      return 'Moving of bad blocks goes on.';
    case 'metadata_repaired':
      return event.detail?.startsWith('moved:') === true
        ? 'A spot of the spare that held records failed. They were moved to a good one.'
        : 'A damaged copy of the records on the spare was repaired from a good one.';
    case 'metadata_failed':
      return 'A copy of the records on the spare could not be written. Replace the spare soon.';
    case 'scan_start':
      return 'A scan began.';
    case 'scan_end':
      return event.detail === 'stopped' ? 'A scan was stopped.' : 'A scan ended.';
    case 'set':
      return settingSentence(event.detail);
    case 'activate':
      return 'Protection started.';
    case 'deactivate':
      return 'Protection was stopped.';
  }
}

/** The heatmap state that goes with an event, null where it is about no block. */
export function eventState(event: TargetEvent): BlockState | null {
  switch (event.type) {
    case 'remap':
      return 'moved';
    case 'pending':
      return 'pending';
    case 'soft':
      return 'soft';
    case 'slow':
      return 'slow';
    default:
      return null;
  }
}

/** `grave`: data or protection is at stake. */
export function eventWeight(event: TargetEvent): 'plain' | 'notable' | 'grave' {
  switch (event.type) {
    case 'pending':
    case 'spent':
    case 'halted':
    case 'metadata_failed':
      return 'grave';
    case 'low_spare':
    case 'spare_bad':
    case 'metadata_repaired':
    case 'soft':
      return 'notable';
    default:
      return 'plain';
  }
}
