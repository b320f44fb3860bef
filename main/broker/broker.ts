import { isDeepStrictEqual } from 'node:util';

import * as z from 'zod';

import {
  isRequestName,
  requests,
  type Answer,
  type RequestName,
  type RequestParams,
  type RequestResult,
} from '../../app/bridge/schema.ts';
import { packHealth } from '../../app/bridge/health-pack.ts';
import type { ConnectionId, Snapshot } from '../../app/bridge/snapshot.ts';
import { kernelUnknown } from '../../app/domain/kernel-message.ts';
import { noAlerts } from '../../app/alerts/schema.ts';
import { isGrave } from '../../app/alerts/rules.ts';
import { AppError, appError, toErrorData } from '../../app/errors.ts';
import { historyOff } from '../../app/history/schema.ts';
import { MAX_ROWS } from '../../app/protocol/methods.ts';
import type { Connector, HistoryPort, Log, Notifier, Standing } from '../ports.ts';
import { countersOf } from './counters.ts';
import { readTimes } from './read-times.ts';
import { eventsBefore, type FetchEvents } from './ring.ts';
import { Session } from './session.ts';
import { SnapshotStore, type PatchListener } from './store.ts';

type Handlers = { readonly [R in RequestName]: (params: RequestParams<R>) => Promise<RequestResult<R>> };

/** Requests that change what the snapshot shows. */
const changing: ReadonlySet<RequestName> = new Set<RequestName>([
  'connection.open',
  'connection.close',
  'devices.refresh',
  'module.install',
  'apply',
  'target.remap',
  'target.unmap',
  'target.continue',
  'target.set',
  'target.scan',
  'target.scanDoing',
  'smart.read',
  'smart.test',
  'alerts.acknowledge',
  'alerts.mute',
  'alerts.quiet',
  'lab.act',
]);

export interface BrokerOptions {
  readonly host: Snapshot['app']['host'];
  readonly version: string;
  readonly connectors: readonly Connector[];
  readonly log: Log;
  /** Makes what a connection's devices are remembered by; without it nothing is. Closed with the broker. */
  readonly openHistory?: (connection: ConnectionId) => HistoryPort;
  readonly notifier?: Notifier;
}

/** A host that has no way to tell. */
const silent: Notifier = { tell: () => undefined, standing: () => undefined };

/** Owns what the views show and does what they ask. Knows no host and no kind of connection. */
export class Broker {
  readonly #store: SnapshotStore;
  readonly #sessions: ReadonlyMap<ConnectionId, Session>;
  readonly #log: Log;

