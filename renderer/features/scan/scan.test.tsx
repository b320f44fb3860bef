import { screen, within } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { appError } from '../../../app/errors.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';
import { ASK_AGAIN_MS } from './use-scan-doing.ts';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

/** The device page while the scan is in a state, and the panel on it. */
async function open(scanState: 'idle' | 'running' | 'paused' | 'off', scanBlock = 0) {
  const bridge = new BridgeDouble({ mapped: 30, pending: 3 });
  bridge.changeConnection('lab', (lab) => {
    const target = lab.targets[0];
    if (target === undefined) return;
    target.status = { ...target.status, scanState, scanBlock, scanPasses: 2 };
    // How long it may still take is judged by when it began; nobody tells here.
    target.events = target.events.filter(({ type }) => type !== 'scan_start');
  });
  const app = renderApp(bridge, { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'remaps' });
  close = app.close;
  const panel = await screen.findByRole('region', { name: 'Scan' });
  const asked = (): unknown[] =>
    bridge.calls.flatMap(({ name, params }) => (name === 'target.scan' ? [(params as { action: string }).action] : []));
  return { ...app, bridge, panel, asked };
}

describe('the scan of a device', () => {
  it('can be begun where none is under way', async () => {
    const { user, panel, asked } = await open('idle');
    expect(panel.textContent).toContain('The whole disk was read 2 times.');
    expect(within(panel).queryByRole('progressbar')).toBeNull();
    await user.click(within(panel).getByRole('button', { name: 'Scan now' }));
    expect(asked()).toEqual(['start']);
  });

  it('shows how far it is, and can be held and ended', async () => {
    const { user, panel, asked } = await open('running', 32_768);
    expect(within(panel).getByRole('progressbar').getAttribute('aria-valuenow')).toMatch(/^\d+$/);
    await user.click(within(panel).getByRole('button', { name: 'Pause' }));
    await user.click(within(panel).getByRole('button', { name: 'Stop' }));
    expect(asked()).toEqual(['pause', 'stop']);
    expect((await axe.run(panel, { rules: { 'color-contrast': { enabled: false } } })).violations).toEqual([]);
  });

  it('says what it is doing now, and asks again while it is shown', async () => {
    const { panel, bridge, close } = await open('running', 32_768);
    expect(await within(panel).findByText('Reading block 750,000')).toBeTruthy();
    bridge.answer('target.scanDoing', () => ({ doing: { what: 'retrying', block: 99, milliseconds: 12_000 } }));
    expect(await within(panel).findByText('Retrying block 99, 12 s', {}, { timeout: 10 * ASK_AGAIN_MS })).toBeTruthy();
    bridge.answer('target.scanDoing', () => {
      throw appError('timeout', 'It does not answer.', 'Wait.');
    });
    const unknown = 'Reading the disk, block 32,768 next';
    expect(await within(panel).findByText(unknown, {}, { timeout: 10 * ASK_AGAIN_MS })).toBeTruthy();
    const asked = (): number => bridge.calls.filter(({ name }) => name === 'target.scanDoing').length;
    close();
    const before = asked();
    await new Promise((resolve) => setTimeout(resolve, 2 * ASK_AGAIN_MS));
    expect(asked()).toBe(before);
  });

  it('asks nothing while none runs', async () => {
    const { panel, bridge } = await open('paused', 32_768);
    expect(panel.textContent).toContain('Next: block 32,768.');
    expect(bridge.calls.map(({ name }) => name)).not.toContain('target.scanDoing');
  });

  it('can be of the blocks that are looked at', async () => {
    const { user, bridge } = await open('idle');
    const block = bridge.rows[0]?.block ?? 0;
    const show = `Show block ${block.toLocaleString('en-US')} in the heatmap`;
    await user.click(await screen.findByRole('button', { name: show }));
    await user.click(await screen.findByRole('button', { name: 'Scan this block' }));
    expect(bridge.calls.find(({ name }) => name === 'target.scan')?.params).toMatchObject({
      action: 'start',
      range: { firstBlock: block, blockCount: 1 },
    });
  });

  it('can not be of blocks while another one is under way, and says so', async () => {
    const { user, bridge } = await open('running', 32_768);
    const show = `Show block ${(bridge.rows[0]?.block ?? 0).toLocaleString('en-US')} in the heatmap`;
    await user.click(await screen.findByRole('button', { name: show }));
    const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Scan this block' });
    expect(button.disabled).toBe(true);
    expect(await screen.findByText(/^Another scan is under way, [\d.]+ % of it done\./)).toBeTruthy();
  });

  it('goes on when it is held, and tells why it cannot', async () => {
    const { user, panel, bridge, asked } = await open('paused');
    expect(panel.textContent).toContain('Held until you go on.');
    bridge.answer('target.scan', () => {
      throw appError('target-refused', 'The protection refused it.', 'Try again.', 'EINVAL');
    });
    await user.click(within(panel).getByRole('button', { name: 'Go on' }));
    expect(asked()).toEqual(['resume']);
    expect(await within(panel).findByText('Try again.')).toBeTruthy();
  });

  it('says where it does not begin by itself', async () => {
    const { panel } = await open('off');
    expect(panel.textContent).toContain('It does not begin by itself.');
  });
});
