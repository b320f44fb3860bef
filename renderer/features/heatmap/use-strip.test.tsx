import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { RequestResult } from '../../../app/bridge/schema.ts';
import type { TargetView } from '../../../app/bridge/snapshot.ts';
import { BridgeDouble } from '../../../tests/doubles/bridge.ts';
import { ServicesProvider } from '../../store/context.tsx';
import { openPrefs } from '../../store/prefs.ts';
import { openSession } from '../../store/session.ts';
import '../../testing/jsdom.ts';
import { codes } from './cells.ts';
import { STRIP_CELLS } from './HeatStrip.tsx';
import { useStrip } from './use-strip.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** The strip of a device, whose answers come when the test gives them, one for each time it asked. */
function open() {
  // So many blocks that the cells of the strip are equal, and one question is enough.
  const bridge = new BridgeDouble({ blocks: STRIP_CELLS * 4000, mapped: 0, pending: 0 });
  const questions: (() => void)[] = [];
  const healthy: RequestResult<'target.health'> = { cells: [] };
  bridge.answer('target.health', () => new Promise((resolve) => questions.push(() => resolve(healthy))));
  const target = bridge.snapshot.connections.find(({ id }) => id === 'lab')?.targets[0];
  if (target === undefined) throw new Error('the scene has no device');
  const { store } = openSession(bridge);
  const services = { bridge, session: store, prefs: openPrefs(window.localStorage) };
  const hook = renderHook(({ shown }: { shown: TargetView }) => useStrip('lab', shown), {
    initialProps: { shown: target },
    wrapper: ({ children }) => <ServicesProvider services={services}>{children}</ServicesProvider>,
  });
  const happens = (number: number) => {
    hook.rerender({ shown: { ...target, status: { ...target.status, lastEvent: target.status.lastEvent + number } } });
  };
  const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));
  const answer = async (at: number) => {
    questions[at]?.();
    await pass(0);
  };
  return { hook, questions, happens, pass, answer };
}

describe('the strip of a disk to which much happens', () => {
  it('shows what it heard although something happened since it asked, and asks again', async () => {
    const { hook, questions, happens, pass, answer } = open();
    await pass(0);
    expect(hook.result.current).toContain(codes.loading);
    happens(1);
    await pass(1_000);
    expect(questions).toHaveLength(1);
    await answer(0);
    expect(hook.result.current).not.toContain(codes.loading);
    await pass(1_000);
    expect(questions).toHaveLength(2);
  });

  it('asks once for a burst of events, and also while they do not end', async () => {
    const { questions, happens, pass, answer } = open();
    await pass(0);
    await answer(0);
    for (let number = 1; number <= 10; number += 1) {
      happens(number);
      await pass(100);
    }
    expect(questions).toHaveLength(2);
  });
});
