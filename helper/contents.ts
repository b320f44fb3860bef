import type { Content } from '../app/domain/block-device.ts';
import { AppError } from '../app/errors.ts';
import { parseBlkid } from './parse/block.ts';
import { run } from './run.ts';
import { PROBE_LIMIT } from './within.ts';

/** What blkid found on a device: null for nothing, `unreadable` when it could not look. */
export type FoundContent = Content | null | 'unreadable';
/** By path. */
export type Contents = ReadonlyMap<string, FoundContent>;

const blkidArguments = ['-p', '-o', 'export'] as const;
/** 2: nothing found. 8: signatures that contradict each other, so that none can be believed (blkid(8)). */
const NOTHING = 2;
const AMBIVALENT = 8;

/**
 * What is on each of the devices, each looked at by a blkid of its own: given several, blkid ends at the first on which
 * it finds nothing and is silent about the rest.
 */
export async function probeContents(paths: readonly string[]): Promise<Contents> {
  return new Map(await Promise.all(paths.map(async (path) => [path, await probe(path)] as const)));
}

async function probe(path: string): Promise<FoundContent> {
  try {
    const { code, stdout } = await run('blkid', [...blkidArguments, path], {
      timeoutMs: PROBE_LIMIT,
      allowCodes: [0, NOTHING, AMBIVALENT],
    });
    if (code === 0) return parseBlkid(stdout);
    return code === NOTHING ? null : { type: 'several', usage: 'other', label: null, uuid: null };
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'tool-missing') throw thrown;
    return 'unreadable';
  }
}
