import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { restarted, SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

/** The overview of a machine that was started anew: the pair of the scene is not live. */
function open(change: (lab: Connection) => void = () => undefined) {
  const bridge = new BridgeDouble();
  bridge.changeConnection('lab', (lab) => {
    restarted(lab);
    change(lab);
  });
  const app = renderApp(bridge, { at: 'overview', connection: 'lab' });
  close = app.close;
  return { ...app, bridge };
}

const notice = () => screen.findByRole('region', { name: 'Protection that is not running' });

describe('a pair that is not live', () => {
  it('is told of above all else, with the way to start it again', async () => {
    const { container, user } = open();
    const told = await notice();
    expect(told.textContent).toContain('The protection of Barracuda ST4000 (sda) is not running.');
    expect(told.textContent).toContain('Do not mount or use the disk by itself: moved blocks hold old data there.');
    const regions = screen.getAllByRole('region').map((one) => one.getAttribute('aria-label'));
    expect(regions.indexOf('Protection that is not running')).toBeLessThan(regions.indexOf('Protected devices'));
    const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations).toEqual([]);
    await user.click(within(told).getByRole('button', { name: 'Start protection again' }));
    expect(await screen.findByRole('dialog')).toBeTruthy();
  });

  it('is not passed over where no disk is protected', async () => {
    open();
    expect(await screen.findByText('No disk is protected at this moment')).toBeTruthy();
    expect(screen.queryByText('No disk is protected yet')).toBeNull();
  });

  it.each<[string, (lab: Connection) => void]>([
    [
      'itself',
      ({ devices }) => {
        for (const disk of devices) if (disk.devno === '8:0') disk.users = [{ kind: 'mount', at: '/mnt/data' }];
      },
    ],
    [
      'a partition of it',
      ({ devices }) => {
        const main = devices.find(({ devno }) => devno === '8:0');
        if (main === undefined) throw new Error('the scene has no main');
        const users = [{ kind: 'mount' as const, at: '/mnt/data' }];
        devices.push({ ...main, devno: '8:1', name: 'sda1', path: '/dev/sda1', kind: 'partition', users });
      },
    ],
  ])('says that its main is used now and what that means: %s', async (_, change) => {
    open(change);
    const told = await notice();
    expect(told.textContent).toContain('The disk is in use without it now: mounted at /mnt/data.');
    expect(told.textContent).toContain('Moved blocks hold old data there');
    expect(told.textContent).toContain('Unmount it');
  });

  it('is told of where its main is not here', async () => {
    open(({ devices }) => {
      for (const { spareOf } of devices) if (spareOf !== null) spareOf.mainDevno = null;
    });
    const told = await notice();
    expect(told.textContent).toContain('Ultra Fit (sdb) is the spare of a disk that is not here.');
    expect(told.textContent).toContain('do not erase it');
    expect(within(told).queryByRole('button')).toBeNull();
  });

  it('is told of beside one that is live', async () => {
    const { bridge } = open();
    const live = new BridgeDouble().snapshot.connections.find(({ id }) => id === 'lab')?.targets ?? [];
    bridge.changeConnection('lab', (lab) => {
      lab.targets = [...live];
    });
    expect(await screen.findByRole('article', { name: SCENE_TARGET })).toBeTruthy();
    expect(await notice()).toBeTruthy();
    bridge.changeConnection('lab', ({ devices }) => {
      for (const { spareOf } of devices) if (spareOf !== null) spareOf.live = true;
    });
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Protection that is not running' })).toBeNull());
  });
});
