import { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Broker } from '../../main/broker/broker.ts';
import { silentLog } from '../doubles/helper.ts';
import { ENDS_WITHIN_MS, localConnector } from '../../main/connections/local/connector.ts';
import { exitError, type Exit } from '../../main/connections/local/exit.ts';
import { UNANSWERED_ENDS_WITHIN_MS } from '../../main/connections/local/helper-process.ts';
import type { Connector, HelperLink } from '../../main/ports.ts';

const exit: Exit = { code: 127, signal: null, stderr: '', answered: false, elevated: true };

describe('exitError', () => {
  it.each([
    [{ code: 126 }, 'permission-refused'],
    [{ stderr: 'Error executing command as another user: Not authorized' }, 'permission-refused'],
    [{ stderr: 'Error executing command as another user: No authentication agent found.' }, 'permission-unavailable'],
    [{ stderr: 'Error getting authority: Could not connect: No such file' }, 'permission-unavailable'],
    [{ code: 126, answered: true }, 'helper-died'],
    [{ code: 127, elevated: false }, 'helper-died'],
    [{ code: 1 }, 'helper-died'],
    [{ code: null, signal: 'SIGKILL' as const }, 'helper-died'],
    [{ code: 0 }, 'connection-closed'],
  ])('of %j is %s', (part, code) => {
    const { data } = exitError({ ...exit, ...part });
    expect(data.code).toBe(code);
    expect(data.sentence).toMatch(/[.]$/);
    expect(data.remedy).toMatch(/[.]$/);
  });

  it('keeps what the program said, for the ticket', () => {
    expect(exitError({ ...exit, code: 3, stderr: 'out of memory' }).data.detail).toBe('exit code 3\nout of memory');
  });
});

describe('through pkexec', () => {
  let folder: string;
  let pkexec: string;
  let helper: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dm-remap-local-'));
    pkexec = join(folder, 'pkexec');
    helper = join(folder, 'helper.cjs');
    await writeFile(helper, '');
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** A stand-in for pkexec: what the real one asks a person cannot be asked here. */
  async function pkexecDoes(script: string): Promise<Broker> {
    await writeFile(pkexec, `#!/bin/sh\n${script}\n`);
    await chmod(pkexec, 0o755);
    return brokerWith(pkexec);
  }

  function brokerWith(path: string): Broker {
    const connector = localConnector({ node: process.execPath, helper, pkexec: path, isRoot: false });
    return new Broker({ host: 'web', version: '0.1.0', connectors: [connector], log: silentLog });
  }

  const open = (broker: Broker): Promise<unknown> => broker.answer('connection.open', { connection: 'local' });

  it.each([
    ['a dismissed dialog', 'exit 126', 'permission-refused'],
    [
      'a wrong password',
      'echo "Error executing command as another user: Not authorized" >&2; exit 127',
      'permission-refused',
    ],
    [
      'no agent',
      'echo "Error executing command as another user: No authentication agent found." >&2; exit 127',
      'permission-unavailable',
    ],
    ['a helper that falls over', 'echo boom >&2; exit 1', 'helper-died'],
  ])('%s is told, and it can be tried again', async (_what, script, code) => {
    const broker = await pkexecDoes(script);
    expect(await open(broker)).toMatchObject({ ok: false, error: { code } });
    expect(await open(broker)).toMatchObject({ ok: false, error: { code } });
    expect(await broker.answer('snapshot.get', {})).toMatchObject({
      result: { snapshot: { connections: [{ phase: { state: 'failed', error: { code } } }] } },
    });
    await broker.close();
  });

  it('a machine without pkexec is told how to get it', async () => {
    const broker = brokerWith(join(folder, 'none'));
    expect(await open(broker)).toMatchObject({ error: { code: 'permission-unavailable' } });
    await broker.close();
  });

  it('nobody is asked when the helper is not there', async () => {
    const asked = join(folder, 'asked');
    const broker = await pkexecDoes(`touch ${asked}`);
    await rm(helper);
    expect(await open(broker)).toMatchObject({ error: { code: 'tool-missing' } });
    await expect(readFile(asked)).rejects.toMatchObject({ code: 'ENOENT' });
    await broker.close();
  });

  it('is given the node and the helper as arguments, nothing else, and ends with its input', async () => {
    const ended = join(folder, 'ended');
    const broker = await pkexecDoes(`printf '%s\\n' "$@" > ${folder}/arguments; cat > /dev/null; touch ${ended}`);
    const opening = open(broker);
    await expect
      .poll(() => readFile(join(folder, 'arguments'), 'utf8').catch(() => ''))
      .toBe(`${process.execPath}\n${helper}\n`);
    await broker.close();
    expect(await opening).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    await expect(readFile(ended)).resolves.toBeDefined();
  });
});

