import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { packHealth } from '../../../app/bridge/health-pack.ts';
import type { HealthCell } from '../../../app/domain/target.ts';
import { appError } from '../../../app/errors.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import type { Route } from '../../app/router.ts';
import { openPrefs } from '../../store/prefs.ts';
import { renderApp } from '../../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

const device: Route = { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'events' };

async function open(bridge: BridgeDouble) {
  const app = renderApp(bridge, device);
  close = app.close;
  const heatmap = await screen.findByRole('region', { name: 'Heatmap' });
  const legend = within(heatmap).getByRole('group', { name: /^Legend/ });
  const entries = (): string[] =>
    within(legend)
      .getAllByRole('button')
      .map(({ textContent }) => textContent);
  const layer = (name: string) => within(heatmap).getByRole('radio', { name });
  return { ...app, heatmap, legend, entries, layer };
}

const BLOCKS = 8192;
const READ: Omit<HealthCell, 'cell' | 'scannedBlocks'> = {
  mapped: 0,
  pending: 0,
  soft: 0,
  slow: 0,
  averageLatencyUs: 4000,
  worstLatencyUs: 60_000,
  risk: 0,
  confidence: 80,
};

/** A disk of which the first half was read, with one pending block at 100 and a region of `odd` cells from 1024 to 1151. */
function halfRead(odd: Partial<HealthCell>): BridgeDouble {
  const bridge = new BridgeDouble({ blocks: BLOCKS, mapped: 0, pending: 0 });
  bridge.answer('target.health', ({ firstBlock, blockCount, cells }) => ({
    cells: packHealth(
      Array.from({ length: cells }, (_, cell) => {
        const per = blockCount / cells;
        const first = firstBlock + cell * per;
        const holds = (from: number, to: number): boolean => first < to && first + per > from;
        return {
          ...READ,
          cell,
          scannedBlocks: Math.max(0, Math.min(per, BLOCKS / 2 - first)),
          pending: holds(100, 101) ? 1 : 0,
          ...(holds(1024, 1152) ? odd : {}),
        };
      }).filter(({ scannedBlocks }) => scannedBlocks > 0),
    ),
  }));
  return bridge;
}

describe('the layers of the heatmap', () => {
  it('are chosen by keyboard, remembered, and keep bad and unread blocks in the legend', async () => {
    const { user, entries, layer } = await open(halfRead({ averageLatencyUs: 200_000 }));
    await waitFor(() => expect(entries()).toContain('Cannot be read 1'));
    expect(entries()).toContain('Not read yet 4,096');
    layer('State').focus();
    await user.keyboard('{ArrowRight}');
    await waitFor(() => expect(entries()).toContain('150–500 ms 128'));
    // The cell of four blocks that holds the pending one counts in no class.
    expect(entries()).toEqual(expect.arrayContaining(['Cannot be read 1', 'Not read yet 4,096', 'Moved 0', 'Weak 0']));
    expect(openPrefs(window.localStorage).getState().heatLayer).toBe('speed');
    await user.click(layer('Risk'));
    expect(entries()).toEqual(expect.arrayContaining(['Cannot be read 1', 'Not read yet 4,096']));
    await user.click(layer('Last read'));
    expect(entries()).toEqual(expect.arrayContaining(['Cannot be read 1', 'Not read yet 4,096']));
  });

  it('classes of speed are those that were chosen, of the time that was chosen, with the size they are of', async () => {
    const { user, heatmap, entries, layer } = await open(halfRead({}));
    await user.click(layer('Speed'));
    expect(
      within(heatmap).getByText(/1 read = up to 128 KiB, 1 block = 4 KiB\. A class means nothing without/),
    ).toBeTruthy();
    await waitFor(() => expect(entries()).toContain('3–10 ms 4,092'));
    await user.selectOptions(within(heatmap).getByRole('combobox', { name: 'Classes of read time' }), 'victoria');
    expect(entries()).toContain('under 5 ms 4,092');
    await user.selectOptions(within(heatmap).getByRole('combobox', { name: 'Time that counts' }), 'worst');
    expect(entries()).toContain('50–200 ms 4,092');
  });

  it('compares with the neighbourhood once that was measured', async () => {
    const { user, heatmap, entries, layer } = await open(halfRead({ averageLatencyUs: 9000 }));
    await user.click(layer('Speed'));
    await user.selectOptions(within(heatmap).getByRole('combobox', { name: 'Classes of read time' }), 'neighbourhood');
    await waitFor(() => expect(entries()).toContain('2–4 × 128'));
    expect(entries()).toContain('under 1.25 × 3,964');
  });

  it('walks a class that was picked, and says when there is no further block of it', async () => {
    const { user, heatmap, legend, layer } = await open(halfRead({ risk: 45, confidence: 10 }));
    await user.click(layer('Risk'));
    await user.click(await within(legend).findByRole('button', { name: '40–59 128' }));
    within(heatmap).getByRole('application').focus();
    await user.keyboard('n');
    expect(await within(heatmap).findByText('block 1,024')).toBeTruthy();
    const details = screen.getByRole('complementary', { name: 'Details' });
    expect(await within(details).findByText('45 of 100, confidence 10')).toBeTruthy();
    await user.keyboard('{End}p');
    expect(await within(heatmap).findByText('block 1,151')).toBeTruthy();
    await user.keyboard('n');
    expect(await within(heatmap).findByText('There is no further block that is “40–59”.')).toBeTruthy();
  });

  it('tells when blocks were read, or why that is not known', async () => {
    const bridge = halfRead({});
    const { user, heatmap, entries, layer } = await open(bridge);
    await user.click(layer('Last read'));
    await waitFor(() => expect(entries().find((text) => text.startsWith('within a day'))).toMatch(/ [1-9][\d,]*$/));
    close();

    const deaf = halfRead({});
    deaf.answer('target.readTimes', () => {
      throw appError('regions-unavailable', 'The debug file system is not mounted.', 'Mount it.');
    });
    const other = await open(deaf);
    await other.user.click(other.layer('Last read'));
    expect(await within(other.heatmap).findByText('The debug file system is not mounted.')).toBeTruthy();
    expect(within(other.legend).getByText('Not known').textContent).toBe('Not known 4,092');
    expect(other.entries()).toContain('within a day 0');
    expect(heatmap.isConnected).toBe(false);
  });

  it('lists the worse classes in the table, and tells all in the summary', async () => {
    const { user, heatmap, layer } = await open(halfRead({ averageLatencyUs: 200_000 }));
    await user.click(layer('Speed'));
    await user.click(within(heatmap).getByRole('button', { name: 'Show as a table' }));
    const table = within(heatmap).getByRole('table');
    expect(within(table).getByRole('columnheader', { name: 'Read time' })).toBeTruthy();
    await waitFor(() => expect(within(table).getAllByRole('cell', { name: '200 ms' }).length).toBeGreaterThan(0));
    expect(within(table).queryByRole('cell', { name: '1,000 ms' })).toBeNull();
    expect(within(heatmap).getByText(/Speed: 3–10 ms: 3,964 blocks, 150–500 ms: 128 blocks\.$/)).toBeTruthy();
  });

  it('hatches the forecast only where that is wanted', async () => {
    const { user, heatmap, entries } = await open(new BridgeDouble());
    await waitFor(() => expect(entries().some((text) => text.startsWith('Predicted'))).toBe(true));
    await user.click(within(heatmap).getByRole('checkbox', { name: 'Forecast' }));
    expect(entries().some((text) => text.startsWith('Predicted'))).toBe(false);
    expect(openPrefs(window.localStorage).getState().heatForecast).toBe(false);
  });
});
