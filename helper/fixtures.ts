import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { SysBlock } from './sysfs.ts';

/** A file of `fixtures/`: what the real tools wrote in a lab machine (see fixtures/README.md). For tests. */
export function fixture(name: string): string {
  return readFileSync(fixturePath(name), 'utf8');
}

export function fixtureBytes(name: string): Uint8Array {
  return readFileSync(fixturePath(name));
}

function fixturePath(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** What sysfs tells of a disk of 64 MiB with nothing special about it. For tests. */
export const plainSys: SysBlock = {
  sizeSectors: 131_072,
  startSectors: 0,
  readOnly: false,
  zoned: false,
  partition: null,
  diskDevno: '8:0',
  holders: [],
  slaves: [],
  wwn: null,
  serial: null,
  sequence: null,
  written: null,
  transport: null,
  mappingName: null,
  mappingUuid: null,
};
