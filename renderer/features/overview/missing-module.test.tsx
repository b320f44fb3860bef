import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { appError } from '../../../app/errors.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { renderApp } from '../../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

/** The overview of a machine without the module. */
function open(offered: boolean, secureBoot: 'on' | 'off' = 'off') {
  const bridge = new BridgeDouble({ mapped: 3, pending: 1 });
  bridge.answer('module.offer', () => ({ offered }));
  bridge.changeConnection('lab', (lab) => {
    if (lab.machine === null) return;
    lab.machine.module = { state: 'missing', targetVersion: null };
    lab.machine.secureBoot = secureBoot;
    lab.machine.problems = [{ sentence: 'The module is missing.', remedy: 'Install it.', blocking: true }];
  });
  const app = renderApp(bridge, { at: 'overview', connection: 'lab' });
  close = app.close;
  const installs = (): unknown[] => bridge.calls.filter(({ name }) => name === 'module.install');
  return { ...app, bridge, installs };
}

const panel = () => screen.findByRole('region', { name: 'Install the kernel module' });
const install = { name: 'Install the kernel module' };

describe('a machine without the kernel module', () => {
  it('says what will happen, then installs the package and says that it is under way', async () => {
    const { user, bridge, installs } = open(true);
    const shown = await panel();
    expect(shown.textContent).toContain('You are asked for an administrator’s password.');
    expect(shown.textContent).toContain('dm-remap-dkms');
    expect(shown.textContent).toContain('Nothing on your disks is changed.');
    expect(shown.textContent).not.toContain('Secure Boot');
    expect(screen.queryByText('How to build the kernel module')).toBeNull();
    expect(installs()).toEqual([]);
    const done = Promise.withResolvers<Record<string, never>>();
    bridge.answer('module.install', () => done.promise);
    await user.click(within(shown).getByRole('button', install));
    expect(within(shown).getByRole('status').textContent).toContain('Installing.');
    expect(installs()).toHaveLength(1);
    expect((await axe.run(shown, { rules: { 'color-contrast': { enabled: false } } })).violations).toEqual([]);
    bridge.changeConnection('lab', (lab) => {
      if (lab.machine === null) return;
      lab.machine.module = { state: 'installed', targetVersion: null };
      lab.machine.problems = [];
    });
    done.resolve({});
    await waitFor(() => expect(screen.queryByRole('region', install)).toBeNull());
  });

  it('says why it could not be installed, and can be tried again', async () => {
    const { user, bridge, installs } = open(true, 'on');
    const shown = await panel();
    expect(shown.textContent).toContain('Secure Boot is on');
    bridge.answer('module.install', () => {
      throw appError('module-missing', 'No module was built.', 'Install the headers.', 'dkms: no headers');
    });
    await user.click(within(shown).getByRole('button', install));
    expect((await within(shown).findByRole('alert')).textContent).toContain('Install the headers.');
    await user.click(within(shown).getByRole('button', install));
    expect(installs()).toHaveLength(2);
  });

  it('tells how to build it where no package is offered, and offers nothing that cannot work', async () => {
    open(false);
    expect(await screen.findByText('How to build the kernel module')).toBeTruthy();
    expect(screen.queryByRole('button', install)).toBeNull();
  });
});
