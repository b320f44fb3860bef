import { EventEmitter } from 'node:events';

import type { ElectronApi } from '../../main/electron/desktop.ts';

type Handler = (event: unknown, ...args: unknown[]) => unknown;

/** A page's contents: what was set on it and what was sent to it. */
export class ContentsDouble extends EventEmitter {
  readonly sent: unknown[][] = [];
  readonly mainFrame = { origin: 'app://dm-remap' };
  openHandler: ((details: { url: string }) => { action: string }) | null = null;

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }

  send(...args: unknown[]): void {
    this.sent.push(args);
  }

  /** Emits an event that can be prevented; returns whether it was. */
  isPrevented(name: string): boolean {
    let prevented = false;
    this.emit(name, { preventDefault: () => (prevented = true) });
    return prevented;
  }
}

export class WindowDouble extends EventEmitter {
  static readonly all: WindowDouble[] = [];
  readonly options: { webPreferences: Record<string, unknown> };
  readonly webContents = new ContentsDouble();
  readonly calls: string[] = [];
  url: string | null = null;

  constructor(options: { webPreferences: Record<string, unknown> }) {
    super();
    this.options = options;
    WindowDouble.all.push(this);
  }

  loadURL(url: string): Promise<void> {
    this.url = url;
    return Promise.resolve();
  }

  isDestroyed(): boolean {
    return false;
  }
  isMinimized(): boolean {
    return true;
  }
  show(): void {
    this.calls.push('show');
  }
  restore(): void {
    this.calls.push('restore');
  }
  focus(): void {
    this.calls.push('focus');
  }
}

export class NotificationDouble extends EventEmitter {
  static readonly all: NotificationDouble[] = [];
  static supported = true;
  /** A desktop whose notifications fail. */
  static broken = false;
  static isSupported(): boolean {
    return NotificationDouble.supported;
  }
  readonly options: { title: string; body: string; urgency: string };
  readonly calls: string[] = [];

  constructor(options: { title: string; body: string; urgency: string }) {
    super();
    this.options = options;
    NotificationDouble.all.push(this);
  }
  show(): void {
    if (NotificationDouble.broken) throw new Error('no notifications on this desktop');
    this.calls.push('show');
  }
  close(): void {
    this.calls.push('close');
  }
}

export class TrayDouble extends EventEmitter {
  static readonly all: TrayDouble[] = [];
  /** A desktop without a tray. */
  static broken = false;
  image: string;
  tip = '';
  destroyed = false;
  menu: { label: string; click: () => void }[] = [];

  constructor(image: string) {
    super();
    if (TrayDouble.broken) throw new Error('no tray on this desktop');
    this.image = image;
    TrayDouble.all.push(this);
  }
  setImage(image: string): void {
    this.image = image;
  }
  setToolTip(tip: string): void {
    this.tip = tip;
  }
  setContextMenu(menu: { label: string; click: () => void }[]): void {
    this.menu = menu;
  }
  destroy(): void {
    this.destroyed = true;
  }
}

class AppDouble extends EventEmitter {
  readonly calls: string[] = [];
  isPackaged = true;
  hasLock = true;

  enableSandbox(): void {
    this.calls.push('enableSandbox');
  }
  requestSingleInstanceLock(): boolean {
    this.calls.push('requestSingleInstanceLock');
    return this.hasLock;
  }
  whenReady(): Promise<void> {
    this.calls.push('whenReady');
    return Promise.resolve();
  }
  quit(): void {
    this.calls.push('quit');
  }
  exit(code: number): void {
    this.calls.push(`exit ${code}`);
  }
}

/** What electron was told, recorded; nothing of Chromium behind it. */
export class ElectronDouble {
  readonly app = new AppDouble();
  readonly handlers = new Map<string, Handler>();
  readonly schemes: unknown[] = [];
  readonly served = new Map<string, (request: Request) => Promise<Response>>();
  menu: unknown = 'untouched';
  permissionRequest:
    | ((
        contents: unknown,
        permission: string,
        callback: (granted: boolean) => void,
        details: { requestingUrl: string },
      ) => void)
    | null = null;
  permissionCheck: ((contents: unknown, permission: string, origin: string) => boolean) | null = null;
  devicePermission: (() => boolean) | null = null;
  displayMedia: ((request: unknown, callback: (streams: object) => void) => void) | null = null;
  beforeRequest: ((details: { url: string }, callback: (response: { cancel?: boolean }) => void) => void) | null = null;

  get api(): ElectronApi {
    const session = {
      setPermissionRequestHandler: (handler: typeof this.permissionRequest) => (this.permissionRequest = handler),
      setPermissionCheckHandler: (handler: typeof this.permissionCheck) => (this.permissionCheck = handler),
      setDevicePermissionHandler: (handler: typeof this.devicePermission) => (this.devicePermission = handler),
      setDisplayMediaRequestHandler: (handler: typeof this.displayMedia) => (this.displayMedia = handler),
      webRequest: { onBeforeRequest: (listener: typeof this.beforeRequest) => (this.beforeRequest = listener) },
    };
    const api = {
      app: this.app,
      BrowserWindow: WindowDouble,
      ipcMain: { handle: (channel: string, handler: Handler) => this.handlers.set(channel, handler) },
      Menu: { setApplicationMenu: (menu: unknown) => (this.menu = menu), buildFromTemplate: (menu: unknown) => menu },
      Notification: NotificationDouble,
      Tray: TrayDouble,
      protocol: {
        registerSchemesAsPrivileged: (schemes: unknown[]) => {
          this.app.calls.push('registerSchemesAsPrivileged');
          this.schemes.push(...schemes);
        },
        handle: (scheme: string, handler: (request: Request) => Promise<Response>) => this.served.set(scheme, handler),
      },
      session: { defaultSession: session },
    };
    // Only the members above are used, which is what the tests hold the wiring to.
    return api as unknown as ElectronApi;
  }

  get window(): WindowDouble {
    const window = WindowDouble.all.at(-1);
    if (window === undefined) throw new Error('no window was opened');
    return window;
  }
}
