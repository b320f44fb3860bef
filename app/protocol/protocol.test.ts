import { describe, expect, it } from 'vitest';

import { AppError, appError } from '../errors.ts';
import { HelperClient } from './client.ts';
import { LineCutter } from './frames.ts';
import { PROTOCOL_VERSION } from './methods.ts';
import { HelperServer, type Handlers } from './server.ts';

const refuse = (): Promise<never> =>
  Promise.reject(appError('target-missing', 'There is no such device.', 'Look again.'));

const handlers: Handlers = {
  init: () =>
    Promise.resolve({ protocol: PROTOCOL_VERSION, helper: { version: '1', pid: 1, uid: 0 }, capabilities: [] }),
  'machine.inspect': refuse,
  'devices.list': () => Promise.resolve({ devices: [] }),
  'targets.list': refuse,
  plan: refuse,
  apply: refuse,
  'target.status': refuse,
  'target.remaps': refuse,
  'target.health': refuse,
  'target.regions': refuse,
  'target.events': ({ after }) => Promise.resolve({ events: [], next: after }),
  'target.remap': refuse,
  'target.unmap': refuse,
  'target.continue': refuse,
  'target.set': refuse,
  'target.scan': refuse,
  'target.scanDoing': refuse,
  'target.files': refuse,
  'target.filesStop': refuse,
  'smart.read': refuse,
  'smart.test': refuse,
  'events.follow': () => Promise.resolve({}),
};

/** A client and a server that hand each other their lines. */
function pair(change: Partial<Handlers> = {}): { client: HelperClient; server: HelperServer; notified: unknown[] } {
  const notified: unknown[] = [];
  const client: HelperClient = new HelperClient(
    { send: (line) => void server.receive(line) },
    (name, params) => void notified.push([name, params]),
  );
  const server = new HelperServer({ send: (line) => client.receive(line) }, { ...handlers, ...change });
  return { client, server, notified };
}

/** What a server answers to raw lines. */
async function answers(...lines: string[]): Promise<unknown[]> {
  const sent: unknown[] = [];
  const server = new HelperServer({ send: (line) => void sent.push(JSON.parse(line)) }, handlers);
  for (const line of lines) await server.receive(line);
  return sent;
}

const me = { name: 'test', version: '1' };

describe('HelperClient and HelperServer', () => {
  it('answers calls that overlap, each with its own result', async () => {
    const { client } = pair();
    await client.init(me);
    const [first, second] = await Promise.all([
      client.call('target.events', { name: 'a', after: 7, max: 1 }),
      client.call('target.events', { name: 'a', after: 9, max: 1 }),
    ]);
    expect([first.next, second.next]).toEqual([7, 9]);
  });

  it('carries an error with its sentence and remedy', async () => {
    const { client } = pair();
    await client.init(me);
    const error = await client.call('target.status', { name: 'x' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).data).toEqual({
      code: 'target-missing',
      sentence: 'There is no such device.',
      remedy: 'Look again.',
    });
  });

  it('refuses every verb before init', async () => {
    const { client } = pair();
    await expect(client.call('devices.list', {})).rejects.toMatchObject({ code: 'not-initialised' });
  });

  it('refuses a helper of another version', async () => {
    const init: Handlers['init'] = () =>
      Promise.resolve({ protocol: PROTOCOL_VERSION + 1, helper: { version: '2', pid: 1, uid: 0 }, capabilities: [] });
    await expect(pair({ init }).client.init(me)).rejects.toMatchObject({ code: 'protocol-mismatch' });
  });

  it('closes when the other side sends what is no frame, and rejects what waits', async () => {
    const { client } = pair({ 'devices.list': () => new Promise(() => undefined) });
    await client.init(me);
    const waiting = client.call('devices.list', {});
    client.receive('dmsetup: hello');
    await expect(waiting).rejects.toMatchObject({ code: 'bad-request' });
    await expect(client.call('devices.list', {})).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('rejects what waits with the reason it is closed with', async () => {
    const { client } = pair({ 'devices.list': () => new Promise(() => undefined) });
    await client.init(me);
    const waiting = client.call('devices.list', {});
    client.close(appError('helper-died', 'It ended.', 'Start it again.'));
    await expect(waiting).rejects.toMatchObject({ code: 'helper-died' });
  });

  it('rejects a result that does not fit its schema instead of handing it on', async () => {
    const wrong = { devices: [{ name: 'sda' }] } as unknown as { devices: [] };
    const { client } = pair({ 'devices.list': () => Promise.resolve(wrong) });
    await client.init(me);
    await expect(client.call('devices.list', {})).rejects.toMatchObject({ code: 'internal' });
  });

  it('passes notifications on and ignores unknown ones', () => {
    const { client, server, notified } = pair();
    server.notify('targets.changed', { targets: [] });
    client.receive('{"jsonrpc":"2.0","method":"of.tomorrow","params":{}}');
    expect(notified).toEqual([['targets.changed', { targets: [] }]]);
  });
});

describe('HelperServer refuses', () => {
  const init = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'init',
    params: { protocol: PROTOCOL_VERSION, client: me },
  });

  it.each([
    ['what is not JSON', '{"jsonrpc":', null, -32700, 'bad-request'],
    ['a bare value', '42', null, -32600, 'bad-request'],
    ['a batch', '[]', null, -32600, 'bad-request'],
    ['another JSON-RPC', '{"jsonrpc":"1.0","id":5,"method":"init","params":{}}', 5, -32600, 'bad-request'],
    ['an extra member', '{"jsonrpc":"2.0","id":5,"method":"init","params":{},"x":1}', 5, -32600, 'bad-request'],
    ['an unknown verb', '{"jsonrpc":"2.0","id":6,"method":"run","params":{}}', 6, -32601, 'unknown-method'],
    ['an inherited name', '{"jsonrpc":"2.0","id":6,"method":"toString","params":{}}', 6, -32601, 'unknown-method'],
    ['wrong parameters', '{"jsonrpc":"2.0","id":7,"method":"devices.list","params":{"a":1}}', 7, -32602, 'bad-request'],
    [
      'a name that is a path',
      '{"jsonrpc":"2.0","id":8,"method":"target.status","params":{"name":"../x"}}',
      8,
      -32602,
      'bad-request',
    ],
  ])('%s', async (_case, line, id, rpcCode, code) => {
    const sent = await answers(init, line);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toMatchObject({ id, error: { code: rpcCode, data: { code } } });
  });
});

describe('LineCutter', () => {
  it('joins lines that arrive in pieces and keeps the rest', () => {
    const cutter = new LineCutter();
    expect(cutter.push('ab').lines).toEqual([]);
    expect(cutter.push('c\n\nd').lines).toEqual(['abc', '']);
    expect(cutter.push('e\n').lines).toEqual(['de']);
  });

  it('reports a line over the limit, whole or in pieces, and takes one at the limit', () => {
    expect(new LineCutter(4).push('12345').overflow).toBe(true);
    const cutter = new LineCutter(4);
    expect(cutter.push('1234\n')).toEqual({ lines: ['1234'], overflow: false });
    expect(cutter.push('123').overflow).toBe(false);
    expect(cutter.push('45').overflow).toBe(true);
  });
});
