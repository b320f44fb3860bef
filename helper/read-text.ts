import { readFileSync } from 'node:fs';

/** A file of /proc or /sys, whole. Throws when it is not there. */
export function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

/** As {@link readText}, null when it cannot be read. */
export function readTextOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
