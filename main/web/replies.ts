import type { PageFile } from '../page/files.ts';
import { commonHeaders, contentSecurityPolicy } from '../page/policy.ts';
import { plainPagePolicy } from './pages.ts';

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

/** Sends the browser to the page, with a cookie if it is to have one. */
export function toPageReply(cookie: string | null): Reply {
  const { headers } = textReply(303, '');
  const setCookie: Record<string, string> = cookie === null ? {} : { 'Set-Cookie': cookie };
  return { status: 303, headers: { ...headers, Location: '/', ...setCookie }, body: '' };
}

/** A file of the renderer. */
export function fileReply({ body, type }: PageFile): Reply {
  const headers = { ...commonHeaders, 'Content-Security-Policy': contentSecurityPolicy, 'Content-Type': type };
  return { status: 200, headers, body };
}
