import { screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { appError } from '../../../app/errors.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

async function open(bridge: BridgeDouble) {
  const app = renderApp(bridge, { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'settings' });
  close = app.close;
  const title = await screen.findByRole('heading', { name: 'Scan, and moves ahead of errors' });
  const around = title.closest<HTMLElement>('.setting');
  if (around === null) throw new Error('the title stands alone');
  const part = within(around);
  const field = (name: string): HTMLInputElement => part.getByRole('textbox', { name });
  const save = part.getByRole('button', { name: 'Save' });
  const type = async (name: string, text: string): Promise<void> => {
    await app.user.clear(field(name));
    if (text !== '') await app.user.type(field(name), text);
  };
  return { ...app, part, field, save, type };
}

const asked = (bridge: BridgeDouble): unknown[] =>
  bridge.calls.filter(({ name }) => name === 'target.set').map(({ params }) => params);

describe('how a pair scans and moves', () => {
  it('is shown in usual units, and only what was changed is set', async () => {
    const bridge = new BridgeDouble({ mapped: 3, pending: 0 });
    const { field, save, type, user, part } = await open(bridge);
    expect(field('Scan at most').value).toBe('32 MiB/s');
    expect(field('Scan again after').value).toBe('7 days');
    expect(save).toHaveProperty('disabled', true);

    await type('Scan again after', '0.5');
    await type('Scan at most', '8');
    await user.click(save);
    expect(asked(bridge)).toEqual([
      { connection: 'lab', name: SCENE_TARGET, settings: { scanRateKib: 8192, scanIntervalSeconds: 43_200 } },
    ]);
    expect((await part.findByRole('status')).textContent).toBe('Saved.');
    expect(field('Scan at most').value).toBe('8 MiB/s');
    expect(save).toHaveProperty('disabled', true);

    await user.click(part.getByRole('button', { name: 'Usual values' }));
    expect(part.queryByRole('status')).toBeNull();
    await user.click(save);
    expect(asked(bridge).at(-1)).toMatchObject({ settings: { scanRateKib: 32_768, scanIntervalSeconds: 604_800 } });
  });

  it('is said to be kept only where it can be', async () => {
    const bridge = new BridgeDouble({ mapped: 3, pending: 0 });
    const { part } = await open(bridge);
    expect(part.getByText(/also when it is stopped and started again here/)).toBeTruthy();
    bridge.changeConnection('lab', (lab) => {
      lab.history.error = { code: 'history-unavailable', sentence: 'The disk is full.', remedy: 'Make room.' };
    });
    expect(await part.findByText(/nothing is kept for the next time/)).toBeTruthy();
  });

  it('is not set while a field is empty, and a refusal is told', async () => {
    const bridge = new BridgeDouble({ mapped: 3, pending: 0 });
    bridge.answer('target.set', () => Promise.reject(appError('target-refused', 'Refused.', 'Look.')));
    const { save, type, user, part, field } = await open(bridge);
    await type('The spare is low at', '');
    expect(save).toHaveProperty('disabled', true);
    expect(part.getByText('A number from 0 to 100')).toBeTruthy();
    await type('The spare is low at', '50');
    expect(part.queryByText('A number from 0 to 100')).toBeNull();
    await user.click(save);
    expect(await part.findByText(/Refused\./)).toBeTruthy();
    expect(field('The spare is low at').value).toBe('50 % free');
  });
});
