import { once } from 'node:events';
import { join } from 'node:path';

import { appError } from '../../app/errors.ts';
import { Lab } from '../../lab/index.ts';
import { Broker } from '../../main/broker/broker.ts';
import type { Connector, HelperLink, Log } from '../../main/ports.ts';
import { startWebHost } from '../../main/web/host.ts';

const built = join(import.meta.dirname, '../../dist');
const FIRST_ANSWER_MS = 60_000;
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The lab as a connection whose machine is the caller's, so that what happens in it can be timed. */
class OwnLabConnector implements Connector {
  readonly id = 'lab';
  readonly title = 'Lab';
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  async open(): Promise<HelperLink> {
    const stream = await this.#lab.helper();
    const closed = once(stream, 'close').then(() =>
      appError('helper-died', 'The helper in the lab machine stopped.', 'Open the connection again.'),
    );
    return { input: stream, output: stream, closed, firstAnswerMs: FIRST_ANSWER_MS };
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }
}

export interface LabHost {
  readonly lab: Lab;
  /** The address that logs a browser in, once. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The real broker and browser host, connected to a lab of the caller's, in which `prepare` was done first. */
export async function startLabHost(prepare: (lab: Lab) => Promise<void>): Promise<LabHost> {
  const lab = await Lab.start({ helperBundle: join(built, 'helper/helper.cjs') });
  try {
    await prepare(lab);
    const broker = new Broker({ host: 'web', version: '0', connectors: [new OwnLabConnector(lab)], log: silent });
    const host = await startWebHost({ broker, pageFolder: join(built, 'renderer'), port: 0, log: silent });
    broker.open('lab');
    const stop = async (): Promise<void> => {
      await host.close();
      await broker.close();
      await lab.stop();
    };
    return { lab, url: host.newLoginUrl(), stop };
  } catch (error) {
    await lab.stop();
    throw error;
  }
}
