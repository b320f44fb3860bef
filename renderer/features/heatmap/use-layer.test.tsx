import { renderHook, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import { appError } from '../../../app/errors.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { ServicesProvider } from '../../store/context.tsx';
import { openPrefs, type Prefs } from '../../store/prefs.ts';
import { openSession } from '../../store/session.ts';
import '../../testing/jsdom.ts';
import type { FetchHealth } from './range.ts';
import { useLayer } from './use-layer.ts';

/** The layer that was chosen, over a device that answers when, and as, the test says. */
function open(prefs: Partial<Prefs>, live = true) {
  const bridge = new BridgeDouble();
  const gate = Promise.withResolvers<[]>();
  const fetch: FetchHealth = () => gate.promise;
  bridge.answer('target.readTimes', () => gate.promise.then(() => ({ regionBlocks: 32_768, readAt: [] })));
  const target = bridge.snapshot.connections.find(({ id }) => id === 'lab')?.targets[0];
  if (target === undefined) throw new Error('the scene has no device');
  const storage = { getItem: () => JSON.stringify(prefs), setItem: () => undefined };
  const services = { bridge, session: openSession(bridge).store, prefs: openPrefs(storage) };
  const { result } = renderHook(() => useLayer('lab', target, fetch, live), {
    wrapper: ({ children }) => <ServicesProvider services={services}>{children}</ServicesProvider>,
  });
  return { result, gate };
}

const unheard = appError('timeout', 'Nobody answers.', 'Try again.');
const beside: Partial<Prefs> = { heatLayer: 'speed', heatScale: 'neighbourhood' };
const age: Partial<Prefs> = { heatLayer: 'age' };

it.each([beside, age])('a layer that needs to know the whole disk is not ready before it does: %o', async (prefs) => {
  const { result, gate } = open(prefs);
  expect(result.current.ready).toBe(false);
  gate.resolve([]);
  await waitFor(() => expect(result.current.ready).toBe(true));
  expect(result.current.error).toBeNull();
});

it.each([beside, age])('it is ready to say that it cannot tell: %o', async (prefs) => {
  const { result, gate } = open(prefs);
  expect(result.current.ready).toBe(false);
  gate.reject(unheard);
  await waitFor(() => expect(result.current.ready).toBe(true));
  expect(result.current.error?.sentence).toBe('Nobody answers.');
});

it('layers of the cells alone are ready at once, and any is while nobody can be asked', () => {
  expect(open({ heatLayer: 'state' }).result.current.ready).toBe(true);
  expect(open({ heatLayer: 'speed' }).result.current.ready).toBe(true);
  expect(open(beside, false).result.current.ready).toBe(true);
});
