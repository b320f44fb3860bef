import { join } from 'node:path';

import { Broker } from '../../main/broker/broker.ts';
import { startWebHost, type WebHost } from '../../main/web/host.ts';
import { memoryHistory } from './history.ts';
import { FakeHelper, fakeConnector, silentLog } from './helper.ts';

export interface FakeSetup {
  readonly helper: FakeHelper;
  readonly broker: Broker;
  readonly host: WebHost;
}

/** The real browser host and the real broker over a helper in memory. */
export async function startFakeSetup(pageFolder: string, port = 0): Promise<FakeSetup> {
  const helper = new FakeHelper();
  const connectors = [fakeConnector(helper, 'local')];
  const broker = new Broker({
    host: 'web',
    version: '0.1.0',
    connectors,
    log: silentLog,
    openHistory: () => memoryHistory(),
  });
  const host = await startWebHost({ broker, pageFolder, port, log: silentLog });
  return { helper, broker, host };
}

// For looking at the renderer without a machine behind it: node tests/doubles/web-host.ts [port]
if (import.meta.main) {
  const page = join(import.meta.dirname, '../../dist/renderer');
  const { helper, host } = await startFakeSetup(page, Number(process.argv[2] ?? 0));
  process.stdout.write(`${host.newLoginUrl()}\n`);
  setInterval(() => helper.move(Math.floor(Math.random() * helper.blocks)), 2_000);
}
