import { screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { TargetEvent } from '../../../app/domain/target.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET, SCENE_TIME } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

function numbered(first: number, count: number): TargetEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    number: first + index,
    milliseconds: SCENE_TIME,
    type: 'soft',
    block: first + index,
    spareBlock: null,
    detail: null,
  }));
}

/** The events tab of a device whose spare has these events, of which the newest five are told from the start. */
async function open(ring: readonly TargetEvent[]) {
  const bridge = new BridgeDouble();
  bridge.changeConnection('lab', ({ targets: [target] }) => {
    if (target !== undefined) target.events = ring.slice(-5);
  });
  bridge.answer('target.events', ({ before, max }) => ({
    events: ring.filter(({ number }) => number < before).slice(-max),
  }));
  const app = renderApp(bridge, { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'events' });
  close = app.close;
  const table = await screen.findByRole('table', { name: 'Events' });
  const numbers = (): number[] =>
    within(table)
      .getAllByText(/^\d+ soft/)
      .map(({ textContent }) => Number.parseInt(textContent, 10));
  const showOlder = async (): Promise<void> => {
    const before = numbers().length;
    await app.user.click(screen.getByRole('button', { name: 'Show older events' }));
    await vi.waitFor(() => expect(numbers().length).toBeGreaterThan(before));
  };
  return { numbers, showOlder };
}

describe('older events', () => {
  it('are shown over a crash, after which their numbers went on far above, down to the beginning', async () => {
    const ring = [...numbered(1, 203), ...numbered(65_700, 7)];
    const { numbers, showOlder } = await open(ring);
    expect(numbers()).toEqual([65_706, 65_705, 65_704, 65_703, 65_702]);
    await showOlder();
    expect(numbers().slice(5, 8)).toEqual([65_701, 65_700, 203]);
    expect(screen.queryByText('The spare has no older events.')).toBeNull();
    await showOlder();
    expect(numbers()).toEqual(ring.map(({ number }) => number).reverse());
    expect(screen.getByText('This is the beginning.')).toBeTruthy();
  });

  it('that the spare has no more are said to be missing, no more than that', async () => {
    const { numbers, showOlder } = await open([...numbered(40, 3), ...numbered(65_700, 7)]);
    await showOlder();
    expect(numbers().at(-1)).toBe(40);
    expect(screen.getByText('The spare has no older events.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Show older events' })).toBeNull();
  });
});
