import { parseCount, unreadable } from '../parse/fault.ts';
import { nameless, type Owner } from './spans.ts';
import { named } from './volume.ts';

/** Bytes of a cluster, of `ntfscluster -i`. */
export function parseClusterBytes(text: string): number {
  const what = 'the clusters of a file system';
  const bytes = parseCount(/^bytes per cluster\s*: (\d+)$/m.exec(text)?.[1], what, text);
  if (bytes < 512 || bytes % 512 !== 0) throw unreadable(what, text);
  return bytes;
}

/** Files below this number are the file system's own ($MFT, $LogFile, …). */
const FIRST_ORDINARY = 16;
/** `$Extend` and the four files in it. */
const EXTEND = /^\/\$Extend(\/|$)/;

/**
 * Reads `ntfscluster -c`: who has clusters of a range. Null when it is no answer at all. An owner is a line
 * `Inode <number> <path>/<attribute>`; lines between belong to a name with a line end in it.
 */
export function parseClusters(text: string): Owner[] | null {
  const body = /^Searching for cluster[^\n]*\n([^]*?)^\* (?:no|one|\d+) inodes? found$/m.exec(text)?.[1];
  if (body === undefined) return null;
  const rows: string[] = [];
  for (const line of body.replace(/\n$/, '').split('\n')) {
    if (/^Inode \d{1,16} \//.test(line)) rows.push(line);
    else if (rows.length > 0) rows.push(`${rows.pop() ?? ''}\n${line}`);
  }
  return rows.map(ownerOf);
}

function ownerOf(row: string): Owner {
  const fit = /^Inode (\d+) (\/[^]*)$/.exec(row);
  const inode = Number(fit?.[1]);
  const whole = fit?.[2] ?? '';
  const cut = whole.lastIndexOf('/$');
  const attribute = cut > 0 ? whole.slice(cut + 1) : '';
  const path = cut > 0 ? whole.slice(0, cut) : whole;
  if (inode < FIRST_ORDINARY || EXTEND.test(path)) return nameless('metadata', path.slice(1, 300), inode);
  if (/^\$(INDEX_|BITMAP)/.test(attribute)) return named('directory', inode, [path], null);
  return named('file', inode, [path], attribute === '$DATA' ? null : `its ${attribute.slice(0, 64)}`);
}
