import { linesOf, parseCount, unreadable } from './fault.ts';

const what = 'a device-mapper device';

/** Columns asked of `dmsetup info -c`, in the order of {@link MappingInfo}. A `|` can stand in no mangled name. */
export const infoArguments = [
  'info',
  '-c',
  '--noheadings',
  '--separator',
  '|',
  '-o',
  'name,major,minor,open,events,suspended,uuid',
] as const;

export interface MappingInfo {
  readonly name: string;
  readonly devno: string;
  /** How many have it open at this moment, mounts and mappings above it included. */
  readonly openCount: number;
  /** Counts up with each device-mapper event; what `dmsetup wait` compares. */
  readonly eventNumber: number;
  readonly suspended: boolean;
  readonly uuid: string;
}

/** Reads `dmsetup info -c` as {@link infoArguments} asks for it. */
export function parseInfo(text: string): MappingInfo[] {
  return linesOf(text)
    .filter((line) => line.trim() !== 'No devices found')
    .map((line) => {
      const fields = line.trim().split('|');
      const [name, major, minor, open, events, suspended, uuid] = fields;
      if (name === undefined || name === '' || suspended === undefined || uuid === undefined || fields.length !== 7) {
        throw unreadable(what, line);
      }
      return {
        name,
        devno: `${parseCount(major, what, line)}:${parseCount(minor, what, line)}`,
        openCount: parseCount(open, what, line),
        eventNumber: parseCount(events, what, line),
        suspended: parseSuspended(suspended, line),
        uuid,
      };
    });
}

function parseSuspended(word: string, line: string): boolean {
  if (word === 'Suspended') return true;
  if (word === 'Active') return false;
  throw unreadable(what, line);
}