  constructor({ host, version, connectors, log, openHistory, notifier = silent }: BrokerOptions) {
    this.#log = log;
    this.#store = new SnapshotStore({
      app: { version, host },
      connections: connectors.map(({ id, title }) => ({
        id,
        title,
        phase: { state: 'closed' },
        machine: null,
        devices: [],
        targets: [],
        smart: {},
        kernel: kernelUnknown,
        applying: null,
        history: historyOff,
        alerts: noAlerts,
        lab: null,
      })),
    });
    const store = this.#store;
    this.#sessions = new Map(
      connectors.map((connector) => {
        const history = openHistory?.(connector.id) ?? null;
        return [connector.id, new Session({ connector, store, log, version, history, notifier })];
      }),
    );
    this.#tellStanding(notifier);
  }

  /** Tells every change of the snapshot from now on; returns the function that ends it. */
  onPatch(listener: PatchListener): () => void {
    return this.#store.onPatch(listener);
  }

  /** Answers a request as it came from a view: its name and parameters are checked here. Never rejects. */
  async answer(name: string, params: unknown): Promise<Answer> {
    try {
      if (!isRequestName(name)) {
        throw appError('unknown-method', `There is no request "${name.slice(0, 64)}".`, 'Reload the window.');
      }
      const parsed = requests[name].params.safeParse(params);
      if (!parsed.success) {
        const detail = z.prettifyError(parsed.error);
        throw appError('bad-request', `"${name}" was asked for wrongly.`, 'Reload the window.', detail);
      }
      // A union of requests cannot be called with a union of parameters; `parsed` is what this request's schema gave.
      const handler = this.#handlers[name] as (params: unknown) => Promise<unknown>;
      return { ok: true, result: await handler(parsed.data) };
    } catch (thrown) {
      const error = toErrorData(thrown);
      if (!(thrown instanceof AppError)) this.#log.error({ request: name, ...error }, 'request failed');
      return { ok: false, error };
    } finally {
      // Before the answer, so that a view that has it already shows what came of the request.
      if (isRequestName(name) && changing.has(name)) this.#store.tell();
    }
  }

  /** Opens a connection without being asked by a view. Failing is shown in the snapshot. */
  open(connection: ConnectionId): void {
    this.#session(connection)
      .open()
      .catch(() => undefined);
  }

  /** Ends every connection: helpers and machines that were started are gone when it resolves. */
  async close(): Promise<void> {
    const results = await Promise.allSettled([...this.#sessions.values()].map((session) => session.dispose()));
    for (const result of results) {
      if (result.status === 'rejected') this.#log.error({ error: String(result.reason) }, 'connection not closed well');
    }
    this.#store.tell();
  }

  /** Keeps the host's mark of standing alerts true. */
  #tellStanding(notifier: Notifier): void {
    let told: Standing | null = null;
    const tell = (): void => {
      const { connections } = this.#store.present;
      const open = connections.flatMap(({ alerts }) => alerts.open);
      const watching = connections.some(({ phase }) => phase.state === 'open');
      const now = { alerts: open.length, grave: open.some(isGrave), watching };
      if (!isDeepStrictEqual(now, told)) notifier.standing(now);
      told = now;
    };
    this.#store.onPatch(tell);
    tell();
  }

  readonly #handlers: Handlers = {
    'snapshot.get': () => Promise.resolve(this.#store.told),
    'connection.open': async ({ connection }) => {
      await this.#session(connection).open();
      return {};
    },
    'connection.close': async ({ connection }) => {
      await this.#session(connection).close();
      return {};
    },
    'devices.preview': async ({ connection }) => ({
      disks: (await this.#session(connection).connector.preview?.()) ?? [],
    }),
    'devices.refresh': async ({ connection }) => {
      const session = this.#session(connection);
      await Promise.all([session.refreshDevices(), session.refreshMachine()]);
      return {};
    },
    'module.offer': async ({ connection }) => ({
      offered: (await this.#session(connection).connector.offersModule?.()) ?? false,
    }),
    'module.install': async ({ connection }) => {
      await this.#session(connection).installModule();
      return {};
    },
    plan: ({ connection, intent, nameIsProposal }) => this.#session(connection).plan(intent, nameIsProposal),
    apply: ({ connection, ...params }) => this.#session(connection).apply(params),
    'target.health': async ({ connection, ...params }) => {
      const { cells } = await this.#session(connection).wire().call('target.health', params);
      return { cells: packHealth(cells) };
    },
    'target.readTimes': ({ connection, name }) => {
      const wire = this.#session(connection).wire();
      return readTimes((first) => wire.call('target.regions', { name, first, max: MAX_ROWS }));
    },
    'target.remaps': ({ connection, name, ...query }) =>
      Promise.resolve(this.#session(connection).targets.follower(name).remaps.query(query)),
    'target.remapsAt': ({ connection, name, fromBlock, limit }) =>
      Promise.resolve({ rows: this.#session(connection).targets.follower(name).remaps.rowsAt(fromBlock, limit) }),
    'target.events': async ({ connection, name, before, max }) => {
      const wire = this.#session(connection).wire();
      const fetch: FetchEvents = (after, most) => wire.call('target.events', { name, after, max: most });
      return { events: await eventsBefore(fetch, before, max) };
    },
    'target.remap': async ({ connection, ...params }) => {
      const session = this.#session(connection);
      const status = await session.wire().call('target.remap', params);
      session.targets.follower(params.name).heardStatus(status);
      return status;
    },
    'target.unmap': async ({ connection, ...params }) => {
      const session = this.#session(connection);
      const status = await session.wire().call('target.unmap', params);
      session.targets.follower(params.name).heardStatus(status);
      return status;
    },
    'target.continue': async ({ connection, ...params }) => {
      const session = this.#session(connection);
      const status = await session.wire().call('target.continue', params);
      session.targets.follower(params.name).heardStatus(status);
      return status;
    },
    'target.set': async ({ connection, ...params }) => {
      const session = this.#session(connection);
      const settings = await session.wire().call('target.set', params);
      session.settingsHeard(params.name, settings);
      return settings;
    },
    'target.scan': async ({ connection, ...params }) => {
      const session = this.#session(connection);
      const status = await session.wire().call('target.scan', params);
      session.targets.follower(params.name).heardStatus(status);
      return status;
    },
    'target.scanDoing': async ({ connection, name }) => {
      const session = this.#session(connection);
      const { status, doing } = await session.wire().call('target.scanDoing', { name });
      session.targets.follower(name).heardStatus(status);
      return { doing };
    },
    'target.files': ({ connection, ...params }) => this.#session(connection).wire().call('target.files', params),
    'target.filesStop': ({ connection }) => this.#session(connection).wire().call('target.filesStop', {}),
    'smart.read': async ({ connection, devno }) => {
      await this.#session(connection).smart().read(devno);
      return {};
    },
    'smart.test': async ({ connection, devno, kind }) => {
      await this.#session(connection).smart().test(devno, kind);
      return {};
    },
    'history.samples': ({ connection, device, ...range }) =>
      Promise.resolve(this.#history(connection).samples(device, range)),
    'history.at': ({ connection, device, milliseconds }) =>
      Promise.resolve({ point: this.#history(connection).readingAt(device, milliseconds) }),
    'history.counters': ({ connection, devno }) => {
      const drive = this.#session(connection).driveAt(devno);
      return Promise.resolve({ counters: countersOf(this.#history(connection), drive) });
    },
    'alerts.acknowledge': ({ connection, subject, rule }) => {
      this.#session(connection).alerts.acknowledge(subject, rule);
      return Promise.resolve({});
    },
    'alerts.mute': ({ connection, subject, muted }) => {
      this.#session(connection).alerts.mute(subject, muted);
      return Promise.resolve({});
    },
    'alerts.quiet': ({ quiet }) => {
      for (const session of this.#sessions.values()) session.alerts.setQuiet(quiet);
      return Promise.resolve({});
    },
    'lab.act': async ({ act }) => {
      await this.#session('lab').act(act);
      return {};
    },
  };

  #history(connection: ConnectionId): HistoryPort {
    const { history } = this.#session(connection);
    if (history !== null) return history;
    throw appError('history-unavailable', 'No history is kept here.', 'Start the program as it is installed.');
  }

  #session(connection: ConnectionId): Session {
    const session = this.#sessions.get(connection);
    if (session !== undefined) return session;
    throw appError('bad-request', `There is no connection "${connection}" here.`, 'Choose another connection.');
  }
}
