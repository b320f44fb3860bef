import { EventEmitter } from 'node:events';

import { expect, it, vi } from 'vitest';

const ipc = Object.assign(new EventEmitter(), { invoke: vi.fn(() => Promise.resolve('answer')) });
const exposed = new Map<string, Record<string, (...args: unknown[]) => unknown>>();

vi.mock('electron', () => ({
  contextBridge: {
    exposeInMainWorld: (name: string, api: Record<string, (...args: unknown[]) => unknown>) => exposed.set(name, api),
  },
  ipcRenderer: ipc,
}));

it('gives the page two functions and nothing of ipc', async () => {
  await import('../../main/electron/preload.ts');
  expect([...exposed.keys()]).toEqual(['dmRemap']);
  const api = exposed.get('dmRemap') ?? {};
  expect(Object.keys(api).sort()).toEqual(['call', 'onEvent']);

  expect(await api['call']?.('snapshot.get', { a: 1 })).toBe('answer');
  expect(ipc.invoke).toHaveBeenCalledExactlyOnceWith('bridge:call', 'snapshot.get', { a: 1 });

  const heard: unknown[][] = [];
  const stop = api['onEvent']?.((...args: unknown[]) => heard.push(args));
  ipc.emit('bridge:event', { sender: 'must not reach the page' }, 'patch', { from: 1 });
  expect(heard).toEqual([['patch', { from: 1 }]]);
  (stop as () => void)();
  ipc.emit('bridge:event', {}, 'patch', { from: 2 });
  expect(heard).toHaveLength(1);
});
