import type { IncomingMessage } from 'node:http';

import type { WebSessions } from './sessions.ts';

/** What a request may do, or the status with which it is refused. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly status: 401 | 403 | 404 | 421 };

const refused = (status: 401 | 403 | 404 | 421): Verdict => ({ ok: false, status });

/** The names under which this host may be asked; any other name means that somebody's DNS points here (rebinding). */
export function isOurHost(request: IncomingMessage, port: number): boolean {
  const { host } = request.headers;
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** Cookies do not tell ports apart, so the port is in the name: two hosts on one machine keep out of each other's way. */
export function cookieName(port: number): string {
  return `dm-remap-${port}`;
}

export function sessionOf(request: IncomingMessage, port: number): string | null {
  const prefix = `${cookieName(port)}=`;
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length) ?? null;
}

/**
 * Whether a socket may be opened. Browsers let any page open a socket to any host and send our cookie along when the
 * page is same-site, which every page on this machine's loopback is, whatever its port: the origin has to be our own.
 */
export function mayOpenSocket(request: IncomingMessage, port: number, sessions: WebSessions): Verdict {
  if (!isOurHost(request, port)) return refused(421);
  if (request.url !== '/bridge') return refused(404);
  if (request.headers.origin !== `http://${request.headers.host ?? ''}`) return refused(403);
  if (!sessions.isSession(sessionOf(request, port))) return refused(401);
  return { ok: true };
}
