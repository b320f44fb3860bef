import type { CustomScheme } from 'electron';

import { readPageFile } from '../page/files.ts';
import { commonHeaders, contentSecurityPolicy } from '../page/policy.ts';

/** The page comes from a scheme of its own: file:// would give it the whole file system as its origin. */
const SCHEME = 'app';
const HOST = 'dm-remap';
export const PAGE_ORIGIN = `${SCHEME}://${HOST}`;

export const privilegedScheme: CustomScheme = {
  scheme: SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true },
};

/** Answers requests of the page for its own files: nothing but the built renderer, nothing but reading. */
export function pageHandler(pageFolder: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = URL.parse(request.url);
    const isOurs = url?.protocol === `${SCHEME}:` && url.host === HOST && request.method === 'GET';
    const file = isOurs ? await readPageFile(pageFolder, url.pathname) : null;
    if (file === null) return new Response('There is no such page.\n', { status: 404, headers: commonHeaders });
    const headers = { ...commonHeaders, 'Content-Security-Policy': contentSecurityPolicy, 'Content-Type': file.type };
    return new Response(new Uint8Array(file.body), { headers });
  };
}
