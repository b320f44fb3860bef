import { regionSchema, type Region } from '../../app/domain/region.ts';
import { linesOf, parseCount, unreadable } from './fault.ts';

const what = 'the regions of a protected device';
const head = /^# regions of (\d+) blocks, grains of \d+$/;
const columns = 11;

export interface Regions {
  readonly regionBlocks: number;
  readonly regions: readonly Region[];
}

/** Reads the file `regions` of the target's folder in debugfs. */
export function parseRegions(text: string): Regions {
  const [first = '', ...lines] = linesOf(text);
  const regionBlocks = parseCount(head.exec(first)?.[1], what, first);
  const regions = lines.filter((line) => !line.startsWith('#')).map((line) => parseRegion(line, regionBlocks));
  return { regionBlocks, regions };
}

function parseRegion(line: string, regionBlocks: number): Region {
  const words = line.trim().split(' ');
  const [number, firstBlock, scannedGrains, scannedAt, averageLatencyUs, worstLatencyUs, ...rest] = words.map((word) =>
    parseCount(word, what, line),
  );
  const [readErrors, writeErrors, softErrors, slowReads, weight] = rest;
  const parsed = regionSchema.safeParse({
    number,
    firstBlock,
    scannedGrains,
    scannedAt: scannedAt === 0 ? null : scannedAt,
    averageLatencyUs,
    worstLatencyUs,
    readErrors,
    writeErrors,
    softErrors,
    slowReads,
    weight,
  });
  if (!parsed.success || words.length !== columns) throw unreadable(what, line);
  if (parsed.data.firstBlock !== parsed.data.number * regionBlocks) throw unreadable(what, line);
  return parsed.data;
}
