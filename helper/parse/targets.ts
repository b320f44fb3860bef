import { linesOf, unreadable } from './fault.ts';

/** Reads `dmsetup targets`: version by the name of the target. */
export function parseTargets(text: string): Map<string, string> {
  return new Map(
    linesOf(text).map((line) => {
      const [, name, version] = /^(\S+)\s+v(\d+\.\d+\.\d+)$/.exec(line.trim()) ?? [];
      if (name === undefined || version === undefined) throw unreadable('the targets of device-mapper', line);
      return [name, version];
    }),
  );
}
