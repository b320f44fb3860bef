import { screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { appError } from '../../../app/errors.ts';
import type { HistoryAnswer } from '../../../app/history/schema.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET, SCENE_TIME } from '../../../tests/doubles/scene.ts';
import type { Route } from '../../app/router.ts';
import { renderApp } from '../../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

const page: Route = { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'history' };
const nothing: HistoryAnswer = {
  kept: null,
  points: [],
  events: [],
  eventsLeftOut: 0,
  eventsLost: 0,
  clockSetBack: [],
};
const DAY_MS = 86_400_000;

function open(bridge: BridgeDouble) {
  const app = renderApp(bridge, page);
  close = app.close;
  return app;
}

function asked(bridge: BridgeDouble): unknown[] {
  return bridge.calls.filter(({ name }) => name === 'history.samples').map(({ params }) => params);
}

describe('history', () => {
  it('asks for the range that is chosen, and for all from the oldest reading on', async () => {
    const bridge = new BridgeDouble();
    const { user } = open(bridge);
    await screen.findByRole('figure', { name: 'Blocks moved to the spare' });
    expect(asked(bridge).at(-1)).toMatchObject({ from: SCENE_TIME - 7 * DAY_MS, to: SCENE_TIME, points: 240 });
    await user.click(screen.getByRole('radio', { name: 'Day' }));
    await vi.waitFor(() => expect(asked(bridge).at(-1)).toMatchObject({ from: SCENE_TIME - DAY_MS }));
    await user.click(screen.getByRole('radio', { name: 'All' }));
    await vi.waitFor(() =>
      expect(asked(bridge).slice(-2)).toMatchObject([
        { from: 0, points: 1 },
        { from: SCENE_TIME - 60 * DAY_MS - 1_740_000, points: 240 },
      ]),
    );
    expect(await screen.findByText(/Hatched: nothing was read/)).toBeTruthy();
  });

  it('compares two dates figure by figure', async () => {
    const bridge = new BridgeDouble();
    const { user } = open(bridge);
    const section = await screen.findByRole('region', { name: 'Two dates compared' });
    const row = await within(section).findByRole('row', { name: /^Blocks moved 827 1,200 \+373$/ });
    expect(row).toBeTruthy();
    const first = within(section).getByLabelText('First date');
    await user.clear(first);
    await user.type(first, '2020-01-01T00:00');
    expect(await within(section).findByText('No reading that old')).toBeTruthy();
    expect(within(section).getByRole('row', { name: /^Blocks moved – 1,200 –$/ })).toBeTruthy();
  });

  it('shows no figures beside a date that was cleared', async () => {
    const { user } = open(new BridgeDouble());
    const section = await screen.findByRole('region', { name: 'Two dates compared' });
    await within(section).findByRole('row', { name: /^Blocks moved 827 1,200 \+373$/ });
    await user.clear(within(section).getByLabelText('First date'));
    expect(await within(section).findByText('Choose a date')).toBeTruthy();
    expect(within(section).getByRole('row', { name: /^Blocks moved – 1,200 –$/ })).toBeTruthy();
  });

  it('shows what the main drive counted, and compares it', async () => {
    open(new BridgeDouble());
    const counted = await screen.findByRole('region', { name: 'What the main drive counted' });
    const figures = within(counted).getAllByRole('figure');
    expect(figures.map((figure) => figure.getAttribute('aria-label'))).toEqual([
      'Sectors that the drive replaced',
      'Sectors that the drive could not read',
      'Errors that the drive did not correct',
      'Transfer errors (the cable)',
    ]);
    expect(figures[0]?.textContent).toContain('24');
    const section = screen.getByRole('region', { name: 'Two dates compared' });
    expect(await within(section).findByRole('row', { name: /^Main drive: sectors replaced 9 24 \+15$/ })).toBeTruthy();
    expect(within(section).getByRole('row', { name: /^Main drive: transfer errors 2 2 no change$/ })).toBeTruthy();
    expect(within(section).queryByRole('row', { name: /media errors/ })).toBeNull();
  });

  it('of a disk that is not protected is that of its counters', async () => {
    const bridge = new BridgeDouble();
    bridge.answer('history.counters', () => ({
      counters: [{ name: 'media_errors', changes: [{ milliseconds: SCENE_TIME - DAY_MS, value: 3 }] }],
    }));
    close = renderApp(bridge, { at: 'disk', connection: 'lab', devno: '8:32' }).close;
    const counted = await screen.findByRole('region', { name: 'What the drive counted' });
    expect(within(counted).getByRole('figure', { name: 'Errors that the drive did not correct' })).toBeTruthy();
    close();
    bridge.answer('history.counters', () => ({ counters: [] }));
    close = renderApp(bridge, { at: 'disk', connection: 'lab', devno: '8:32' }).close;
    await screen.findByRole('region', { name: 'Forecast of the drive' });
    expect(screen.queryByRole('region', { name: 'What the drive counted' })).toBeNull();
  });

  it('says that there is none yet, and offers all where only this range has none', async () => {
    const bridge = new BridgeDouble();
    bridge.answer('history.samples', () => nothing);
    open(bridge);
    expect(await screen.findByText('There is no history yet')).toBeTruthy();
    close();
    bridge.answer('history.samples', ({ from }) =>
      from === 0 ? { ...nothing, kept: { from: 5, to: 6 } } : { ...nothing, kept: { from: 5, to: 6 } },
    );
    const { user } = open(bridge);
    expect(await screen.findByText('Nothing was read in this time')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Show all' }));
    await vi.waitFor(() => expect(asked(bridge).at(-1)).toMatchObject({ from: 5 }));
  });

  it('says what is wrong with it: not kept, damaged, lost events, a clock that was set back', async () => {
    const bridge = new BridgeDouble();
    bridge.changeConnection('lab', (lab) => {
      const error = appError('history-unavailable', 'There is no room left for the history.', 'Free some space.').data;
      lab.history = { error, setAside: { milliseconds: SCENE_TIME, file: 'history.db.damaged-2026' } };
    });
    bridge.answer('history.samples', () => ({
      ...nothing,
      kept: { from: 1, to: SCENE_TIME },
      points: [],
      eventsLost: 4,
      clockSetBack: [{ at: SCENE_TIME, by: 7_200_000 }],
    }));
    open(bridge);
    expect(await screen.findByText('There is no room left for the history.')).toBeTruthy();
    expect(screen.getByText('history.db.damaged-2026')).toBeTruthy();
    close();
    const second = new BridgeDouble();
    const answer = await second.call('history.samples', {
      connection: 'lab',
      device: 'x',
      from: SCENE_TIME - DAY_MS,
      to: SCENE_TIME,
      points: 10,
    });
    second.answer('history.samples', () => ({
      ...answer,
      eventsLost: 4,
      clockSetBack: [{ at: SCENE_TIME, by: 7_200_000 }],
    }));
    open(second);
    expect(await screen.findByText(/4 events had been dropped from the spare/)).toBeTruthy();
    expect(screen.getByText(/clock was set back by 2 hours/)).toBeTruthy();
  });

  it('can be asked again when it could not be read', async () => {
    const bridge = new BridgeDouble();
    bridge.answer('history.samples', () => {
      throw appError('timeout', 'It did not answer in time.', 'Try again.');
    });
    const { user } = open(bridge);
    await screen.findByText('It did not answer in time.');
    bridge.answer('history.samples', () => nothing);
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('There is no history yet')).toBeTruthy();
    expect(screen.queryByText('It did not answer in time.')).toBeNull();
  });
});
