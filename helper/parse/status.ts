import { targetStatusSchema, type TargetStatus } from '../../app/domain/target.ts';
import { parseCount, unreadable } from './fault.ts';

const what = 'the state of a protected device';

/** Order of the counters between the mode and the metadata copies, as in the target's status line. */
const counters = [
  'blockSectors',
  'spareUsed',
  'spareTotal',
  'spareBad',
  'pending',
  'partial',
  'auto',
  'manual',
  'proactive',
  'readErrors',
  'writeErrors',
  'softErrors',
  'slowReads',
] as const;

/**
 * Reads the target's status fields (what `dmsetup status` prints after `<start> <length> remap`). Fields that a later
 * version appends are left alone; anything else that does not fit is an error.
 */
export function parseStatus(text: string): TargetStatus {
  const words = text.trim().split(' ');
  const counts = Object.fromEntries(counters.map((name, index) => [name, parseCount(words[index + 1], what, text)]));
  const [metadata, scanState, ...rest] = words.slice(counters.length + 1);
  const [good, copies, ...more] = (metadata ?? '').split('/');
  if (more.length > 0) throw unreadable(what, text);
  const [scanBlock, scanPasses, risk, confidence, lastEvent] = [0, 1, 2, 3, 4].map((index) =>
    parseCount(rest[index], what, text),
  );
  const parsed = targetStatusSchema.safeParse({
    mode: words[0],
    ...counts,
    metadataGood: parseCount(good, what, text),
    metadataCopies: parseCount(copies, what, text),
    scanState,
    scanBlock,
    scanPasses,
    risk,
    confidence,
    lastEvent,
  });
  if (!parsed.success) throw unreadable(what, text);
  return parsed.data;
}
