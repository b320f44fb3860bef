import type * as Electron from 'electron';

import type { Broker } from '../broker/broker.ts';
import type { Log, Notifier } from '../ports.ts';
import { EVENT_CHANNEL } from './channels.ts';
import { openGate } from './gate.ts';
import { DesktopNotifier } from './notifier.ts';
import { PAGE_ORIGIN, pageHandler, privilegedScheme } from './scheme.ts';
import { blockRequests, denyPermissions, keepInPlace, securePreferences } from './security.ts';

/** The parts of electron that the desktop host uses. */
export type ElectronApi = Pick<
  typeof Electron,
  'app' | 'BrowserWindow' | 'ipcMain' | 'Menu' | 'Notification' | 'protocol' | 'session' | 'Tray'
>;

export interface DesktopOptions {
  readonly pageFolder: string;
  readonly preload: string;
  readonly isRoot: boolean;
  readonly log: Log;
  /** Called once it is certain that this process is to show the window. */
  readonly makeBroker: (notifier: Notifier) => Broker;
  /** Folder of the tray's pictures. */
  readonly iconFolder: string;
}

/** How long ending may take before the process ends all the same, in milliseconds: a lab has to be shut down. */
const ENDS_WITHIN_MS = 40_000;

/** Why the program does not start, or null when it does. Before it nothing of the page is loaded. */
export async function startDesktop(electron: ElectronApi, options: DesktopOptions): Promise<string | null> {
  const { app, ipcMain, Menu, protocol, session } = electron;
  if (options.isRoot) {
    app.exit(1);
    return 'The desktop window does not run as root: start the program as yourself. It asks for a password when it needs one.';
  }
  app.enableSandbox();
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return 'The program is running already: its window was brought to the front.';
  }
  protocol.registerSchemesAsPrivileged([privilegedScheme]);
  app.on('web-contents-created', (_event, contents) => keepInPlace(contents));

  await app.whenReady();
  Menu.setApplicationMenu(null);
  denyPermissions(session.defaultSession);
  blockRequests(session.defaultSession, app.isPackaged);
  protocol.handle(privilegedScheme.scheme, pageHandler(options.pageFolder));

  const notifier = new DesktopNotifier(electron, options.iconFolder, options.log);
  const broker = options.makeBroker(notifier);
  openGate(ipcMain, broker, options.log);
  const window = openWindow(electron, options);
  const stopPatches = broker.onPatch((payload) => {
    if (!window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, 'patch', payload);
  });
  const toFront = (): void => {
    if (window.isMinimized()) window.restore();
    window.focus();
  };
  app.on('second-instance', toFront);
  notifier.onChosen(toFront);
  app.on('window-all-closed', () => app.quit());
  endWith(app, async () => {
    stopPatches();
    notifier.close();
    await broker.close();
  });
  await window.loadURL(`${PAGE_ORIGIN}/`);
  return null;
}

function openWindow({ app, BrowserWindow }: ElectronApi, { preload }: DesktopOptions): Electron.BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 800,
    minHeight: 600,
    show: false,
    title: 'dm-remap Desktop',
    webPreferences: securePreferences(preload, app.isPackaged),
  });
  window.once('ready-to-show', () => window.show());
  return window;
}

/** Quitting waits for `end`, so that no helper and no machine is left behind; a second request changes nothing. */
function endWith(app: Electron.App, end: () => Promise<void>): void {
  let ending = false;
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (ending) return;
    ending = true;
    const timer = setTimeout(() => app.exit(1), ENDS_WITHIN_MS);
    void end().finally(() => {
      clearTimeout(timer);
      app.exit(0);
    });
  });
}
