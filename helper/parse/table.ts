import * as z from 'zod';

import { linesOf, parseCount, unreadable } from './fault.ts';

const what = 'a device-mapper table';

const devno = z.string().regex(/^\d{1,5}:\d{1,8}$/);
const targetLineSchema = z.strictObject({
  mainDevno: devno,
  spareDevno: devno,
  blockSectors: z.number().int().min(1).max(128),
  features: z.array(z.string()),
  core: z.record(z.string(), z.string()),
});

/** The table line of a remap target. */
export type RemapTable = z.infer<typeof targetLineSchema> & { startSectors: number; lengthSectors: number };

/** One line of `dmsetup table`, `status` or `ls` over all devices: `<name>: <start> <length> <type> <rest>`. */
export interface SegmentLine {
  readonly name: string;
  readonly startSectors: number;
  readonly lengthSectors: number;
  readonly type: string;
  readonly rest: string;
}

/**
 * Reads `dmsetup table` or `dmsetup status` of all devices. A device without a live table has an empty line and gives
 * none; so does a machine without devices, of which dmsetup says `No devices found`.
 */
export function parseSegments(text: string): SegmentLine[] {
  return linesOf(text)
    .filter((line) => line.trim() !== 'No devices found')
    .flatMap((line) => {
      const cut = line.indexOf(': ');
      if (cut < 1) {
        if (/^\S+:\s*$/.test(line)) return [];
        throw unreadable(what, line);
      }
      const body = line.slice(cut + 2).trim();
      return body === '' ? [] : [{ name: line.slice(0, cut), ...parseSegment(body) }];
    });
}

/** Reads `<start> <length> <type> <rest>`. */
export function parseSegment(line: string): Omit<SegmentLine, 'name'> {
  const fit = /^(\S+) (\S+) (\S+)(?: (.*))?$/.exec(line.trim());
  if (fit === null) throw unreadable(what, line);
  return {
    startSectors: parseCount(fit[1], what, line),
    lengthSectors: parseCount(fit[2], what, line),
    type: fit[3] ?? '',
    rest: fit[4] ?? '',
  };
}

/** Reads the arguments of a `remap` segment. */
export function parseRemapTable(segment: Omit<SegmentLine, 'name'>): RemapTable {
  if (segment.type !== 'remap') throw unreadable(what, segment.type);
  const words = segment.rest.trim().split(' ');
  const [mainDevno, spareDevno, block, ...rest] = words;
  const features = takeGroup(rest, segment.rest);
  const pairs = takeGroup(rest, segment.rest);
  if (rest.length > 0 || pairs.length % 2 !== 0) throw unreadable(what, segment.rest);
  const core: Record<string, string> = {};
  for (let index = 0; index < pairs.length; index += 2) core[pairs[index] ?? ''] = pairs[index + 1] ?? '';
  const parsed = targetLineSchema.safeParse({
    mainDevno,
    spareDevno,
    blockSectors: parseCount(block, what, segment.rest),
    features,
    core,
  });
  if (!parsed.success) throw unreadable(what, segment.rest);
  return { ...parsed.data, startSectors: segment.startSectors, lengthSectors: segment.lengthSectors };
}

/** Takes a counted group of words off the front of `words`; an absent group is an empty one. */
function takeGroup(words: string[], line: string): string[] {
  const count = words.shift();
  if (count === undefined) return [];
  const taken = words.splice(0, parseCount(count, what, line));
  if (taken.length !== Number(count)) throw unreadable(what, line);
  return taken;
}
