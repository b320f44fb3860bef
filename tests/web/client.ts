import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

import { WebSocket } from 'ws';

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One http request, its path and headers sent exactly as given: no client between that would tidy them up. */
export function get(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, setHost: headers['host'] === undefined });
    asked.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Opens a login address and gives the cookie that it set. */
export async function login(url: string): Promise<string> {
  const { port, pathname, search } = new URL(url);
  const { status, headers } = await get(Number(port), pathname + search);
  const cookie = headers['set-cookie']?.[0]?.split(';')[0];
  if (status !== 200 || cookie === undefined) throw new Error(`login gave ${status}`);
  return cookie;
}

/** Opens the bridge's socket; the status of the refusal when it was refused. */
export function openSocket(
  port: number,
  headers: Record<string, string>,
  path = '/bridge',
): Promise<WebSocket | { refused: number }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (asked, response) => {
      asked.destroy();
      resolve({ refused: response.statusCode ?? 0 });
    });
    socket.on('error', reject);
  });
}

/** All messages up to the answer to request `id`. */
export function messagesUntil(socket: WebSocket, id: number): Promise<unknown[]> {
  const heard: unknown[] = [];
  return new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      const message: unknown = JSON.parse(data.toString('utf8'));
      heard.push(message);
      if (typeof message === 'object' && message !== null && 'id' in message && message.id === id) resolve([...heard]);
    });
  });
}

/** The code with which the host closes the socket. */
export function closeCode(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.once('close', resolve);
  });
}

/** Sends raw bytes to the port and gives what came back until it was closed. */
export function rawExchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let got = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (got += chunk));
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });
}
