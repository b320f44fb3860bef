import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import type { Notice } from '../../app/alerts/schema.ts';
import { DesktopNotifier } from '../../main/electron/notifier.ts';
import { silentLog } from '../doubles/helper.ts';
import { ElectronDouble, NotificationDouble, TrayDouble } from './double.ts';

const notice: Notice = { number: 1, milliseconds: 0, title: 'weak-disk: halted', body: 'Check.', weight: 'grave' };
let electron: ElectronDouble;
let notifier: DesktopNotifier;
let fronted: number;

beforeEach(() => {
  electron = new ElectronDouble();
  NotificationDouble.all.length = 0;
  NotificationDouble.supported = true;
  NotificationDouble.broken = false;
  TrayDouble.all.length = 0;
  TrayDouble.broken = false;
  fronted = 0;
  notifier = new DesktopNotifier(electron.api, '/icons', silentLog);
  notifier.onChosen(() => (fronted += 1));
});

describe('the desktop', () => {
  it('shows a notification, which brings the window to the front', () => {
    notifier.tell(notice);
    notifier.tell({ ...notice, weight: 'notable' });
    const [first, second] = NotificationDouble.all;
    expect(first?.options).toEqual({ title: notice.title, body: notice.body, urgency: 'critical' });
    expect(second?.options.urgency).toBe('normal');
    expect(first?.calls).toEqual(['show']);
    first?.emit('click');
    expect(fronted).toBe(1);
  });

  it('shows in its tray what stands, in one picture that changes', () => {
    const stands = [
      { alerts: 0, grave: false, watching: false },
      { alerts: 0, grave: false, watching: true },
      { alerts: 2, grave: false, watching: true },
      { alerts: 1, grave: true, watching: false },
    ];
    const seen = stands.map((standing) => {
      notifier.standing(standing);
      const { image, tip } = TrayDouble.all[0] ?? { image: '', tip: '' };
      return [image, tip];
    });
    expect(seen).toEqual([
      ['/icons/idle.png', 'dm-remap Desktop: no disk is watched'],
      ['/icons/calm.png', 'dm-remap Desktop: no alerts'],
      ['/icons/notable.png', 'dm-remap Desktop: 2 alerts'],
      ['/icons/grave.png', 'dm-remap Desktop: no disk is watched, 1 alert'],
    ]);
    expect(TrayDouble.all).toHaveLength(1);
    const pictures = readdirSync(join(import.meta.dirname, '../../resources/tray'));
    for (const [image] of seen) expect(pictures).toContain(image?.split('/').at(-1));
    TrayDouble.all[0]?.menu.find(({ label }) => label === 'Show the window')?.click();
    expect(fronted).toBe(1);
    notifier.close();
    expect(TrayDouble.all[0]?.destroyed).toBe(true);
  });

  it('that fails to show a notification stops nobody', () => {
    NotificationDouble.broken = true;
    expect(() => notifier.tell(notice)).not.toThrow();
    NotificationDouble.broken = false;
    notifier.tell(notice);
    expect(NotificationDouble.all.at(-1)?.calls).toEqual(['show']);
  });

  it('that has neither notifications nor a tray is left as it is', () => {
    NotificationDouble.supported = false;
    TrayDouble.broken = true;
    notifier.tell(notice);
    notifier.standing({ alerts: 1, grave: true, watching: true });
    notifier.close();
    expect([NotificationDouble.all, TrayDouble.all]).toEqual([[], []]);
  });
});
