import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { BridgeDouble } from '../../tests/doubles/bridge.ts';
import { SCENE_TARGET } from '../../tests/doubles/scene.ts';
import { renderApp } from '../testing/render.tsx';
import type { Route } from './router.ts';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

function open(bridge: BridgeDouble, route: Route) {
  const app = renderApp(bridge, route);
  close = app.close;
  return app;
}

describe('a single thing', () => {
  it('is not counted as many on the overview and in the lab', async () => {
    const bridge = new BridgeDouble({ mapped: 1, pending: 1 });
    bridge.changeConnection('lab', ({ lab, targets }) => {
      for (const disk of lab?.disks ?? []) disk.faultySectors = disk.name === 'main' ? 1 : 0;
      for (const { status } of targets) Object.assign(status, { spareTotal: 1, spareBad: 0 });
    });
    open(bridge, { at: 'overview', connection: 'lab' });
    const card = await screen.findByRole('article', { name: SCENE_TARGET });
    const fact = (label: string): string => within(card).getByText(label).parentElement?.textContent ?? '';
    expect(fact('Moved')).toBe('Moved1 block');
    expect(fact('Cannot be read')).toBe('Cannot be read1 block');
    expect(fact('Spare left')).toBe('Spare left0 of 1 block');
    expect(screen.getByText(/failing sector/).textContent).toBe('1 failing sector');
  });

  it('is not counted as many of a drive', async () => {
    const bridge = new BridgeDouble();
    bridge.changeConnection('lab', ({ smart }) => {
      const health = smart['8:32']?.health;
      if (health !== null && health !== undefined) health.powerCycles = 1;
    });
    open(bridge, { at: 'disk', connection: 'lab', devno: '8:32' });
    await waitFor(() => expect(screen.getByText(/^switched on/).textContent).toBe('switched on 1 time'));
  });
});

it('a block that was moved by request is not said to have failed', async () => {
  const bridge = new BridgeDouble({ mapped: 1, pending: 0 });
  bridge.rows = bridge.rows.map((row) => ({ ...row, cause: 'manual' }));
  const { user } = open(bridge, { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'remaps' });
  const grid = await screen.findByRole('grid', { name: 'Remap table' });
  await user.click(await within(grid).findByRole('button', { name: /^Show block/ }));
  const details = screen.getByRole('complementary', { name: 'Details' });
  expect(await within(details).findByText('By request')).toBeTruthy();
  expect(details.textContent).toContain('Is served from the spare.');
  expect(details.textContent).not.toContain('Failed on the main disk');
});
