import { join } from 'node:path';

import type { Lab } from '../../lab/index.ts';
import { Broker } from '../../main/broker/broker.ts';
import { LabConnector } from '../../main/connections/lab/connector.ts';
import { startWebHost } from '../../main/web/host.ts';
import { silentLog } from '../doubles/helper.ts';
import { hostOrderSchema, type HostOrder, type HostReply } from './orders.ts';

/**
 * The real browser host over the real lab, put together as main/web/cli.ts does, in a process that also does to the
 * lab's machine what no screen may ask for. Talks to its parent over Node's IPC and ends when that ends.
 */
const root = join(import.meta.dirname, '../..');
const helperBundle = join(root, 'dist/helper/helper.cjs');
const connector = new LabConnector({ node: process.execPath, helperBundle, projectFolder: root });
const broker = new Broker({ host: 'web', version: '0.1.0', connectors: [connector], log: silentLog });
const host = await startWebHost({ broker, pageFolder: join(root, 'dist/renderer'), port: 0, log: silentLog });

let hanging: { readonly met: Promise<void>; readonly release: () => void } | null = null;

function tell(reply: HostReply): void {
  process.send?.(reply);
}

function theLab(): Lab {
  if (connector.machine === null) throw new Error('the lab is not running');
  return connector.machine;
}

function hangWrites(disk: string): void {
  const { faults } = theLab().disk(disk);
  const met = new Promise<void>((resolve) => faults.onHit(() => resolve()));
  const id = faults.add({ kind: 'hang', operations: ['write'] });
  hanging = { met, release: () => void faults.remove(id) };
}

async function obey(order: HostOrder): Promise<HostReply['result']> {
  switch (order.do) {
    case 'kill-helper': {
      const { code, stderr } = await theLab().exec('/bin/sh', ['-c', 'kill -9 "$(cat /run/lab/helper.pid)"']);
      if (code !== 0) throw new Error(`the helper was not killed: ${stderr}`);
      return null;
    }
    case 'hang-writes':
      hangWrites(order.disk);
      return null;
    case 'until-hung':
      await hanging?.met;
      return null;
    case 'release':
      hanging?.release();
      return null;
    case 'count-writes':
      return theLab().disk(order.disk).stats.writes;
  }
}

process.on('message', (raw) => {
  const { id, order } = hostOrderSchema.parse(raw);
  obey(order).then(
    (result) => tell({ id, result, error: null }),
    (thrown: unknown) => tell({ id, result: null, error: String(thrown) }),
  );
});
process.on('disconnect', () => {
  const ended = host.close().then(() => broker.close());
  void ended.finally(() => process.exit(0));
});
tell({ id: 0, result: host.newLoginUrl(), error: null });
