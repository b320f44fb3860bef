import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import { renderApp } from '../../testing/render.tsx';

vi.setConfig({ testTimeout: 60_000 });

let close: () => void = () => undefined;
afterEach(() => close());

const device = { at: 'device', connection: 'lab', name: SCENE_TARGET, tab: 'remaps' } as const;

/** A pair that moved blocks and is well otherwise, shown on the overview or on its page. */
async function open(route: Parameters<typeof renderApp>[1]) {
  const bridge = new BridgeDouble({ mapped: 4, pending: 0 });
  const change = (recipe: (lab: Connection) => void): void => bridge.changeConnection('lab', recipe);
  change(({ targets }) => {
    for (const { status } of targets) status.partial = 0;
  });
  close = renderApp(bridge, route).close;
  const rail = within(await screen.findByRole('navigation', { name: 'Connections and disks' }));
  expect(await rail.findByRole('link', { name: /^weak-disk, .*, Protected$/ })).toBeTruthy();
  return { change, rail };
}

const fails = (devno: string) => (lab: Connection) => {
  const health = lab.smart['8:0']?.health;
  const view = lab.smart[devno];
  if (view !== undefined && health !== null && health !== undefined) view.health = { ...health, verdict: 'failed' };
};
const gone = (devno: string) => (lab: Connection) => {
  lab.devices = lab.devices.filter((one) => one.devno !== devno);
};

const troubles: readonly (readonly [string, (lab: Connection) => void, string, RegExp])[] = [
  ['the main disk is gone', gone('8:0'), 'Main disk missing', /^The main disk is no longer seen: only 4 blocks on/],
  [
    'the spare is gone',
    gone('8:16'),
    'Spare missing',
    /^The spare is no longer seen: 4 blocks on it cannot be reached/,
  ],
  ['main says that it fails', fails('8:0'), 'Main drive failing', /but the main drive says that it is failing\.$/],
  [
    'the spare says that it fails',
    fails('8:16'),
    'Spare drive failing',
    /but the spare drive says that it is failing\.$/,
  ],
  [
    'main said so when it was last read',
    ({ smart, alerts, targets }) => {
      const view = smart['8:0'];
      if (view !== undefined) view.health = null;
      alerts.ownWords = [{ subject: targets[0]?.device.uuid ?? '', rule: 'main-failed', failed: true }];
    },
    'Main drive failing',
    /but the main drive said that it is failing when it was last read\.$/,
  ],
  [
    'the records lose a copy',
    ({ targets }) => {
      for (const { status } of targets) status.metadataGood = 1;
    },
    'Records damaged',
    /^Protected for now, but the spare could not keep every copy of its records/,
  ],
];

describe('a pair in trouble of which its status says nothing', () => {
  it.each(troubles)(
    'is not shown as protected on its card and in the rail: %s',
    async (_, trouble, short, sentence) => {
      const { change, rail } = await open({ at: 'overview', connection: 'lab' });
      change(trouble);
      const card = within(screen.getByRole('article', { name: SCENE_TARGET }));
      expect(await card.findByRole('link', { name: sentence })).toBeTruthy();
      expect(rail.getByRole('link', { name: new RegExp(`^weak-disk, .*, ${short}$`) })).toBeTruthy();
    },
  );

  it.each(troubles)('is not shown as protected on its page: %s', async (_, trouble, _short, sentence) => {
    const { change } = await open(device);
    change(trouble);
    const verdict = within(await screen.findByRole('region', { name: 'Verdict' }));
    expect(await verdict.findByRole('heading', { name: sentence })).toBeTruthy();
  });
});

it('while no disks are known none is missing', async () => {
  const { change, rail } = await open(device);
  change((lab) => {
    lab.devices = [];
  });
  await waitFor(() => expect(rail.queryByText('Disks')).toBeNull());
  expect(rail.getByRole('link', { name: /^weak-disk, .*, Protected$/ })).toBeTruthy();
});

it('the gauge calls the spare low where the pair is set to', async () => {
  const { change, rail } = await open(device);
  const details = await screen.findByRole('complementary', { name: 'Details' });
  expect(details.textContent).not.toContain('This is low.');
  change(({ targets }) => {
    for (const { device: one, status } of targets) {
      status.spareUsed = Math.ceil(status.spareTotal * 0.7);
      one.settings.lowSparePercent = 30;
    }
  });
  await waitFor(() => expect(details.textContent).toContain('This is low.'));
  expect(rail.getByRole('link', { name: /^weak-disk, .*, Spare low$/ })).toBeTruthy();
});
