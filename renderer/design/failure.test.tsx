import { screen, within } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

import { BridgeDouble } from '../../tests/doubles/bridge.ts';
import { renderApp } from '../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

it('tells the numbers of drives in what went wrong only while the eye is open', async () => {
  const bridge = new BridgeDouble();
  bridge.changeConnection('lab', (lab) => {
    const error = {
      code: 'internal',
      sentence: 'The spare belongs to another disk: naa.5000c50000000001.',
      remedy: 'Connect LABSPARE-4F2A.',
      detail: 'main_id LABMAIN-77A1',
    } as const;
    lab.phase = { state: 'failed', error };
  });
  const { user, close: end } = renderApp(bridge, { at: 'overview', connection: 'lab' });
  close = end;
  const [alert] = await screen.findAllByRole('alert');
  if (alert === undefined) throw new Error('nothing is said');
  await user.click(within(alert).getByText('Details'));
  const numbers = /naa\.5000|4F2A|77A1/;
  expect(alert.textContent).toContain('The spare belongs to another disk: ••••.');
  expect(alert.textContent).not.toMatch(numbers);
  await user.click(screen.getByRole('button', { name: 'Show serial numbers and file names' }));
  expect(alert.textContent.match(new RegExp(numbers, 'g'))).toHaveLength(3);
});
