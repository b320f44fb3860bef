import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { MAX_SOCKET_FRAME_BYTES } from '../../app/bridge/schema.ts';
import { startFakeSetup, type FakeSetup } from '../doubles/web-host.ts';
import { closeCode, get, login, messagesUntil, openSocket, rawExchange } from './client.ts';

let folder: string;
let setup: FakeSetup;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dm-remap-page-'));
  await mkdir(join(folder, 'page/assets'), { recursive: true });
  await writeFile(join(folder, 'page/index.html'), '<!doctype html><html><head></head><body>the page</body></html>');
  await writeFile(join(folder, 'page/assets/app.js'), 'void 0;');
  await writeFile(join(folder, 'page/.hidden.js'), 'hidden');
  await writeFile(join(folder, 'page/notes.txt'), 'no type of ours');
  await writeFile(join(folder, 'secret.js'), 'secret');
  await symlink(join(folder, 'secret.js'), join(folder, 'page/link.js'));
});

afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  setup = await startFakeSetup(join(folder, 'page'));
  ({ port } = setup.host);
});

afterEach(async () => {
  await setup.host.close();
  await setup.broker.close();
});

/** Whatever was tried before, a good client is served: the host is alive and lets the right one in. */
async function expectServing(): Promise<void> {
  const cookie = await login(setup.host.newLoginUrl());
  expect((await get(port, '/', { cookie })).body).toContain('the page');
  const socket = await openBridge(cookie);
  socket.send(JSON.stringify({ id: 1, name: 'snapshot.get', params: {} }));
  expect((await messagesUntil(socket, 1)).at(-1)).toMatchObject({ id: 1, answer: { ok: true } });
  socket.close();
}

