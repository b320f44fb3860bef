import { scanDoingSchema, scanDoings, type ScanDoing } from '../../app/domain/scan.ts';
import { parseCount, parseCountOrNone, unreadable } from './fault.ts';

const what = 'what the scan of a protected device is doing';
const known: ReadonlySet<string> = new Set(scanDoings);

/** Reads the file `scan_doing` of the target's folder in sysfs; null for something that only a later version does. */
export function parseScanDoing(text: string): ScanDoing | null {
  const [word = '', block, milliseconds, ...more] = text.trimEnd().split(' ');
  if (!/^[a-z_]+$/.test(word) || more.length > 0) throw unreadable(what, text);
  const doing = {
    what: word,
    block: parseCountOrNone(block, what, text),
    milliseconds: parseCount(milliseconds, what, text),
  };
  return known.has(word) ? scanDoingSchema.parse(doing) : null;
}
