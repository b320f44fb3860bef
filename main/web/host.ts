import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Broker } from '../broker/broker.ts';
import { readPageFile } from '../page/files.ts';
import type { Log } from '../ports.ts';
import { cookieName, isOurHost, mayOpenSocket, sessionOf } from './gate.ts';
import { loginRefusedPage, notLoggedInPage } from './pages.ts';
import { fileReply, htmlReply, textReply, toPageReply, type Reply } from './replies.ts';
import { WebSessions } from './sessions.ts';
import { makeSocketServer, serveSocket } from './socket.ts';

const LOOPBACK = '127.0.0.1';
const GOING_AWAY = 1001;
/** Long enough for a browser, too short to hold a socket open for nothing. In milliseconds. */
const HEADERS_WITHIN_MS = 10_000;

export interface WebHostOptions {
  readonly broker: Broker;
  /** Folder of the built renderer. */
  readonly pageFolder: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly log: Log;
  /** A browser used a login address. */
  readonly onLogin?: () => void;
}

export interface WebHost {
  readonly port: number;
  /** A fresh address that logs one browser in, once; the one before is no longer good. */
  newLoginUrl(): string;
  /** Stops listening and closes every socket. The broker is not touched. */
  close(): Promise<void>;
}

/** Serves the page and the bridge on this machine's loopback. Rejects when the port is taken. */
export async function startWebHost({
  broker,
  pageFolder,
  port: wanted,
  log,
  onLogin,
}: WebHostOptions): Promise<WebHost> {
  const sessions = new WebSessions();
  const sockets = makeSocketServer();
  const server = createServer({ headersTimeout: HEADERS_WITHIN_MS, requestTimeout: HEADERS_WITHIN_MS });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port: wanted, exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'));
      else resolve(address.port);
    });
  });

  server.on('request', (request, response) => {
    reply(request)
      .catch((thrown: unknown) => {
        log.error({ error: String(thrown) }, 'a page request failed');
        return textReply(500, 'Something went wrong inside the program.');
      })
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch(() => response.destroy());
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const verdict = mayOpenSocket(request, port, sessions);
    if (!verdict.ok) {
      log.warn({ status: verdict.status, origin: request.headers.origin }, 'a socket was refused');
      socket.end(`HTTP/1.1 ${verdict.status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => serveSocket(opened, broker, log));
  });

  async function reply(request: IncomingMessage): Promise<Reply> {
    if (!isOurHost(request, port)) return textReply(421, 'This address is not served here.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return textReply(405, 'Only reading is served.');
    const target = request.url ?? '/';
    const url = URL.parse(target, `http://${LOOPBACK}:${port}`);
    if (url === null) return textReply(400, 'This address cannot be read.');
    if (url.pathname === '/login') return login(request, url.searchParams.get('t'));
    if (!sessions.isSession(sessionOf(request, port))) return htmlReply(401, notLoggedInPage);
    // The path as it was sent: URL has resolved its dots, and a path with dots is none of ours.
    const file = await readPageFile(pageFolder, target.replace(/[?#].*$/s, ''));
    return file === null ? textReply(404, 'There is no such page.') : fileReply(file);
  }

  function login(request: IncomingMessage, token: string | null): Reply {
    // HEAD is what link previews send: it must not use the address up.
    const session = token === null || request.method !== 'GET' ? null : sessions.exchange(token);
    if (session !== null) {
      onLogin?.();
      return toPageReply(`${cookieName(port)}=${session}; Path=/; HttpOnly; SameSite=Strict`);
    }
    if (sessions.isSession(sessionOf(request, port))) return toPageReply(null);
    log.warn({}, 'a login was refused');
    return htmlReply(403, loginRefusedPage);
  }

  return {
    port,
    newLoginUrl: () => `http://${LOOPBACK}:${port}/login?t=${sessions.newLogin()}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.close(GOING_AWAY, 'the program was ended');
        server.close(() => resolve());
        server.closeAllConnections();
        // An upgraded socket is no connection of the server any more: one that does not close politely is cut.
        setTimeout(() => {
          for (const socket of sockets.clients) socket.terminate();
        }, 1_000).unref();
      }),
  };
}
