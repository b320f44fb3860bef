import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { test as base } from './watched.ts';

const root = join(import.meta.dirname, '../..');
/** Longest wait for the host's address and for its end, in milliseconds: the end waits for the lab's. */
const LIMIT_MS = 60_000;

export interface Host {
  /** Address with the one-time token. */
  readonly url: string;
}

async function address(host: ChildProcess): Promise<string> {
  if (host.stdout === null) throw new Error('The host has no standard output.');
  for await (const line of createInterface({ input: host.stdout, signal: AbortSignal.timeout(LIMIT_MS) })) {
    const found = /http:\/\/127\.0\.0\.1:\d+\/login\?t=\S+/.exec(line)?.[0];
    if (found !== undefined) return found;
  }
  throw new Error('The host ended without telling its address.');
}

/** The real browser host, as `npm start` runs it, one for each test, its log beside the test's results. */
export const test = base.extend<{ host: Host }>({
  host: async ({ page }, use, info) => {
    const home = info.outputPath('home');
    const args = [join(root, 'dist/web/host.mjs'), '--no-open', ...(process.getuid?.() === 0 ? ['--allow-root'] : [])];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, XDG_STATE_HOME: home, XDG_DATA_HOME: home },
    });
    try {
      const url = await address(child);
      child.stdout.resume();
      await use({ url });
    } finally {
      // A page that is left open complains that its host is gone.
      await page.close();
      const ended = once(child, 'exit', { signal: AbortSignal.timeout(LIMIT_MS) });
      child.kill('SIGTERM');
      await ended.catch(() => child.kill('SIGKILL'));
    }
  },
});
