import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AgentClient } from './agent-client.ts';

let folder: string;
let server: Server;
let client: AgentClient;
/** The end that plays the agent. */
let agent: Socket;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmr-agent-'));
  server = createServer();
  server.listen(join(folder, 's'));
  client = new AgentClient(join(folder, 's'));
  [agent] = (await once(server, 'connection')) as [Socket];
});

afterEach(async () => {
  client.close();
  agent.destroy();
  server.close();
  await rm(folder, { recursive: true });
});

test('what the agent refuses is an error with its reason', async () => {
  const refused = client.devices();
  agent.write('{"id": 1, "error": "no such thing"}\n');
  await expect(refused).rejects.toMatchObject({
    code: 'agent-failed',
    message: expect.stringContaining('no such') as string,
  });
});

test.each(['not JSON', '{"event": "unheard-of"}', '[]'])(
  'an agent that says %s fails what waits and what comes',
  async (text) => {
    const failed = expect(client.hello()).rejects.toMatchObject({ code: 'agent-failed', detail: text });
    agent.write(`${text}\n`);
    await failed;
    await expect(client.hello()).rejects.toMatchObject({ code: 'agent-failed' });
  },
);

test('a machine that ends fails what waits', async () => {
  const failed = expect(client.exec('/usr/bin/true', [])).rejects.toMatchObject({ code: 'machine-died' });
  agent.destroy();
  await failed;
});
