import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { sceneSnapshot } from '../../tests/doubles/scene.ts';
import { SnapshotStore, TELL_EVERY_MS } from './store.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 12) });
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells a change as soon as ever when the clock was set back', () => {
  const store = new SnapshotStore(sceneSnapshot([], 1000));
  const titles: unknown[] = [];
  store.onPatch(({ patches }) => titles.push(patches.at(-1)?.value));
  const rename = (title: string): void =>
    store.changeConnection('lab', (connection) => {
      connection.title = title;
    });
  rename('one');
  vi.advanceTimersByTime(TELL_EVERY_MS);
  vi.setSystemTime(Date.UTC(2026, 0, 14, 12));
  rename('two');
  vi.advanceTimersByTime(TELL_EVERY_MS);
  expect(titles).toEqual(['one', 'two']);
});
