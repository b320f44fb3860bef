import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { defaultSettings } from '../../../app/domain/settings.ts';
import { FakeHelper, fakeConnector, silentLog } from '../../../tests/doubles/helper.ts';
import { memoryHistory } from '../../../tests/doubles/history.ts';
import { SCENE_TARGET } from '../../../tests/doubles/scene.ts';
import { View } from '../../../tests/doubles/view.ts';
import { Broker } from '../broker.ts';

const local = { connection: 'local' } as const;
let helper: FakeHelper;
let broker: Broker;
let view: View;

beforeEach(() => {
  helper = new FakeHelper(0, 0);
});

afterEach(() => broker.close());

/** Opens a pair of whose spare so many percent are free, and that is set to call that low at `lowSparePercent`. */
async function open(freePercent: number, lowSparePercent: number): Promise<void> {
  helper.targets = helper.targets.map((one) => ({
    ...one,
    settings: { ...defaultSettings, lowSparePercent },
    status: { ...one.status, spareTotal: 1_000, spareUsed: 1_000 - freePercent * 10, spareBad: 0 },
  }));
  broker = new Broker({
    host: 'web',
    version: '0.1.0',
    connectors: [fakeConnector(helper)],
    log: silentLog,
    openHistory: () => memoryHistory(),
  });
  view = await View.of(broker, 'local');
  await view.call('connection.open', local);
}

const spareAlerts = () => view.connection.alerts.open.filter(({ rule }) => rule === 'spare');

it.each([
  [41, 40, false],
  [40, 40, true],
  [11, 10, false],
  [3, 2, false],
  [2, 2, true],
])('with %i percent of the spare free, where %i is low, there is an alert: %s', async (free, low, alerted) => {
  await open(free, low);
  await vi.waitFor(() => expect(view.connection.targets).toHaveLength(1));
  expect(spareAlerts().some(({ over }) => !over)).toBe(alerted);
});

it('takes what is set here for the next status, and what was set elsewhere from the next list', async () => {
  await open(30, 10);
  await view.call('target.set', { ...local, name: SCENE_TARGET, settings: { lowSparePercent: 100 } });
  helper.move(7);
  await vi.waitFor(() => expect(spareAlerts()).toMatchObject([{ value: 1, over: false }]));
  helper.targets = helper.targets.map((one) => ({ ...one, settings: { ...one.settings, lowSparePercent: 20 } }));
  helper.tellTargets();
  await vi.waitFor(() => expect(spareAlerts()).toMatchObject([{ over: true }]));
});
