import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** The kinds of files that the renderer is built of; no other is served. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

export interface PageFile {
  readonly body: Buffer;
  readonly type: string;
}

/**
 * Reads a file of the built renderer for a URL path. null for whatever is not a regular file of a known kind inside
 * `folder`, however the path is written and wherever a link leads.
 *
 * @param urlPath - path of a URL, percent-encoded, with its leading slash; `/` is index.html
 */
export async function readPageFile(folder: string, urlPath: string): Promise<PageFile | null> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  const segments = decoded.split('/').slice(1);
  const odd = (segment: string): boolean => segment === '' || segment.startsWith('.') || /[\\\0]/.test(segment);
  if (decoded !== '/' && segments.some(odd)) return null;
  const name = decoded === '/' ? 'index.html' : join(...segments);
  const type = types[extname(name)];
  if (type === undefined) return null;
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, name));
    if (!file.startsWith(root + sep)) return null;
    return { body: await readFile(file), type };
  } catch {
    // Not there, a folder, or not readable: to a page they are all the same.
    return null;
  }
}
