import { linesOf, unreadable } from './fault.ts';

export interface Mount {
  readonly devno: string;
  /** Folder of the file system that is seen there; `/` for all of it. */
  readonly root: string;
  readonly at: string;
  readonly type: string;
  /** As mount was told it: a path for most file systems on disks. */
  readonly source: string;
  /** uid of the user whose program serves the files (FUSE); null for a file system of the kernel. */
  readonly servedBy: number | null;
}

/** Reads /proc/self/mountinfo, see proc(5). */
export function parseMountinfo(text: string): Mount[] {
  return linesOf(text).map((line) => {
    const [before, after] = line.split(' - ');
    const left = before?.split(' ') ?? [];
    const right = after?.split(' ') ?? [];
    const [devno, root, at, type, source, options = ''] = [left[2], left[3], left[4], ...right];
    if (devno === undefined || root === undefined || at === undefined || type === undefined || source === undefined) {
      throw unreadable('what is mounted', line);
    }
    const [, uid] = (type.startsWith('fuse') ? /(?:^|,)user_id=(\d+)(?:,|$)/.exec(options) : null) ?? [];
    const servedBy = uid === undefined ? null : Number(uid);
    return { devno, root: unoctal(root), at: unoctal(at), type, source: unoctal(source), servedBy };
  });
}

/** Paths of /proc/swaps that are devices, not files. */
export function parseSwaps(text: string): string[] {
  return linesOf(text)
    .slice(1)
    .flatMap((line) => {
      const [path, type] = line.trim().split(/\s+/);
      if (path === undefined || type === undefined) throw unreadable('the swap areas', line);
      return type === 'partition' ? [unoctal(path)] : [];
    });
}

/** The kernel writes space, tab, newline and backslash of a path as three octal digits. */
function unoctal(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
