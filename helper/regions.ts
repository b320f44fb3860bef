import { open } from 'node:fs/promises';

import type { RegionPage } from '../app/domain/region.ts';
import { appError, type AppError } from '../app/errors.ts';
import { targetMissing } from './mappings.ts';
import { unreadable } from './parse/fault.ts';
import { parseMountinfo } from './parse/proc.ts';
import { parseRegions } from './parse/regions.ts';
import { readText } from './read-text.ts';

const DEBUG_FOLDER = '/sys/kernel/debug';
/** 32768 lines of eleven numbers are at most 4 MiB. */
const MAX_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/**
 * Regions of a pair from number `first` on, at most `max` of them. The target tells them in debugfs alone, all at once.
 * Rejects with `regions-unavailable` where that cannot be read.
 *
 * @param name - fits `targetNameSchema`, so that it is one name of a folder
 */
export async function readRegions(name: string, first: number, max: number): Promise<RegionPage> {
  const { regionBlocks, regions } = parseRegions(await readWhole(name));
  const later = regions.filter(({ number }) => number >= first);
  return { regionBlocks, regions: later.slice(0, max), next: later[max]?.number ?? null };
}

async function readWhole(name: string): Promise<string> {
  try {
    await using file = await open(`${DEBUG_FOLDER}/dm-remap/${name}/regions`, 'r');
    const chunks: Buffer[] = [];
    for (let length = 0; ;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
      length += bytesRead;
      if (length > MAX_BYTES) throw unreadable('the regions of a protected device', `more than ${MAX_BYTES} bytes`);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } catch (thrown) {
    throw unavailable(name, thrown) ?? thrown;
  }
}

/** Why debugfs gave nothing; null for a failure that is none of debugfs. */
function unavailable(name: string, thrown: unknown): AppError | null {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  const detail = String(thrown);
  if (code === 'ENODEV') return targetMissing(name, detail);
  if (code === 'EACCES' || code === 'EPERM') {
    return appError(
      'regions-unavailable',
      'The kernel does not let its debug files be read, and nothing else tells when a region was last read.',
      'Nothing else depends on it. A kernel that is locked down or a security policy may forbid them.',
      detail,
    );
  }
  if (code !== 'ENOENT') return null;
  const mounted = parseMountinfo(readText('/proc/self/mountinfo')).some(
    ({ at, type }) => at === DEBUG_FOLDER && type === 'debugfs',
  );
  return mounted
    ? appError(
        'regions-unavailable',
        `The kernel has no debug files of "${name}", and nothing else tells when a region was last read.`,
        'They are there under the name that the device had when it was last resumed; start the protection again.',
        detail,
      )
    : appError(
        'regions-unavailable',
        "The kernel's debug file system is not mounted, and nothing else tells when a region was last read.",
        `Nothing else depends on it. To see it: mount -t debugfs debugfs ${DEBUG_FOLDER}`,
        detail,
      );
}
