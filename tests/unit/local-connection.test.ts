import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Broker } from '../../main/broker/broker.ts';
import { silentLog } from '../doubles/helper.ts';
import { localConnector } from '../../main/connections/local/connector.ts';
import { exitError, type Exit } from '../../main/connections/local/exit.ts';

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
