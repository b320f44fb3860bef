import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { get, login } from './client.ts';

const command = join(import.meta.dirname, '../../dist/web/host.mjs');
const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? ['--allow-root'] : [];

describe.skipIf(!existsSync(command))('the command (skipped when it is not built: npm run build)', () => {
  let state: string;
  let child: ChildProcessWithoutNullStreams | null = null;
  let output = '';

  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'dm-remap-state-'));
  });

  afterEach(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(state, { recursive: true });
  });

  function start(...args: string[]): ChildProcessWithoutNullStreams {
    output = '';
    const started = spawn(process.execPath, [command, '--no-open', ...args], {
      env: { ...process.env, XDG_STATE_HOME: state, XDG_DATA_HOME: join(state, 'data') },
    });
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => (output += text));
    }
    child = started;
    return started;
  }

  async function exitCode(started: ChildProcessWithoutNullStreams): Promise<number | null> {
    await once(started, 'close');
    return started.exitCode;
  }

  async function address(): Promise<string> {
    await expect.poll(() => output, { timeout: 20_000 }).toMatch(/login\?t=\S+\s/);
    return /http:\S+/.exec(output)?.[0] ?? '';
  }

  it('prints an address that works, keeps a private log, and ends on a signal, also when it comes twice', async () => {
    const started = start(...asRoot);
    const url = new URL(await address());
    expect(url.hostname).toBe('127.0.0.1');
    const cookie = await login(url.href);
    expect((await get(Number(url.port), '/', { cookie })).status).toBe(200);
    await expect.poll(() => output).toContain('a browser logged in. If it was not yours,');
    const log = join(state, 'dm-remap-desktop/browser-host.jsonl');
    expect((await stat(log)).mode & 0o777).toBe(0o600);
    expect(await readFile(log, 'utf8')).not.toContain(url.searchParams.get('t'));
    for (const name of ['history.db', 'lab-history.db']) {
      expect((await stat(join(state, 'data/dm-remap-desktop', name))).mode & 0o777).toBe(0o600);
    }
    const ended = exitCode(started);
    started.kill('SIGINT');
    started.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it.runIf(isRoot)('refuses root unless told', async () => {
    expect(await exitCode(start())).toBe(2);
    expect(output).toContain('--allow-root');
    expect(output).not.toContain('login');
  });

  it('says which port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
    expect(await exitCode(start(...asRoot, '--port', String(port)))).toBe(1);
    expect(output).toContain(`Port ${port} cannot be used here.`);
    server.close();
  });

  it('says what is wrong with its arguments', async () => {
    expect(await exitCode(start('--prot'))).toBe(2);
    expect(output).toContain("Unknown option '--prot'");
    expect(output).toContain('usage:');
  });
});
