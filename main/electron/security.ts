import type { Session, WebContents, WebPreferences } from 'electron';

import { PAGE_ORIGIN } from './scheme.ts';

/**
 * What the page's process may do. Most of these are Electron's defaults; they stand here so that a later version, or a
 * careless edit, cannot change them unnoticed (Electron security checklist, 2 to 10).
 */
export function securePreferences(preload: string, isPackaged: boolean): WebPreferences {
  return {
    preload,
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
    devTools: !isPackaged,
  };
}

/** What the buttons that copy need: text that goes into the clipboard, never what is in it. */
const COPYING = 'clipboard-sanitized-write';

/** The page needs no other permission of a browser: no camera, no notification of its own, no device. */
export function denyPermissions(
  session: Pick<
    Session,
    | 'setPermissionRequestHandler'
    | 'setPermissionCheckHandler'
    | 'setDevicePermissionHandler'
    | 'setDisplayMediaRequestHandler'
  >,
): void {
  session.setPermissionRequestHandler((_contents, permission, callback, { requestingUrl }) =>
    callback(permission === COPYING && requestingUrl.startsWith(`${PAGE_ORIGIN}/`)),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === COPYING && origin.replace(/\/$/, '') === PAGE_ORIGIN,
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback({}));
}

function isOwnUrl(url: string, isPackaged: boolean): boolean {
  return url.startsWith(`${PAGE_ORIGIN}/`) || (!isPackaged && url.startsWith('devtools://'));
}

/** The page fetches nothing from any network: whatever it asks for besides its own files is cancelled. */
export function blockRequests(
  session: { webRequest: Pick<Session['webRequest'], 'onBeforeRequest'> },
  isPackaged: boolean,
): void {
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !isOwnUrl(url, isPackaged) }));
}

type GuardedContents = Pick<WebContents, 'setWindowOpenHandler'> & {
  on(event: GuardedEvent, listener: (event: { preventDefault(): void }) => void): unknown;
};
const guardedEvents = ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'] as const;
type GuardedEvent = (typeof guardedEvents)[number];

/** The page stays where it is: it goes nowhere, opens no window and holds no other page. */
export function keepInPlace(contents: GuardedContents): void {
  for (const name of guardedEvents) contents.on(name, (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
