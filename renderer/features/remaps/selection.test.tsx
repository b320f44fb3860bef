import { screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

/** The first below the heading, once there is one. */
async function secondRow(): Promise<HTMLElement> {
  return waitFor(() => {
    const [, row] = screen.getAllByRole('row');
    if (row === undefined) throw new Error('the table has no rows');
    return row;
  });
}

it('a selection does not go over to other blocks when the table changes', async () => {
  const bridge = new BridgeDouble({ mapped: 30, pending: 0 });
  const { user, close: end } = renderApp(bridge, {
    at: 'device',
    connection: 'lab',
    name: SCENE_TARGET,
    tab: 'remaps',
  });
  close = end;
  await screen.findByRole('grid', { name: 'Remap table' });
  await user.click(await secondRow());
  expect(await screen.findByRole('button', { name: 'Copy 1 selected row as CSV' })).toBeTruthy();

  bridge.changeConnection('lab', ({ targets }) => {
    for (const target of targets) target.remapsRevision += 1;
  });
  await waitFor(() => expect(screen.queryByRole('button', { name: /selected row/ })).toBeNull());
  expect(screen.getByText(/The table has changed, so no row is selected any more/)).toBeTruthy();
  expect(screen.queryByRole('region', { name: 'Files of the selected rows' })).toBeNull();

  await user.click(await secondRow());
  expect(await screen.findByRole('button', { name: 'Copy 1 selected row as CSV' })).toBeTruthy();
  expect(screen.queryByText(/The table has changed/)).toBeNull();
});
