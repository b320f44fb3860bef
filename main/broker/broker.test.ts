import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { RECENT_EVENTS } from '../../app/bridge/snapshot.ts';
import type { TargetEvent } from '../../app/domain/target.ts';
import { appError } from '../../app/errors.ts';
import { MAX_FRAME_CHARS } from '../../app/protocol/frames.ts';
import { FakeHelper, fakeConnector, silentLog } from '../../tests/doubles/helper.ts';
import { SCENE_TARGET } from '../../tests/doubles/scene.ts';
import { call, View } from '../../tests/doubles/view.ts';
import type { Connector } from '../ports.ts';
import { Broker } from './broker.ts';

const TOKEN = 'a'.repeat(32);

function brokerOf(...connectors: Connector[]): Broker {
  return new Broker({ host: 'web', version: '0.1.0', connectors, log: silentLog });
}

const local = { connection: 'local' } as const;

describe('a connection', () => {
  let helper: FakeHelper;
  let connector: ReturnType<typeof fakeConnector>;
  let broker: Broker;
  let view: View;

  beforeEach(async () => {
    helper = new FakeHelper();
    connector = fakeConnector(helper);
    broker = brokerOf(connector);
    view = await View.of(broker, 'local');
  });

  afterEach(() => broker.close());

  async function open(): Promise<void> {
    await view.call('connection.open', local);
    await view.until(({ phase, targets }) => phase.state === 'open' && (targets[0]?.events.length ?? 0) > 0);
  }

  it('shows each step of opening, then the machine, its disks and its protected devices', async () => {
    await open();
    const { phase, machine, devices, targets } = view.connection;
    expect(phase).toEqual({ state: 'open', helperVersion: '0.1.0' });
    expect(machine?.module.state).toBe('loaded');
    expect(devices).toEqual(helper.devices);
    expect(targets.map((target) => target.device.name)).toEqual([SCENE_TARGET]);
    expect(targets[0]?.events).toEqual(helper.events);
    expect(targets[0]?.samples).toHaveLength(1);
    expect(helper.calls.slice(0, 2)).toEqual(['init', 'events.follow']);
    expect(helper.calls.indexOf('targets.list')).toBeGreaterThan(helper.calls.indexOf('events.follow'));
  });

  it('keeps what the kernel says of each disk, until the disk is gone, and whether its log may be read', async () => {
    await open();
    expect(view.connection.kernel).toEqual({ log: { state: 'unknown' }, said: {} });
    helper.tellKernelLog({ state: 'followed' });
    const message = { milliseconds: 5, level: 'err', text: 'critical medium error, dev sda, sector 9' } as const;
    helper.tellKernel('8:0', [message]);
    helper.tellKernel('8:16', [message, message]);
    await view.until(({ kernel }) => kernel.said['8:16']?.length === 2);
    expect(view.connection.kernel).toEqual({
      log: { state: 'followed' },
      said: { '8:0': [message], '8:16': [message, message] },
    });
    helper.tellKernel('8:16', []);
    await view.until(({ kernel }) => kernel.said['8:16'] === undefined);
    expect(view.connection.kernel.said).toEqual({ '8:0': [message] });
    await view.call('connection.close', local);
    expect(view.connection.kernel.said).toEqual({});
  });

  it('says whether the module can be installed, and that nothing was built although its package was', async () => {
    expect(await view.call('module.offer', local)).toEqual({ offered: false });
    let installs = 0;
    Object.assign(connector, {
      offersModule: () => Promise.resolve(true),
      installModule: () => Promise.resolve(void (installs += 1)),
    });
    expect(await view.call('module.offer', local)).toEqual({ offered: true });
    await open();
    await view.call('module.install', local);
    const { machine } = view.connection;
    if (machine === null) throw new Error('nothing is known of the machine');
    const missing = { ...machine, module: { state: 'missing', targetVersion: null } } as const;
    helper.overrides['machine.inspect'] = () => Promise.resolve(missing);
    await expect(view.call('module.install', local)).rejects.toMatchObject({
      code: 'module-missing',
      message: expect.stringContaining(machine.kernelRelease) as string,
    });
    expect(installs).toBe(2);
  });

  it('brings a view that comes late to the same state as one that was there', async () => {
    await open();
    helper.move(77);
    await view.until(({ targets }) => targets[0]?.status.spareUsed === 41);
    const late = await View.of(broker, 'local');
    expect(late.snapshot).toEqual(view.snapshot);
    helper.move(78);
    await late.until(({ targets }) => targets[0]?.status.spareUsed === 42);
    await view.until(({ targets }) => targets[0]?.status.spareUsed === 42);
    expect(late.snapshot).toEqual(view.snapshot);
  });

  it('forecasts each device from its remap table, and again when a block was moved', async () => {
    await open();
    await view.until(({ targets }) => (targets[0]?.forecast?.disk.terms.length ?? 0) > 1);
    const sentences = (): string => JSON.stringify(view.connection.targets[0]?.forecast?.disk.terms);
    expect(sentences()).toContain('4 blocks that cannot be read');
    const moved = helper.targets[0]?.status.auto ?? 0;
    expect(sentences()).toContain(`${moved} blocks moved after an error`);
    helper.move(77);
    await view.until(({ targets }) =>
      JSON.stringify(targets[0]?.forecast).includes(`${moved + 1} blocks moved after an error`),
    );
  });

  it('gives older events as far as the spare has them, also those of before a crash', async () => {
    const [first] = helper.events;
    if (first === undefined) throw new Error('the scene has no events');
    const numbered = (from: number, count: number): TargetEvent[] =>
      Array.from({ length: count }, (_, index) => ({ ...first, number: from + index }));
    helper.events = [...numbered(1, 250), ...numbered(65_600, 10)];
    const numbersOf = (events: readonly TargetEvent[]): number[] => events.map(({ number }) => number);
    helper.targets = helper.targets.map((one) => ({ ...one, status: { ...one.status, lastEvent: 65_609 } }));
    await open();
    const told = numbersOf(view.connection.targets[0]?.events ?? []);
    expect(told).toEqual(numbersOf(helper.events).slice(-RECENT_EVENTS));
    const ask = { ...local, name: SCENE_TARGET, before: told[0] ?? 0, max: RECENT_EVENTS };
    const { events } = await view.call('target.events', ask);
    expect(numbersOf(events)).toEqual(numbersOf(helper.events).slice(0, -RECENT_EVENTS));
  });

  it('keeps the newer of two statuses when the older one comes last', async () => {
    await open();
    const older = view.connection.targets[0]?.status;
    if (older === undefined) throw new Error('nothing is protected');
    helper.move(555_555);
    await view.until(({ targets }) => targets[0]?.status.spareUsed === older.spareUsed + 1);
    helper.overrides['target.continue'] = () => Promise.resolve(older);
    await view.call('target.continue', { ...local, name: SCENE_TARGET });
    expect(view.connection.targets[0]?.status.spareUsed).toBe(older.spareUsed + 1);
    expect(view.connection.targets[0]?.device.status.lastEvent).toBeGreaterThan(older.lastEvent);
  });

  it('tells what a scan is doing, and shows the status that came with it', async () => {
    await open();
    const known = view.connection.targets[0]?.status;
    if (known === undefined) throw new Error('nothing is protected');
    const doing = { what: 'retrying', block: 99, milliseconds: 12_000 } as const;
    const status = { ...known, scanBlock: known.scanBlock + 1 };
    helper.overrides['target.scanDoing'] = () => Promise.resolve({ status, doing });
    await expect(view.call('target.scanDoing', { ...local, name: SCENE_TARGET })).resolves.toEqual({ doing });
    expect(view.connection.targets[0]?.status.scanBlock).toBe(status.scanBlock);
  });

  it('tells a moved block as event, status, sample and row', async () => {
    await open();
    const before = view.connection.targets[0];
    helper.move(555_555);
    await view.until(({ targets }) => (targets[0]?.remapsRevision ?? 0) > (before?.remapsRevision ?? 0));
    const after = view.connection.targets[0];
    expect(after?.events.at(-1)).toMatchObject({ type: 'remap', block: 555_555 });
    expect(after?.status.spareUsed).toBe((before?.status.spareUsed ?? 0) + 1);
    expect(after?.device.status).toEqual(after?.status);
    expect(after?.samples.at(-1)?.moved).toBe(after?.status.spareUsed);
    const rows = await view.call('target.remapsAt', { ...local, name: SCENE_TARGET, fromBlock: 555_555, limit: 1 });
    expect(rows.rows).toMatchObject([{ block: 555_555, state: 'mapped' }]);
  });

  it('tells many changes in few patch events and loses none', async () => {
    await open();
    const first = view.payloads.length;
    for (let block = 0; block < 300; block += 1) helper.move(900_000 + block);
    await view.until(({ targets }) => targets[0]?.events.at(-1)?.block === 900_299);
    expect(view.payloads.length - first).toBeLessThan(30);
    expect(view.connection.targets[0]?.events).toEqual(helper.events.slice(-200));
    await vi.waitFor(async () => {
      const answer = await view.call('target.remapsAt', {
        ...local,
        name: SCENE_TARGET,
        fromBlock: 900_000,
        limit: 4096,
      });
      expect(answer.rows).toEqual(helper.rows.filter((row) => row.block >= 900_000));
    });
  });

  it('reads table and events again when the numbers of events have a hole', async () => {
    await open();
    helper.move(1, false);
    helper.move(2);
    await vi.waitFor(async () => {
      const answer = await view.call('target.remapsAt', { ...local, name: SCENE_TARGET, fromBlock: 0, limit: 2 });
      expect(answer.rows.map((row) => row.block)).toEqual([1, 2]);
    });
    await view.until(({ targets }) => targets[0]?.events.at(-2)?.block === 1);
    expect(view.connection.targets[0]?.events).toEqual(helper.events);
  });

  it('says what happened when the helper dies, keeps what was heard, and opens again', async () => {
    await open();
    const heard = view.connection.targets;
    helper.die(appError('helper-died', 'It died.', 'Open it again.'));
    await view.until(({ phase }) => phase.state === 'failed');
    expect(view.connection.phase).toMatchObject({ error: { code: 'helper-died', remedy: 'Open it again.' } });
    expect(view.connection.targets).toEqual(heard);
    const onPage = { ...local, name: SCENE_TARGET };
    await expect(view.call('target.remapsAt', { ...onPage, fromBlock: 0, limit: 5 })).resolves.toMatchObject({
      rows: helper.rows.slice(0, 5),
    });
    await expect(view.call('target.continue', onPage)).rejects.toMatchObject({ code: 'connection-closed' });
    helper.move(12, false);
    await open();
    await vi.waitFor(async () => {
      const { rows } = await view.call('target.remapsAt', { ...onPage, fromBlock: 12, limit: 1 });
      expect(rows[0]).toMatchObject({ block: 12, state: 'mapped' });
    });
  });

  it('rejects a call that the helper died under', async () => {
    await open();
    helper.overrides['target.health'] = () => {
      helper.die(appError('helper-died', 'It died.', 'Open it again.'));
      return new Promise(() => undefined);
    };
    const asked = view.call('target.health', { ...local, name: SCENE_TARGET, firstBlock: 0, blockCount: 9, cells: 3 });
    await expect(asked).rejects.toMatchObject({ code: 'helper-died' });
  });

  it.each([
    ['a line that is not of the protocol', 'rubbish', 'bad-request'],
    ['a line that is too long', 'x'.repeat(MAX_FRAME_CHARS + 1), 'frame-too-large'],
  ])('closes on %s', async (_what, line, code) => {
    await open();
    helper.raw(line);
    await view.until(({ phase }) => phase.state === 'failed');
    expect(view.connection.phase).toMatchObject({ error: { code } });
  });

  it('refuses a helper of another version and can be tried again', async () => {
    helper.overrides.init = () =>
      Promise.resolve({ protocol: 99, helper: { version: '9', pid: 1, uid: 0 }, capabilities: [] });
    await expect(view.call('connection.open', local)).rejects.toMatchObject({ code: 'protocol-mismatch' });
    await view.until(({ phase }) => phase.state === 'failed');
    delete helper.overrides.init;
    await open();
  });

  it('joins an opening that is under way', async () => {
    await Promise.all([view.call('connection.open', local), view.call('connection.open', local)]);
    expect(helper.calls.filter((name) => name === 'init')).toHaveLength(1);
  });

  it('can be closed while it waits for a password, and forgets what it knew', async () => {
    helper.overrides.init = () => new Promise(() => undefined);
    connector.open = (onStep) => {
      onStep('Waiting for your permission');
      return Promise.resolve(helper.link(null));
    };
    const opening = view.call('connection.open', local);
    await view.until(({ phase }) => phase.state === 'opening' && phase.steps.length > 0);
    await Promise.all([
      expect(opening).rejects.toMatchObject({ code: 'cancelled' }),
      view.call('connection.close', local),
    ]);
    await view.until(({ phase }) => phase.state === 'closed');
    expect(connector.closes).toBe(1);
  });

  it('forgets everything when closed although the helper goes on, says so, and can be opened again', async () => {
    await open();
    const close = connector.close.bind(connector);
    const left = Promise.withResolvers<undefined>();
    connector.close = () => left.promise;
    const closing = view.call('connection.close', local);
    const again = view.call('connection.open', local);
    await new Promise(setImmediate);
    expect(helper.calls.filter((name) => name === 'init')).toHaveLength(1);
    left.reject(appError('busy', 'It is not done yet.', 'Wait.'));
    await expect(closing).rejects.toMatchObject({ code: 'busy' });
    await again;
    expect(view.connection.phase.state).toBe('open');
    await expect(view.call('connection.close', local)).rejects.toMatchObject({ code: 'busy' });
    expect(view.connection).toMatchObject({
      phase: { state: 'failed', error: { code: 'busy' } },
      machine: null,
      devices: [],
      targets: [],
    });
    connector.close = close;
  });

  it('is opened no more by an opening that waited for a closing and was closed too', async () => {
    await open();
    const ended = Promise.withResolvers<undefined>();
    connector.close = () => ended.promise;
    const closing = view.call('connection.close', local);
    const opening = expect(view.call('connection.open', local)).rejects.toMatchObject({ code: 'cancelled' });
    const second = view.call('connection.close', local);
    ended.resolve(undefined);
    await Promise.all([closing, opening, second]);
    expect(view.connection.phase.state).toBe('closed');
  });

  it('forgets disks and devices when closed', async () => {
    await open();
    await view.call('connection.close', local);
    await view.until(({ phase }) => phase.state === 'closed');
    expect(view.connection).toMatchObject({ machine: null, devices: [], targets: [] });
  });

  it('lists disks anew when a protected device appears or goes', async () => {
    await open();
    helper.targets = [];
    helper.devices = helper.devices.slice(2);
    helper.tellTargets();
    await view.until(({ targets, devices }) => targets.length === 0 && devices.length === helper.devices.length);
    const gone = view.call('target.remapsAt', { ...local, name: SCENE_TARGET, fromBlock: 0, limit: 1 });
    await expect(gone).rejects.toMatchObject({ code: 'target-missing' });
  });

  it('lets disks sleep when it lists them because something came or went, and not when a person asks', async () => {
    await open();
    const asked: (boolean | undefined)[] = [];
    helper.overrides['devices.list'] = ({ keep }) => {
      asked.push(keep);
      return Promise.resolve({ devices: helper.devices });
    };
    helper.devices = helper.devices.slice(1);
    helper.tellDevices('sdz');
    await view.until(({ devices }) => devices.length === helper.devices.length);
    expect(asked).toEqual([true]);
    await view.call('devices.refresh', local);
    expect(asked).toEqual([true, undefined]);
  });

  it('reads all disks when a person asks while another list is made', async () => {
    await open();
    const asked: (boolean | undefined)[] = [];
    const first = Promise.withResolvers<undefined>();
    const began = Promise.withResolvers<undefined>();
    helper.overrides['devices.list'] = async ({ keep }) => {
      asked.push(keep);
      began.resolve(undefined);
      if (asked.length === 1) await first.promise;
      return { devices: helper.devices };
    };
    helper.tellDevices('sdy');
    await began.promise;
    const refreshed = view.call('devices.refresh', local);
    helper.tellDevices('sdz');
    await view.call('target.continue', { ...local, name: SCENE_TARGET });
    first.resolve(undefined);
    await refreshed;
    expect(asked).toEqual([true, undefined]);
  });

  it('shows the steps of an apply, refuses a second one meanwhile, and shows its outcome before it answers', async () => {
    await open();
    const made = { ...helper.targets[0], name: 'second', uuid: 'u2', devno: '253:1' } as (typeof helper.targets)[0];
    const finish = Promise.withResolvers<undefined>();
    helper.overrides.apply = async () => {
      helper.tellProgress(TOKEN, 'create', 'running');
      await finish.promise;
      helper.targets = [...helper.targets, made];
      helper.tellProgress(TOKEN, 'create', 'done');
      return { name: 'second', path: '/dev/mapper/second' };
    };
    const apply = { ...local, token: TOKEN, confirmation: null };
    const applying = view.call('apply', apply);
    await view.until((connection) => connection.applying?.[0]?.state === 'running');
    await expect(view.call('apply', apply)).rejects.toMatchObject({ code: 'busy' });
    finish.resolve(undefined);
    await expect(applying).resolves.toEqual({ name: 'second', path: '/dev/mapper/second' });
    expect(view.connection.targets.map((target) => target.device.name)).toContain('second');
    await view.until((connection) => connection.applying === null);
    const told = view.payloads.flatMap((payload) => JSON.stringify(payload.patches));
    expect(told.some((patches) => patches.includes('"step":"create"') && patches.includes('"done"'))).toBe(true);
  });

  it('passes on what the helper refuses, word for word', async () => {
    await open();
    const intent = { action: 'remove', name: SCENE_TARGET } as const;
    await expect(view.call('plan', { ...local, intent })).rejects.toMatchObject({
      data: { code: 'device-gone', sentence: 'The disk is gone.', remedy: 'Plug it in again.' },
    });
  });

  it('refuses requests that do not exist, do not fit or need the lab', async () => {
    expect(await broker.answer('toString', {})).toMatchObject({ ok: false, error: { code: 'unknown-method' } });
    expect(await broker.answer('plan', { connection: 'local', intent: { action: 'burn' } })).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    });
    expect(await broker.answer('connection.open', { connection: 'lab' })).toMatchObject({ ok: false });
    expect(await broker.answer('devices.refresh', local)).toMatchObject({ error: { code: 'connection-closed' } });
  });

  it('ends the helper when the broker is closed', async () => {
    const link = helper.link();
    connector.open = () => Promise.resolve(link);
    await open();
    const ended = once(link.output, 'close');
    await broker.close();
    await ended;
    expect(connector.closes).toBe(1);
  });
});

describe('with a clock of its own', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'Date'] }));
  afterEach(() => vi.useRealTimers());

  it('does not wait for ever for a helper that never says who it is', async () => {
    const helper = new FakeHelper();
    helper.overrides.init = () => new Promise(() => undefined);
    const broker = brokerOf(fakeConnector(helper));
    const opening = expect(call(broker, 'connection.open', local)).rejects.toMatchObject({ code: 'timeout' });
    await vi.advanceTimersByTimeAsync(6_000);
    await opening;
    await broker.close();
  });
});
