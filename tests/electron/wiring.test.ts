import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Broker } from '../../main/broker/broker.ts';
import { startDesktop, type DesktopOptions } from '../../main/electron/desktop.ts';
import { FakeHelper, fakeConnector, silentLog } from '../doubles/helper.ts';
import { ElectronDouble, WindowDouble } from './double.ts';

let folder: string;
let electron: ElectronDouble;
let connector: ReturnType<typeof fakeConnector>;
let made: number;
let options: DesktopOptions;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dm-remap-desktop-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<html><head></head><body>the page</body></html>');
  await writeFile(join(folder, 'assets/app.js'), 'void 0;');
});

afterAll(() => rm(folder, { recursive: true }));

beforeEach(() => {
  electron = new ElectronDouble();
  connector = fakeConnector(new FakeHelper());
  made = 0;
  WindowDouble.all.length = 0;
  options = {
    pageFolder: folder,
    preload: '/app/preload.cjs',
    isRoot: false,
    log: silentLog,
    iconFolder: '/icons',
    makeBroker: () => {
      made += 1;
      return new Broker({ host: 'electron', version: '0.1.0', connectors: [connector], log: silentLog });
    },
  };
});

function call(name: unknown, params: unknown, event?: object): unknown {
  const { webContents } = electron.window;
  const handler = electron.handlers.get('bridge:call');
  return handler?.(event ?? { sender: webContents, senderFrame: webContents.mainFrame }, name, params);
}

describe('starting', () => {
  it('turns the sandbox on and takes the lock before anything else, and the scheme before electron is ready', async () => {
    expect(await startDesktop(electron.api, options)).toBeNull();
    const order = ['enableSandbox', 'requestSingleInstanceLock', 'registerSchemesAsPrivileged', 'whenReady'];
    expect(electron.app.calls.filter((name) => order.includes(name))).toEqual(order);
    expect(electron.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
    expect(electron.window.url).toBe('app://dm-remap/');
    expect(electron.menu).toBeNull();
  });

  it('refuses root before anything is loaded', async () => {
    expect(await startDesktop(electron.api, { ...options, isRoot: true })).toContain('does not run as root');
    expect(electron.app.calls).toEqual(['exit 1']);
    expect([WindowDouble.all.length, made]).toEqual([0, 0]);
  });

  it('leaves to the window that is open already, which comes to the front', async () => {
    await startDesktop(electron.api, options);
    electron.app.emit('second-instance');
    expect(electron.window.calls).toEqual(['restore', 'focus']);
    const second = new ElectronDouble();
    second.app.hasLock = false;
    expect(await startDesktop(second.api, options)).toContain('running already');
    expect(second.app.calls).toContain('exit 0');
    expect([WindowDouble.all.length, made]).toEqual([1, 1]);
  });

  it('ends every connection before it quits, once', async () => {
    await startDesktop(electron.api, options);
    let prevented = 0;
    const event = { preventDefault: () => (prevented += 1) };
    const exited = new Promise<void>((resolve) => {
      electron.app.exit = (code) => {
        electron.app.calls.push(`exit ${code}`);
        resolve();
      };
    });
    electron.app.emit('before-quit', event);
    electron.app.emit('before-quit', event);
    await exited;
    expect(prevented).toBe(2);
    expect(connector.closes).toBe(1);
    expect(electron.app.calls.filter((name) => name.startsWith('exit'))).toEqual(['exit 0']);
  });
});

describe('the page', () => {
  beforeEach(() => startDesktop(electron.api, options));

  it('has no Node, its own context, a sandbox, and developer tools only from a source tree', async () => {
    expect(electron.window.options.webPreferences).toEqual({
      preload: '/app/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: false,
    });
    const source = new ElectronDouble();
    source.app.isPackaged = false;
    await startDesktop(source.api, options);
    expect(source.window.options.webPreferences['devTools']).toBe(true);
  });

  it.each([
    ['clipboard-sanitized-write', 'app://dm-remap/', true],
    ['clipboard-sanitized-write', 'app://dm-remap.evil/', false],
    ['clipboard-sanitized-write', 'https://example.org/', false],
    ['clipboard-read', 'app://dm-remap/', false],
    ['media', 'app://dm-remap/', false],
  ])('is given the permission of %s at %s: %s', (permission, url, given) => {
    const answers: boolean[] = [];
    electron.permissionRequest?.({}, permission, (granted) => answers.push(granted), { requestingUrl: url });
    expect([...answers, electron.permissionCheck?.({}, permission, url)]).toEqual([given, given]);
  });

  it('is given no device and no picture of the screen', () => {
    const answers: unknown[] = [];
    electron.displayMedia?.({}, (streams) => answers.push(streams));
    expect([...answers, electron.devicePermission?.()]).toEqual([{}, false]);
  });

  it.each([
    ['app://dm-remap/assets/app.js', false],
    ['app://dm-remap.evil/x.js', true],
    ['app://other/x.js', true],
    ['https://example.org/', true],
    ['http://127.0.0.1:1/', true],
    ['file:///etc/passwd', true],
    ['devtools://devtools/bundled/x.js', true],
    ['ws://127.0.0.1/', true],
  ])('asks for %s: blocked is %s', (url, blocked) => {
    let cancel: boolean | undefined;
    electron.beforeRequest?.({ url }, (response) => (cancel = response.cancel));
    expect(cancel).toBe(blocked);
  });

  it('goes nowhere, opens nothing and holds no other page', () => {
    const { webContents } = electron.window;
    electron.app.emit('web-contents-created', {}, webContents);
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      expect([name, webContents.isPrevented(name)]).toEqual([name, true]);
    }
    expect(webContents.openHandler?.({ url: 'https://example.org' })).toEqual({ action: 'deny' });
  });

  it('is served from its folder under a strict policy, and nothing else is', async () => {
    const serve = electron.served.get('app');
    const page = await serve?.(new Request('app://dm-remap/'));
    expect(await page?.text()).toContain('the page');
    const policy = page?.headers.get('content-security-policy');
    expect(policy).toContain("style-src 'self';");
    expect(policy).not.toMatch(/unsafe|nonce/);
    const script = await serve?.(new Request('app://dm-remap/assets/app.js'));
    expect(await script?.text()).toBe('void 0;');
    for (const url of [
      'app://other/index.html',
      'app://dm-remap/..%2f..%2fetc/passwd',
      'app://dm-remap/assets',
      'https://dm-remap/index.html',
    ]) {
      expect([url, (await serve?.(new Request(url)))?.status]).toEqual([url, 404]);
    }
    expect((await serve?.(new Request('app://dm-remap/', { method: 'POST' })))?.status).toBe(404);
  });
});

