import { describe, expect, it, vi } from 'vitest';

import { AppError } from '../../app/errors.ts';
import { makeSnapshot } from '../testing/fixtures.ts';
import { ElectronBridge, findPreload } from './electron.ts';
import { BACK_OFF_MS, SocketBridge, type Socket } from './socket.ts';

class FakeSocket implements Socket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: string[] = [];
  closedWith: number | undefined;

  send(text: string): void {
    this.sent.push(text);
  }
  close(code?: number): void {
    this.closedWith = code;
    this.drop();
  }
  opened(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  drop(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  says(message: unknown): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }
}

function open() {
  const sockets: FakeSocket[] = [];
  const waits: { act: () => void; ms: number }[] = [];
  const bridge = new SocketBridge({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    later: (act, ms) => void waits.push({ act, ms }),
    random: () => 1,
  });
  const links: boolean[] = [];
  bridge.onLink((up) => links.push(up));
  const last = () => sockets.at(-1) ?? new FakeSocket();
  const sent = (count: number) => vi.waitFor(() => expect(last().sent).toHaveLength(count));
  return { bridge, sockets, waits, links, last, sent };
}

const snapshot = makeSnapshot([]);

describe('SocketBridge', () => {
  it('waits for the first opening, and answers by id, whatever their order', async () => {
    const { bridge, last, sent, links } = open();
    const one = bridge.call('snapshot.get', {});
    const two = bridge.call('connection.open', { connection: 'lab' });
    last().opened();
    await sent(2);
    expect(JSON.parse(last().sent[1] ?? '')).toEqual({ id: 2, name: 'connection.open', params: { connection: 'lab' } });
    last().says({ id: 2, answer: { ok: true, result: {} } });
    last().says({ id: 1, answer: { ok: true, result: { version: 3, snapshot } } });
    expect(await two).toEqual({});
    expect(await one).toEqual({ version: 3, snapshot });
    expect(links).toEqual([]);
  });

  it('rejects with the error that was answered', async () => {
    const { bridge, last, sent } = open();
    last().opened();
    const call = bridge.call('connection.open', { connection: 'lab' });
    await sent(1);
    const error = { code: 'lab-no-qemu', sentence: 'QEMU is missing.', remedy: 'Install it.' };
    last().says({ id: 1, answer: { ok: false, error } });
    await expect(call).rejects.toMatchObject({ data: error });
  });

  it('refuses a result that does not fit its schema', async () => {
    const { bridge, last, sent } = open();
    last().opened();
    const call = bridge.call('snapshot.get', {});
    await sent(1);
    last().says({ id: 1, answer: { ok: true, result: { version: 'three' } } });
    await expect(call).rejects.toMatchObject({ code: 'bad-request' });
  });

  it.each([
    ['no JSON', '{'],
    ['no message of ours', { hello: 1 }],
    ['an unknown event', { event: 'surprise', payload: {} }],
    ['a patch that does not fit', { event: 'patch', payload: { from: 1 } }],
  ])('closes the socket on %s', (_what, message) => {
    const { last } = open();
    last().opened();
    last().says(message);
    expect(last().closedWith).toBe(4002);
  });

  it('rejects what is outstanding when the link is lost and says so', async () => {
    const { bridge, last, sent, links } = open();
    last().opened();
    const call = bridge.call('snapshot.get', {});
    await sent(1);
    last().drop();
    await expect(call).rejects.toBeInstanceOf(AppError);
    await expect(bridge.call('snapshot.get', {})).rejects.toMatchObject({ code: 'connection-closed' });
    expect(links).toEqual([false]);
  });

  it('tries again with growing waits, up to a limit, and begins anew once it was open', () => {
    const { sockets, waits, links } = open();
    for (let attempt = 0; attempt < 8; attempt += 1) {
      sockets.at(-1)?.drop();
      waits.at(-1)?.act();
    }
    expect(waits.map(({ ms }) => ms)).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
    sockets.at(-1)?.opened();
    sockets.at(-1)?.drop();
    expect(waits.at(-1)?.ms).toBe(BACK_OFF_MS.first);
    expect(links).toEqual([false, true, false]);
  });

  it('hands on patches', () => {
    const { bridge, last } = open();
    const heard = vi.fn();
    const stop = bridge.on('patch', heard);
    last().opened();
    last().says({ event: 'patch', payload: { from: 1, to: 2, patches: [] } });
    stop();
    last().says({ event: 'patch', payload: { from: 2, to: 3, patches: [] } });
    expect(heard.mock.calls).toEqual([[{ from: 1, to: 2, patches: [] }]]);
  });
});

describe('ElectronBridge', () => {
  it('is used only where the preload put both of its functions', () => {
    const call = () => Promise.resolve();
    const onEvent = () => undefined;
    expect(findPreload({})).toBeNull();
    expect(findPreload({ dmRemap: { call } })).toBeNull();
    expect(findPreload({ dmRemap: { call, onEvent } })).not.toBeNull();
  });

  it('parses answers and events, and has the snapshot asked for again after an event it cannot read', async () => {
    let tell: (name: string, payload: unknown) => void = () => undefined;
    const bridge = new ElectronBridge({
      call: (name) => Promise.resolve({ ok: true, result: name === 'snapshot.get' ? { version: 1, snapshot } : 7 }),
      onEvent: (listener) => (tell = listener),
    });
    const patches = vi.fn();
    const links = vi.fn();
    bridge.on('patch', patches);
    bridge.onLink(links);
    expect((await bridge.call('snapshot.get', {})).version).toBe(1);
    await expect(bridge.call('connection.open', { connection: 'lab' })).rejects.toMatchObject({ code: 'bad-request' });
    tell('patch', { from: 1, to: 2, patches: [] });
    expect(patches).toHaveBeenCalledOnce();
    tell('patch', { from: 'x' });
    expect(links).toHaveBeenCalledWith(true);
  });
});
