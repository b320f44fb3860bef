import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { Alert, Notice } from '../../../app/alerts/schema.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET, SCENE_TIME } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';
import { fromTime, toTime } from './quiet.ts';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => {
  close();
  vi.unstubAllGlobals();
});

const alert: Alert = {
  subject: '3f0c7b1e-2f6a-4d0e-9b37-0f1f5f1f7a10',
  rule: 'pending',
  name: SCENE_TARGET,
  before: 0,
  value: 3,
  raised: SCENE_TIME,
  changed: SCENE_TIME,
  toldValue: 3,
  over: false,
};
const notice: Notice = { number: 1, milliseconds: 1, title: 'A title', body: 'A body', weight: 'grave' };

function open(...alerts: Alert[]) {
  const bridge = new BridgeDouble();
  bridge.changeConnection('lab', (lab) => {
    lab.alerts.open = alerts;
    lab.alerts.notices = [notice];
  });
  const app = renderApp(bridge, { at: 'overview', connection: 'lab' });
  close = app.close;
  return { ...app, bridge };
}

describe('alerts', () => {
  it('are counted in the bar, listed with what to do, and gone when acknowledged', async () => {
    const { user, bridge } = open(alert, { ...alert, rule: 'halted', value: 1, over: true });
    await user.click(await screen.findByRole('button', { name: '2 alerts' }));
    const dialog = await screen.findByRole('dialog', { name: 'Alerts' });
    const [first, second] = within(dialog).getAllByRole('listitem');
    expect(first?.textContent).toContain('weak-disk: 3 blocks cannot be read.');
    expect(first?.textContent).toContain('Copy your data off this disk now.');
    expect(second?.textContent).toContain('This has ended since.');
    expect(within(dialog).getAllByRole('link', { name: 'Show the device' })[0]?.getAttribute('href')).toBe(
      '#/lab/device/weak-disk/events',
    );
    const [acknowledge] = within(dialog).getAllByRole('button', { name: 'Acknowledge' });
    if (acknowledge === undefined) throw new Error('no button');
    await user.click(acknowledge);
    expect(bridge.calls).toContainEqual({
      name: 'alerts.acknowledge',
      params: { connection: 'lab', subject: alert.subject, rule: 'pending' },
    });
    await waitFor(() => expect(within(dialog).getAllByRole('listitem')).toHaveLength(1));
  });

  it('can be muted for a disk and have quiet hours', async () => {
    const { user, bridge } = open();
    await user.click(await screen.findByRole('button', { name: 'No alerts' }));
    await user.click(await screen.findByRole('switch', { name: 'Tell of weak-disk (Lab)' }));
    expect(bridge.calls).toContainEqual({
      name: 'alerts.mute',
      params: { connection: 'lab', subject: alert.subject, muted: true },
    });
    await user.click(screen.getByRole('switch', { name: 'Quiet hours' }));
    const from = await screen.findByLabelText<HTMLInputElement>('from');
    expect(from.value).toBe('22:00');
    fireEvent.change(from, { target: { value: '23:15' } });
    await waitFor(() =>
      expect(bridge.calls).toContainEqual({ name: 'alerts.quiet', params: { quiet: { from: 1395, to: 420 } } }),
    );
  });
});

