import type { PageFile } from '../page/files.ts';
import { commonHeaders, contentSecurityPolicy } from '../page/policy.ts';
import { loggedInPage, plainPagePolicy } from './pages.ts';

/** A whole answer to one http request. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

function withPlainPolicy(status: number, type: string, body: string): Reply {
  const headers = { ...commonHeaders, 'Content-Security-Policy': plainPagePolicy, 'Content-Type': type };
  return { status, headers, body };
}

export function htmlReply(status: number, body: string): Reply {
  return withPlainPolicy(status, 'text/html; charset=utf-8', body);
}

export function textReply(status: number, sentence: string): Reply {
  return withPlainPolicy(status, 'text/plain; charset=utf-8', `${sentence}\n`);
}

/**
 * Sends the browser to the page, with a cookie if it is to have one. By a page of ours, not by a redirection: after a link
 * of somebody else's, or of a file, a browser keeps a SameSite=Strict cookie back until a page of ours leads on.
 */
export function toPageReply(cookie: string | null): Reply {
  const { status, headers, body } = htmlReply(200, loggedInPage);
  return { status, headers: cookie === null ? headers : { ...headers, 'Set-Cookie': cookie }, body };
}

/** A file of the renderer. */
export function fileReply({ body, type }: PageFile): Reply {
  const headers = { ...commonHeaders, 'Content-Security-Policy': contentSecurityPolicy, 'Content-Type': type };
  return { status: 200, headers, body };
}
