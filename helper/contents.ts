import type { Content } from '../app/domain/block-device.ts';
import { AppError } from '../app/errors.ts';
import { parseBlkid, parseBlkidMany } from './parse/block.ts';
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
 * What is on each of the devices. One blkid looks at all of them; only when it has something to complain about is each
 * of those that it found nothing on looked at by itself, so that one bad disk hides no other.
 */
export async function probeContents(paths: readonly string[]): Promise<Contents> {
  if (paths.length === 0) return new Map();
  const found = await probeTogether(paths);
  const left = found.complained ? paths.filter((path) => !found.contents.has(path)) : [];
  const alone = await Promise.all(left.map(async (path) => [path, await probeAlone(path)] as const));
  return new Map<string, FoundContent>([...paths.map((path) => [path, null] as const), ...found.contents, ...alone]);
}

async function probeTogether(
  paths: readonly string[],
): Promise<{ contents: Map<string, Content>; complained: boolean }> {
  try {
    const { code, stdout, stderr } = await run('blkid', [...blkidArguments, ...paths], {
      timeoutMs: PROBE_LIMIT,
      allowCodes: [0, NOTHING, AMBIVALENT],
    });
    return { contents: parseBlkidMany(stdout), complained: stderr.trim() !== '' || code === AMBIVALENT };
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'tool-missing') throw thrown;
    return { contents: new Map(), complained: true };
  }
}

async function probeAlone(path: string): Promise<FoundContent> {
  try {
    const { code, stdout } = await run('blkid', [...blkidArguments, path], {
      timeoutMs: PROBE_LIMIT,
      allowCodes: [0, NOTHING, AMBIVALENT],
    });
    if (code === 0) return parseBlkid(stdout);
    return code === NOTHING ? null : { type: 'several', usage: 'other', label: null, uuid: null };
  } catch {
    return 'unreadable';
  }
}
