import { join } from 'node:path';

import { app, BrowserWindow, ipcMain, Menu, Notification, protocol, session, Tray } from 'electron';

import { Broker } from '../broker/broker.ts';
import { makeConnectors } from '../connections/index.ts';
import { historyPath } from '../history/paths.ts';
import { SqliteHistory } from '../history/store.ts';
import { logPath, openLog } from '../log.ts';
import { version } from '../version.ts';
import { startDesktop } from './desktop.ts';
import { installationOf } from './installation.ts';

/** Folder of everything built: this file is bundled to `dist/electron/main.mjs`. */
const built = join(import.meta.dirname, '..');
const isRoot = process.getuid?.() === 0;
const log = openLog(logPath('desktop'));

// Not awaited here: Electron is ready only after this module has run to its end.
startDesktop(
  { app, BrowserWindow, ipcMain, Menu, Notification, protocol, session, Tray },
  {
    pageFolder: join(built, 'renderer'),
    preload: join(import.meta.dirname, 'preload.cjs'),
    isRoot,
    log,
    iconFolder: join(app.isPackaged ? process.resourcesPath : join(built, '..'), 'resources/tray'),
    makeBroker: (notifier) => {
      const installation = installationOf(app.isPackaged ? process.resourcesPath : null, join(built, '..'), isRoot);
      return new Broker({
        host: 'electron',
        version,
        connectors: makeConnectors(installation),
        log,
        openHistory: (connection) => new SqliteHistory({ path: historyPath(connection), log }),
        notifier,
      });
    },
  },
)
  .then((refusal) => {
    if (refusal !== null) process.stderr.write(`${refusal}\n`);
  })
  .catch((thrown: unknown) => {
    log.error({ error: String(thrown) }, 'the desktop window could not be opened');
    process.stderr.write(`The desktop window could not be opened: ${String(thrown)}\n`);
    app.exit(1);
  });