describe('the gate', () => {
  beforeEach(() => startDesktop(electron.api, options));

  it('is the only way in', () => {
    expect([...electron.handlers.keys()]).toEqual(['bridge:call']);
  });

  it('answers the page and tells it patches', async () => {
    expect(await call('snapshot.get', {})).toMatchObject({ ok: true, result: { version: 1 } });
    expect(await call('connection.open', { connection: 'local' })).toEqual({ ok: true, result: {} });
    expect(electron.window.webContents.sent[0]).toMatchObject(['bridge:event', 'patch', { from: 1, to: 2 }]);
  });

  it.each([
    ['an unknown request', 'shell.run', {}, 'unknown-method'],
    ['parameters that do not fit', 'plan', { connection: 'moon' }, 'bad-request'],
    ['a name that is no text', { name: 'snapshot.get' }, {}, 'bad-request'],
  ])('refuses %s', async (_what, name, params, code) => {
    expect(await call(name, params)).toMatchObject({ ok: false, error: { code } });
  });

  it('refuses whoever is not our page itself', async () => {
    const { webContents } = electron.window;
    const foreign = [
      { sender: webContents, senderFrame: null },
      { sender: webContents, senderFrame: { origin: 'app://dm-remap' } },
      { sender: { mainFrame: { origin: 'https://evil.example' } }, senderFrame: { origin: 'https://evil.example' } },
    ];
    const evil = { origin: 'app://dm-remap.evil' };
    for (const event of [...foreign, { sender: { mainFrame: evil }, senderFrame: evil }]) {
      expect(await call('connection.open', { connection: 'local' }, event)).toMatchObject({ ok: false });
    }
    expect(await call('snapshot.get', {})).toMatchObject({
      result: { snapshot: { connections: [{ phase: { state: 'closed' } }] } },
    });
  });
});
