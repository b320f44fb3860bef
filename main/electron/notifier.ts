import { join } from 'node:path';

import type * as Electron from 'electron';

import type { Notice } from '../../app/alerts/schema.ts';
import { formatCounted } from '../../app/domain/units.ts';
import type { Log, Notifier, Standing } from '../ports.ts';

type Needed = Pick<typeof Electron, 'app' | 'Menu' | 'Notification' | 'Tray'>;

/** Picture of the tray by what stands: shapes differ, not only colours. */
const pictures = { idle: 'idle.png', none: 'calm.png', notable: 'notable.png', grave: 'grave.png' } as const;

/** Notifications of the desktop, and a picture in its tray. A desktop that has neither shows alerts in the window only. */
export class DesktopNotifier implements Notifier {
  readonly #electron: Needed;
  readonly #icons: string;
  readonly #log: Log;
  /** Notifications that are shown: one that is collected as garbage no longer answers a click. */
  readonly #shown = new Set<Electron.Notification>();
  #tray: Electron.Tray | null = null;
  #toFront: () => void = () => undefined;

  constructor(electron: Needed, iconFolder: string, log: Log) {
    this.#electron = electron;
    this.#icons = iconFolder;
    this.#log = log;
  }

  /** `toFront` is called when a person clicks on a notification or on the tray. */
  onChosen(toFront: () => void): void {
    this.#toFront = toFront;
  }

  tell({ title, body, weight }: Notice): void {
    const { Notification } = this.#electron;
    if (!Notification.isSupported()) return;
    try {
      const shown = new Notification({ title, body, urgency: weight === 'grave' ? 'critical' : 'normal' });
      this.#shown.add(shown);
      shown.on('click', () => this.#toFront());
      shown.on('close', () => this.#shown.delete(shown));
      shown.show();
    } catch (thrown) {
      // The alert stands in the window all the same, and what judges the disks must not stop for it.
      this.#log.warn({ error: String(thrown) }, 'no notification');
    }
  }

  standing({ alerts, grave, watching }: Standing): void {
    const picture = join(
      this.#icons,
      pictures[alerts > 0 ? (grave ? 'grave' : 'notable') : watching ? 'none' : 'idle'],
    );
    const told = alerts === 0 ? (watching ? ['no alerts'] : []) : [formatCounted(alerts, 'alert')];
    const words = [...(watching ? [] : ['no disk is watched']), ...told].join(', ');
    try {
      if (this.#tray === null) this.#tray = this.#makeTray(picture);
      else this.#tray.setImage(picture);
      this.#tray.setToolTip(`dm-remap Desktop: ${words}`);
    } catch (thrown) {
      this.#log.warn({ error: String(thrown) }, 'no tray');
    }
  }

  close(): void {
    this.#tray?.destroy();
    this.#tray = null;
    for (const shown of this.#shown) shown.close();
    this.#shown.clear();
  }

  #makeTray(picture: string): Electron.Tray {
    const { app, Menu, Tray } = this.#electron;
    const tray = new Tray(picture);
    tray.on('click', () => this.#toFront());
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: 'Show the window', click: () => this.#toFront() },
        { label: 'Quit', click: () => app.quit() },
      ]),
    );
    return tray;
  }
}