describe('alerts of a disk that is not protected', () => {
  const ofDisk: Alert = {
    ...alert,
    subject: 'serial:Deskstar 7K/LABFREE-0C55',
    rule: 'drive-pending',
    name: 'Deskstar 7K (sdc)',
    before: 2,
    value: 8,
  };

  it('stand in its row, on its page, and lead there from the list', async () => {
    const { user, bridge } = open(ofDisk, { ...ofDisk, rule: 'drive-reallocated', over: true });
    const row = await screen.findByRole('list', { name: 'Alerts of sdc' });
    expect(row.textContent).toBe('8 sectors cannot be read at this moment, 6 more than before.');
    expect(screen.queryByRole('list', { name: 'Alerts of sdd' })).toBeNull();
    await user.click(screen.getByRole('button', { name: '2 alerts' }));
    const dialog = await screen.findByRole('dialog', { name: 'Alerts' });
    expect(dialog.textContent).toContain('Deskstar 7K (sdc): 8 sectors cannot be read');
    expect(dialog.textContent).not.toContain('LABFREE');
    await user.click(within(dialog).getAllByRole('link', { name: 'Show the disk' })[0] ?? dialog);
    const page = await screen.findByRole('region', { name: 'Health of the drive' });
    expect(page.textContent).toContain('This has ended since.');
    const [first] = within(page).getAllByRole('button', { name: 'Acknowledge' });
    if (first === undefined) throw new Error('no button');
    await user.click(first);
    expect(bridge.calls).toContainEqual({
      name: 'alerts.acknowledge',
      params: { connection: 'lab', subject: ofDisk.subject, rule: 'drive-pending' },
    });
    await waitFor(() => expect(within(page).getAllByRole('button', { name: 'Acknowledge' })).toHaveLength(1));
  });

  it('are muted on its page, and again told of in the settings', async () => {
    const { user, bridge } = open();
    await user.click(await screen.findByRole('link', { name: 'Health of sdc: Passed' }));
    await user.click(await screen.findByRole('switch', { name: /^Tell of this disk/ }));
    expect(bridge.snapshot.connections[1]?.alerts.muted).toEqual([ofDisk.subject]);
    await user.click(screen.getByRole('button', { name: 'No alerts' }));
    await user.click(await screen.findByRole('switch', { name: 'Tell of Deskstar 7K sdc (Lab)' }));
    expect(bridge.snapshot.connections[1]?.alerts.muted).toEqual([]);
    expect(screen.queryByRole('switch', { name: /Tell of WD Blue/ })).toBeNull();
  });

  it('that is the main disk of a pair are told by the pair', async () => {
    const bridge = new BridgeDouble();
    close = renderApp(bridge, { at: 'disk', connection: 'lab', devno: '8:0' }).close;
    expect(await screen.findByText(`This is the main disk of ${SCENE_TARGET}.`)).toBeTruthy();
    expect(screen.queryByRole('switch', { name: /^Tell of this disk/ })).toBeNull();
  });
});

describe('a notification in a browser', () => {
  const news: Notice = { ...notice, number: 2, title: 'News' };

  it('stands on the page until it is dismissed; what was told before the page was opened does not', async () => {
    const { user, bridge } = open();
    await screen.findByRole('article', { name: SCENE_TARGET });
    bridge.changeConnection('lab', ({ alerts }) => {
      alerts.notices.push(news);
    });
    const log = screen.getByRole('log', { name: 'Notifications' });
    await waitFor(() => expect(log.textContent).toBe('NewsA body'));
    expect(screen.queryByText('A title')).toBeNull();
    await user.click(within(log).getByRole('button', { name: 'Dismiss' }));
    expect(log.textContent).toBe('');
  });

  it('leaves the page by itself where it is not grave', async () => {
    const { bridge } = open();
    await screen.findByRole('article', { name: SCENE_TARGET });
    const log = screen.getByRole('log', { name: 'Notifications' });
    vi.useFakeTimers();
    try {
      act(() =>
        bridge.changeConnection('lab', ({ alerts }) => {
          alerts.notices.push(news, { ...news, number: 3, title: 'Small news', weight: 'notable' });
        }),
      );
      await act(() => vi.advanceTimersByTimeAsync(1_000));
      expect(log.textContent).toBe('NewsA bodySmall newsA body');
      await act(() => vi.advanceTimersByTimeAsync(15_000));
      expect(log.textContent).toBe('NewsA body');
    } finally {
      vi.useRealTimers();
    }
  });

  it('is left to the browser where it may show it, and to the desktop’s own process', async () => {
    const shown: string[] = [];
    const shows = vi.fn(function (title: string) {
      shown.push(title);
    });
    vi.stubGlobal('Notification', Object.assign(shows, { permission: 'granted' }));
    const { bridge } = open();
    await screen.findByRole('article', { name: SCENE_TARGET });
    bridge.changeConnection('lab', ({ alerts }) => {
      alerts.notices.push(news);
    });
    await waitFor(() => expect(shown).toEqual(['News']));
    expect(screen.getByRole('log', { name: 'Notifications' }).textContent).toBe('');
    bridge.change((snapshot) => {
      snapshot.app.host = 'electron';
      snapshot.connections[1]?.alerts.notices.push({ ...news, number: 3 });
    });
    await screen.findByRole('article', { name: SCENE_TARGET });
    expect(shown).toHaveLength(1);
  });
});

it('a time field holds minutes of the day, and nothing that is no time', () => {
  expect([0, 425, 1439].map(toTime)).toEqual(['00:00', '07:05', '23:59']);
  expect(['00:00', '07:05', '23:59', '24:00', '', '7:05'].map(fromTime)).toEqual([0, 425, 1439, null, null, null]);
});
