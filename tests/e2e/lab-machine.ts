import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { test as base } from './watched.ts';
import { hostReplySchema, type HostOrder, type HostReply } from './orders.ts';

/** Longest wait for the host's end, in milliseconds: it waits for the lab's. */
const LIMIT_MS = 60_000;

export interface LabMachine {
  /** Address with the one-time token. */
  readonly url: string;
  /** Resolves when it is done, with what was asked for. */
  order(order: HostOrder): Promise<HostReply['result']>;
}

/** A browser host whose lab the test can reach past the screen. */
export const test = base.extend<{ machine: LabMachine }>({
  machine: async ({ page }, use) => {
    const child = fork(join(import.meta.dirname, 'lab-host.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const waiting = new Map<number, (reply: HostReply) => void>();
    let lastId = 0;
    child.on('message', (raw) => {
      const reply = hostReplySchema.parse(raw);
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    });
    const reply = async (id: number): Promise<HostReply['result']> => {
      const { result, error } = await new Promise<HostReply>((resolve) => waiting.set(id, resolve));
      if (error !== null) throw new Error(error);
      return result;
    };
    const url = String(await reply(0));
    try {
      await use({
        url,
        order: (order) => {
          lastId += 1;
          const answered = reply(lastId);
          child.send({ id: lastId, order });
          return answered;
        },
      });
    } finally {
      // A page that is left open complains that its host is gone.
      await page.close();
      const ended = once(child, 'exit', { signal: AbortSignal.timeout(LIMIT_MS) });
      child.disconnect();
      await ended.catch(() => child.kill('SIGKILL'));
    }
  },
});