it('ends the helper when it is closed before anybody spoke with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dm-remap-local-'));
  const helper = join(folder, 'helper.cjs');
  await writeFile(helper, 'process.stdin.resume();');
  const connector = localConnector({ node: process.execPath, helper, isRoot: true });
  const link = await connector.open(() => undefined, new AbortController().signal);
  await connector.close();
  expect(await link.closed).toMatchObject({ code: 'connection-closed' });
  await rm(folder, { recursive: true });
});

describe('a helper that goes on after its stream has ended', () => {
  let folder: string;
  let helper: string;
  let connector: Connector;
  const open = (signal = new AbortController().signal) => connector.open(() => undefined, signal);

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    folder = await mkdtemp(join(tmpdir(), 'dm-remap-local-'));
    helper = join(folder, 'helper.cjs');
    connector = localConnector({ node: process.execPath, helper, isRoot: true });
  });

  afterEach(async () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  /** Ends when its end is asked for over a pipe of its own, and tells each signal. */
  async function working(): Promise<{ link: HelperLink; finish: () => void }> {
    const listen = `require('node:net').createServer((s) => s.on('data', () => process.exit(0))).listen(${JSON.stringify(join(folder, 'end'))}`;
    const signals = `for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(s, () => process.exit(3));`;
    await writeFile(helper, `${signals} ${listen}, () => process.stdout.write('ready\\n'));`);
    const link = await open();
    await once(link.output, 'data');
    return { link, finish: () => void connect(join(folder, 'end')).end('end') };
  }

  it('is not killed; closing says so after a while, and no second one is started beside it', async () => {
    const { link, finish } = await working();
    const closing = expect(connector.close()).rejects.toMatchObject({ code: 'busy' });
    await vi.advanceTimersByTimeAsync(ENDS_WITHIN_MS);
    await closing;
    const opening = expect(open()).rejects.toMatchObject({ code: 'busy' });
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    await vi.advanceTimersByTimeAsync(ENDS_WITHIN_MS);
    await opening;
    finish();
    link.output.resume();
    expect((await link.closed).data).toMatchObject({ code: 'connection-closed', detail: 'exit code 0' });
  });

  it('is waited for by the next opening, which can be cancelled', async () => {
    const { link, finish } = await working();
    link.output.resume();
    link.input.end();
    const stop = new AbortController();
    const cancelled = expect(open(stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    stop.abort();
    await cancelled;
    const opening = open();
    await writeFile(helper, 'process.stdin.resume();');
    finish();
    const next = await opening;
    next.output.resume();
    await connector.close();
    expect(await next.closed).toMatchObject({ code: 'connection-closed' });
  });

  it('is told to end when it has never answered, and a signal that is refused fails nothing', async () => {
    await writeFile(helper, 'setInterval(() => undefined, 1000);');
    const refused = vi.spyOn(ChildProcess.prototype, 'kill').mockImplementation(function (this: ChildProcess) {
      this.emit('error', Object.assign(new Error('kill EPERM'), { code: 'EPERM' }));
      return false;
    });
    const link = await open();
    link.output.resume();
    const closing = expect(connector.close()).rejects.toMatchObject({ code: 'busy' });
    await vi.advanceTimersByTimeAsync(ENDS_WITHIN_MS);
    await closing;
    expect(refused).toHaveBeenCalledExactlyOnceWith('SIGTERM');
    refused.mockRestore();
    const ending = connector.close();
    await vi.advanceTimersByTimeAsync(UNANSWERED_ENDS_WITHIN_MS);
    await ending;
    expect((await link.closed).data.detail).toBe('signal SIGTERM');
  });
});

describe('as root', () => {
  const built = join(import.meta.dirname, '../../dist/helper/helper.cjs');

  it('speaks with the real helper and ends it', async ({ skip }) => {
    const hasHelper = await readFile(built).then(
      () => true,
      () => false,
    );
    if (process.getuid?.() !== 0) skip('the helper lists disks as root only');
    if (!hasHelper) skip('the helper is not built: npm run build');
    const connector = localConnector({ node: process.execPath, helper: built, isRoot: true });
    const link = await connector.open(() => undefined, new AbortController().signal);
    const broker = new Broker({
      host: 'web',
      version: '0.1.0',
      connectors: [{ ...connector, open: () => Promise.resolve(link) }],
      log: silentLog,
    });
    expect(await broker.answer('connection.open', { connection: 'local' })).toEqual({ ok: true, result: {} });
    const answer = await broker.answer('snapshot.get', {});
    expect(answer).toMatchObject({
      result: {
        snapshot: { connections: [{ phase: { state: 'open' }, machine: { tools: expect.any(Array) as [] } }] },
      },
    });
    await broker.close();
    expect(await link.closed).toMatchObject({ code: 'connection-closed' });
  });
});
