import { screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';
import { asText } from './KernelSaid.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

function at(path: Parameters<typeof renderApp>[1], bridge = new BridgeDouble({ mapped: 30, pending: 3 })) {
  const app = renderApp(bridge, path);
  close = app.close;
  return { ...app, bridge };
}

const events = { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'events' } as const;
const stick = { at: 'disk', connection: 'lab', devno: '8:16' } as const;

describe('what the kernel said', () => {
  it('stands behind a fold beside the events, newest first, of each disk for itself', async () => {
    const { user } = at(events);
    const fold = await screen.findByRole('button', { name: /said of the main disk \(5 lines, 1 of trouble\)/ });
    expect(screen.queryByText(/critical medium error/)).toBeNull();
    await user.click(fold);
    const lines = screen.getByRole('region', { name: 'What the kernel said of the main disk' });
    const rows = within(lines).getAllByRole('row').slice(1);
    expect(rows[0]?.textContent).toContain('Errorblk_update_request: critical medium error, dev sda, sector 3407872');
    expect(rows.at(-1)?.textContent).toContain('512-byte logical blocks');
    expect(within(lines).queryByText(/usb 1-2/)).toBeNull();
    expect((await axe.run(lines, { rules: { 'color-contrast': { enabled: false } } })).violations).toEqual([]);
  });

  it('hides serial numbers unless the eye is open, also in what is copied', async () => {
    const { user } = at(stick);
    await user.click(await screen.findByRole('button', { name: /What the kernel said \(3 lines/ }));
    expect(screen.getByText('usb 1-2: SerialNumber: ••••')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Copy as text' }));
    const text = await navigator.clipboard.readText();
    expect(text).toContain('info: usb 1-2: SerialNumber: ••••\n');
    expect(text).not.toContain('4C530001230915117F2A');
    await user.click(screen.getByRole('button', { name: 'Show serial numbers and file names' }));
    expect(screen.getByText('usb 1-2: SerialNumber: 4C530001230915117F2A')).toBeTruthy();
  });

  it('comes as it is said, and is only ever text', async () => {
    const { bridge, user } = at(stick);
    await user.click(await screen.findByRole('button', { name: /3 lines/ }));
    const text = 'usb 1-2: Product: <img src=x onerror=alert(1)>';
    bridge.changeConnection('lab', ({ kernel }) => {
      kernel.said['8:16']?.push({ milliseconds: 1_790_000_000_000, level: 'err', text });
    });
    expect(await screen.findByText(text)).toBeTruthy();
    expect(screen.getByRole('button', { name: /4 lines, 1 of trouble/ })).toBeTruthy();
    expect(document.querySelector('.kernel-lines img')).toBeNull();
  });

  it('says plainly that the log may not be read, once', async () => {
    const bridge = new BridgeDouble({ mapped: 30, pending: 3 });
    bridge.changeConnection('lab', ({ kernel }) => {
      kernel.log = { state: 'refused', detail: '/dev/kmsg: EPERM' };
    });
    at(events, bridge);
    expect(await screen.findAllByText('The helper may not read the kernel’s log.')).toHaveLength(1);
    expect(screen.queryByRole('button', { name: /kernel said/ })).toBeNull();
  });

  it('says that there is nothing', async () => {
    at({ at: 'disk', connection: 'lab', devno: '8:32' });
    expect(await screen.findByText(/What the kernel said: nothing that its log still holds/)).toBeTruthy();
  });
});

it('a copied line says when, how grave and what', () => {
  const message = { milliseconds: Date.UTC(2026, 0, 2, 3, 4, 5), level: 'err', text: 'sda: x' } as const;
  expect(asText([message])).toBe('2026-01-02T03:04:05.000Z err: sda: x\n');
});
