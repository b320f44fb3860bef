import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Connection } from '../../app/bridge/snapshot.ts';
import type { Intent } from '../../app/domain/plan.ts';
import { defaultSettings } from '../../app/domain/settings.ts';
import { appError } from '../../app/errors.ts';
import { FakeHelper, fakeConnector, silentLog } from '../../tests/doubles/helper.ts';
import { memoryHistory, reading, SOME_PAIR } from '../../tests/doubles/history.ts';
import { sceneDevices, sceneSnapshot, SCENE_TARGET } from '../../tests/doubles/scene.ts';
import { View } from '../../tests/doubles/view.ts';
import { Broker } from './broker.ts';
import { withKnownName, withKnownSettings } from './pair-settings.ts';

const devices = sceneDevices(1_000_000);
const spare = devices.find(({ spareOf }) => spareOf !== null);
const uuid = spare?.spareOf?.uuid ?? '';
const activate = {
  action: 'activate',
  main: { devno: '8:0' },
  spare: { devno: spare?.devno ?? '' },
  name: 'again',
} as const satisfies Intent;
const chosen = { ...defaultSettings, scanRateKib: 1024 };

describe('what was set of a pair', () => {
  it('goes with its next activation, and only with that', () => {
    const history = memoryHistory();
    const known = (intent: Intent): Intent => withKnownSettings(intent, devices, history, silentLog);
    expect(known(activate)).toBe(activate);
    history.savePairSettings(uuid, defaultSettings);
    history.savePairSettings(uuid, chosen);
    history.savePairSettings('another', defaultSettings);
    expect(known(activate)).toEqual({ ...activate, settings: chosen });
    const own = { ...activate, settings: defaultSettings };
    expect(known(own)).toBe(own);
    const stranger = { ...activate, spare: { devno: '8:32' } };
    expect(known(stranger)).toBe(stranger);
    const end = { action: 'deactivate', name: 'again' } as const;
    expect(known(end)).toBe(end);
    history.close();
  });

  it('is the usual where it cannot be read', () => {
    const pairSettings = (): never => {
      throw appError('history-unavailable', 'Full.', 'Make room.');
    };
    expect(withKnownSettings(activate, devices, { pairSettings }, silentLog)).toBe(activate);
    expect(withKnownSettings(activate, devices, null, silentLog)).toBe(activate);
  });
});

describe('what a pair was called', () => {
  const scene = { devices, targets: [] };
  const named = (name: string | null, connection: Pick<Connection, 'devices' | 'targets'> = scene): Intent =>
    withKnownName(activate, connection, { pairName: (of) => (of === uuid ? name : null) }, silentLog);

  it('goes before a proposed name, unless something else is called so', () => {
    expect(named('photos')).toEqual({ ...activate, name: 'photos' });
    expect(named(null)).toBe(activate);
    const mapping = devices.map((device) => ({ ...device, path: '/dev/mapper/photos' }));
    expect(named('photos', { ...scene, devices: mapping })).toBe(activate);
    const targets = sceneSnapshot([], 1_000_000).connections.flatMap((connection) => connection.targets);
    expect(named(SCENE_TARGET, { ...scene, targets })).toBe(activate);
    const failing = (): never => {
      throw appError('history-unavailable', 'Full.', 'Make room.');
    };
    expect(withKnownName(activate, scene, { pairName: failing }, silentLog)).toBe(activate);
  });

  it('is what the history heard last', () => {
    const history = memoryHistory();
    expect(history.pairName(SOME_PAIR.uuid)).toBeNull();
    history.addReading(SOME_PAIR, reading(1000));
    history.addReading({ ...SOME_PAIR, name: 'photos' }, reading(2000));
    expect(history.pairName(SOME_PAIR.uuid)).toBe('photos');
    history.addReading({ ...SOME_PAIR, name: 'no name/' }, reading(3000));
    expect(history.pairName(SOME_PAIR.uuid)).toBeNull();
    history.close();
  });
});

describe('setting it', () => {
  const history = memoryHistory();
  let helper: FakeHelper;
  let broker: Broker;
  let view: View;

  beforeEach(async () => {
    helper = new FakeHelper();
    broker = new Broker({
      host: 'web',
      version: '0',
      connectors: [fakeConnector(helper)],
      log: silentLog,
      openHistory: () => history,
    });
    view = await View.of(broker, 'local');
    await view.call('connection.open', { connection: 'local' });
  });

  afterEach(() => broker.close());

  it('shows what holds then, and plans the next activation with it', async () => {
    const settings = { lowSparePercent: 40 };
    const set = await view.call('target.set', { connection: 'local', name: SCENE_TARGET, settings });
    expect(set).toEqual({ ...defaultSettings, ...settings });
    expect(view.connection.targets[0]?.device.settings).toEqual(set);

    const planned: Intent[] = [];
    helper.overrides.plan = ({ intent }) => {
      planned.push(intent);
      return Promise.reject(appError('bad-request', 'Not now.', 'Later.'));
    };
    await expect(view.call('plan', { connection: 'local', intent: activate })).rejects.toThrow('Not now.');
    expect(planned).toEqual([{ ...activate, settings: set }]);

    // The pair that was followed is not there any more, and its name is free.
    helper.targets = [];
    helper.tellTargets();
    await vi.waitFor(() => expect(view.connection.targets).toEqual([]));
    const proposed = view.call('plan', { connection: 'local', intent: activate, nameIsProposal: true });
    await expect(proposed).rejects.toThrow('Not now.');
    expect(planned.at(-1)).toEqual({ ...activate, settings: set, name: SCENE_TARGET });
  });
});
