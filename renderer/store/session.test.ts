import { describe, expect, it, vi } from 'vitest';

import type { Bridge, EventPayload } from '../../app/bridge/schema.ts';
import type { Snapshot } from '../../app/bridge/snapshot.ts';
import { appError } from '../../app/errors.ts';
import { makeConnection, makeDisk, makeSnapshot, makeTarget } from '../testing/fixtures.ts';
import { openSession, type Session } from './session.ts';

type Patch = EventPayload<'patch'>;

/** A bridge whose snapshot is answered when the test says so. */
function open(snapshot: Snapshot) {
  const answers: ((answer: { version: number; snapshot: Snapshot }) => void)[] = [];
  const refusals: ((error: Error) => void)[] = [];
  let onPatch: (patch: Patch) => void = () => undefined;
  let onLink: (up: boolean) => void = () => undefined;
  const bridge = {
    call: () =>
      new Promise((resolve, reject) => {
        answers.push(resolve);
        refusals.push(reject);
      }),
    on: (_name: string, listener: (patch: Patch) => void) => {
      onPatch = listener;
      return () => undefined;
    },
    onLink: (listener: (up: boolean) => void) => {
      onLink = listener;
      return () => undefined;
    },
  } as unknown as Bridge;
  const { store } = openSession(bridge);
  const until = (ready: (session: Session) => boolean) => vi.waitFor(() => expect(ready(store.getState())).toBe(true));
  return {
    store,
    asked: () => answers.length,
    answer: (version: number) => answers.at(-1)?.({ version, snapshot }),
    refuse: (error: Error) => refusals.at(-1)?.(error),
    patch: (patch: Patch) => onPatch(patch),
    link: (up: boolean) => onLink(up),
    until,
  };
}

const snapshot = makeSnapshot([
  makeConnection({ devices: [makeDisk()], targets: [makeTarget()] }),
  makeConnection({ id: 'lab' }),
]);
const title = (text: string, from: number): Patch => ({
  from,
  to: from + 1,
  patches: [{ op: 'replace', path: ['connections', 0, 'title'], value: text }],
});

describe('openSession', () => {
  it('applies patches in order and shares what did not change', async () => {
    const bridge = open(snapshot);
    bridge.answer(5);
    await bridge.until(({ version }) => version === 5);
    bridge.patch(title('One', 5));
    bridge.patch(title('Two', 6));
    const { snapshot: now, version } = bridge.store.getState();
    expect([now?.connections[0]?.title, version]).toEqual(['Two', 7]);
    expect(now?.connections[1]).toBe(snapshot.connections[1]);
    expect(now?.connections[0]?.targets[0]).toBe(snapshot.connections[0]?.targets[0]);
  });

  it('keeps patches that come while the snapshot is on its way, and drops those it already holds', async () => {
    const bridge = open(snapshot);
    bridge.patch(title('Old', 3));
    bridge.patch(title('New', 5));
    bridge.answer(5);
    await bridge.until(({ version }) => version === 6);
    expect(bridge.store.getState().snapshot?.connections[0]?.title).toBe('New');
    expect(bridge.asked()).toBe(1);
  });

  it('asks again when a version is missing', async () => {
    const bridge = open(snapshot);
    bridge.answer(5);
    await bridge.until(({ version }) => version === 5);
    bridge.patch(title('Lost', 9));
    expect(bridge.asked()).toBe(2);
    expect(bridge.store.getState().snapshot?.connections[0]?.title).toBe('This computer');
    bridge.answer(10);
    await bridge.until(({ version }) => version === 10);
  });

  it.each<[string, Patch['patches']]>([
    ['to a place that is not there', [{ op: 'replace', path: ['connections', 7, 'title'], value: 'x' }]],
    ['with a value of another kind', [{ op: 'replace', path: ['connections', 0, 'title'], value: 7 }]],
    ['that takes a part away', [{ op: 'remove', path: ['connections', 0, 'devices'] }]],
    ['to the app itself', [{ op: 'replace', path: ['app', 'host'], value: 'nowhere' }]],
  ])('refuses a patch %s and asks again', async (_what, patches) => {
    const bridge = open(snapshot);
    bridge.answer(1);
    await bridge.until(({ version }) => version === 1);
    bridge.patch({ from: 1, to: 2, patches });
    expect(bridge.store.getState()).toMatchObject({ version: 1, snapshot });
    expect(bridge.asked()).toBe(2);
  });

  it('keeps what it knows while the link is down and asks when it is back', async () => {
    const bridge = open(snapshot);
    bridge.answer(1);
    await bridge.until(({ version }) => version === 1);
    bridge.link(false);
    expect(bridge.store.getState()).toMatchObject({ link: 'down', snapshot });
    bridge.link(true);
    bridge.answer(4);
    await bridge.until(({ link, version }) => link === 'up' && version === 4);
  });

  it('says why there is no snapshot', async () => {
    const bridge = open(snapshot);
    bridge.refuse(appError('internal', 'It broke.', 'Try again.'));
    await bridge.until(({ error }) => error?.sentence === 'It broke.');
    bridge.link(true);
    bridge.answer(1);
    await bridge.until(({ error, version }) => error === null && version === 1);
  });
});