async function openBridge(cookie: string): Promise<WebSocket> {
  const socket = await openSocket(port, { cookie, origin: `http://127.0.0.1:${port}` });
  if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket.refused}`);
  return socket;
}

describe('logging in', () => {
  it('exchanges the printed address for a cookie that scripts cannot read, once', async () => {
    const url = new URL(setup.host.newLoginUrl());
    expect(url.searchParams.get('t')).toHaveLength(43);
    const first = await get(port, url.pathname + url.search);
    expect(first.status).toBe(200);
    expect(first.body).toContain('<meta http-equiv="refresh" content="0;url=/">');
    expect(first.headers['set-cookie']?.[0]).toMatch(/^dm-remap-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);

    const second = await get(port, url.pathname + url.search);
    expect(second.status).toBe(403);
    expect(second.headers['set-cookie']).toBeUndefined();
    expect(second.body).toContain('Press Enter in the terminal');
    await expectServing();
  });

  it('lets the browser that is logged in already open the used address again', async () => {
    const url = new URL(setup.host.newLoginUrl());
    const cookie = await login(url.href);
    expect(await get(port, url.pathname + url.search, { cookie })).toMatchObject({
      status: 200,
      body: expect.stringContaining('url=/"') as string,
    });
  });

  it.each(['/login', '/login?t=', '/login?t=wrong', `/login?t=${'A'.repeat(43)}`])('refuses %s', async (path) => {
    setup.host.newLoginUrl();
    expect((await get(port, path)).status).toBe(403);
    await expectServing();
  });

  it('takes only the newest address, and is not used up by a look that does not open it', async () => {
    const old = new URL(setup.host.newLoginUrl());
    const fresh = new URL(setup.host.newLoginUrl());
    expect((await get(port, old.pathname + old.search)).status).toBe(403);
    expect((await get(port, fresh.pathname + fresh.search, {}, 'HEAD')).status).toBe(403);
    expect((await get(port, fresh.pathname + fresh.search)).status).toBe(200);
  });
});

describe('pages', () => {
  it('carry a strict policy and no permission for other origins', async () => {
    const cookie = await login(setup.host.newLoginUrl());
    const first = await get(port, '/', { cookie });
    const policy = String(first.headers['content-security-policy']);
    expect(first.body).toContain('the page');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
    expect(policy).not.toMatch(/unsafe|nonce/);
    expect(first.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(first.headers['access-control-allow-origin']).toBeUndefined();
    const script = await get(port, '/assets/app.js?v=1', { cookie });
    expect(script).toMatchObject({ status: 200, body: 'void 0;' });
    expect(script.headers['content-type']).toContain('text/javascript');
  });

  it.each([undefined, 'dm-remap=x', `dm-remap-1=${'A'.repeat(43)}`])('need a session (%s)', async (cookie) => {
    const got = await get(port, '/', cookie === undefined ? {} : { cookie });
    expect(got.status).toBe(401);
    expect(got.body).not.toContain('the page');
    expect((await get(port, '/assets/app.js')).status).toBe(401);
    await expectServing();
  });

  it.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '/assets/..%2f..%2fsecret.js',
    '/..\\secret.js',
    '/link.js',
    '//secret.js',
    '/.hidden.js',
    '/notes.txt',
    '/assets',
    '/assets/',
    '/assets/app.js%00.html',
    '/%zz.js',
    '/app.js',
  ])('are not given for %s', async (path) => {
    const cookie = await login(setup.host.newLoginUrl());
    const got = await get(port, path, { cookie });
    expect(got.status).toBe(404);
    expect(got.body).not.toMatch(/secret|hidden|no type/);
  });

  it('are not given for an address of another host in the request line', async () => {
    const cookie = await login(setup.host.newLoginUrl());
    expect((await get(port, 'http://127.0.0.1/../../secret.js', { cookie })).status).toBe(404);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1.evil.example', ''])(
    'are not given under the host name "%s"',
    async (host) => {
      const cookie = await login(setup.host.newLoginUrl());
      const got = await get(port, '/', { cookie, host: host === '' ? ' ' : host });
      expect([400, 421]).toContain(got.status);
      expect(got.body).not.toContain('the page');
      await expectServing();
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('cannot be asked for with %s', async (method) => {
    const cookie = await login(setup.host.newLoginUrl());
    expect((await get(port, '/', { cookie }, method)).status).toBe(405);
  });
});

describe('the socket', () => {
  it.each([
    ['no session', {}, 401],
    ['a wrong session', { cookie: 'dm-remap-PORT=wrong' }, 401],
    ['no origin', { origin: undefined }, 403],
    ['another origin', { origin: 'http://evil.example' }, 403],
    ['another port as origin', { origin: 'http://127.0.0.1:1' }, 403],
    ['the null origin of a sandboxed page', { origin: 'null' }, 403],
    ['another host', { host: 'evil.example' }, 421],
    ['the name of another host as host and origin', { host: 'evil.example', origin: 'http://evil.example' }, 421],
  ])('is refused with %s', async (what, change, status) => {
    const cookie = await login(setup.host.newLoginUrl());
    const good = { cookie, origin: `http://127.0.0.1:${port}` };
    const given: Record<string, string | undefined> = {
      ...good,
      ...(what === 'no session' ? { cookie: undefined } : change),
    };
    const headers = Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value.replace('PORT', String(port))] as const],
    );
    expect(await openSocket(port, Object.fromEntries(headers))).toEqual({ refused: status });
    await expectServing();
  });

  it('is refused on another path', async () => {
    const cookie = await login(setup.host.newLoginUrl());
    const origin = `http://127.0.0.1:${port}`;
    expect(await openSocket(port, { cookie, origin }, '/other')).toEqual({ refused: 404 });
  });

  it('answers requests and tells patches as they come', async () => {
    const socket = await openBridge(await login(setup.host.newLoginUrl()));
    socket.send(JSON.stringify({ id: 7, name: 'connection.open', params: { connection: 'local' } }));
    const heard = await messagesUntil(socket, 7);
    expect(heard.at(-1)).toEqual({ id: 7, answer: { ok: true, result: {} } });
    expect(heard[0]).toMatchObject({ event: 'patch', payload: { from: 1, to: 2 } });
    socket.close();
  });

  it.each([
    ['an unknown request', { id: 1, name: 'shell.run', params: {} }, 'unknown-method'],
    ['a name that every object has', { id: 1, name: 'constructor', params: {} }, 'unknown-method'],
    ['parameters that do not fit', { id: 1, name: 'plan', params: { connection: 'moon' } }, 'bad-request'],
    ['a request with more than it has', { id: 1, name: 'snapshot.get', params: { extra: 1 } }, 'bad-request'],
  ])('answers %s with an error and goes on', async (_what, request, code) => {
    const socket = await openBridge(await login(setup.host.newLoginUrl()));
    socket.send(JSON.stringify(request));
    expect((await messagesUntil(socket, 1)).at(-1)).toMatchObject({ id: 1, answer: { ok: false, error: { code } } });
    socket.send(JSON.stringify({ id: 2, name: 'snapshot.get', params: {} }));
    expect((await messagesUntil(socket, 2)).at(-1)).toMatchObject({ id: 2, answer: { ok: true } });
    socket.close();
  });

  it.each([
    ['what is not JSON', 'rubbish', 1002],
    ['what is no request', '{"id":-1,"name":"snapshot.get","params":{}}', 1002],
    ['bytes instead of text', Buffer.from('{}'), 1002],
    ['a frame that is too long', 'x'.repeat(MAX_SOCKET_FRAME_BYTES + 1), 1009],
  ])('is closed on %s', async (_what, frame, code) => {
    const socket = await openBridge(await login(setup.host.newLoginUrl()));
    const closed = closeCode(socket);
    socket.send(frame);
    expect(await closed).toBe(code);
    await expectServing();
  });

  it('survives frames that break the protocol of sockets themselves', async () => {
    const cookie = await login(setup.host.newLoginUrl());
    const upgrade = [
      'GET /bridge HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      `Origin: http://127.0.0.1:${port}`,
      `Cookie: ${cookie}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ].join('\r\n');
    // An unmasked frame with a reserved operation code.
    expect(await rawExchange(port, `${upgrade}\r\n\r\n\u0003\u0001x`)).toContain('101 Switching');
    expect(await rawExchange(port, 'GET / HTTP/9.9\r\n\r\n')).toContain('400');
    await expectServing();
  });

  it('is closed, and nothing listens any more, when the host ends', async () => {
    const socket = await openBridge(await login(setup.host.newLoginUrl()));
    const closed = closeCode(socket);
    await setup.host.close();
    expect(await closed).toBe(1001);
    await expect(get(port, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

it('listens on the loopback only', async () => {
  const cookie = await login(setup.host.newLoginUrl());
  const origin = `http://127.0.0.1:${port}`;
  expect((await get(port, '/', { cookie, origin })).status).toBe(200);
  // All of 127.0.0.0/8 is this machine: a host bound to every address would answer here.
  const elsewhere = fetch(`http://127.0.0.2:${port}/`);
  await expect(elsewhere).rejects.toThrow();
});
