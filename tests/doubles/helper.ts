import { duplexPair, type Duplex } from 'node:stream';

import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { KernelLogState, KernelMessage } from '../../app/domain/kernel-message.ts';
import { defaultSettings, pairSettingsSchema } from '../../app/domain/settings.ts';
import type { ProtectedDevice, RemapRow, TargetEvent } from '../../app/domain/target.ts';
import type { ConnectionId } from '../../app/bridge/snapshot.ts';
import { appError, type AppError } from '../../app/errors.ts';
import { LineCutter } from '../../app/protocol/frames.ts';
import { PROTOCOL_VERSION } from '../../app/protocol/methods.ts';
import { HelperServer, type Handlers } from '../../app/protocol/server.ts';
import type { Connector, HelperLink, Log } from '../../main/ports.ts';
import { sceneFiles } from './files.ts';
import { makeCells, makeRegions, makeRows } from './rows.ts';
import { sceneReading } from './scene-smart.ts';
import { SCENE_BLOCK_SECTORS, SCENE_TIME, sceneEvents, sceneSnapshot, sceneStatus } from './scene.ts';

/** Swallows the log. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * A helper in memory behind the real protocol, with one protected device that the test changes: for faults and orders of
 * events that no real helper can be made to produce on demand.
 */
export class FakeHelper {
  readonly blocks = 1_000_000;
  rows: RemapRow[];
  devices: BlockDevice[];
  targets: ProtectedDevice[];
  events: TargetEvent[];
  /** Verbs in the order they were called. */
  readonly calls: string[] = [];
  /** Takes the place of a verb's answer. */
  readonly overrides: { -readonly [M in keyof Handlers]?: Handlers[M] } = {};
  #server: HelperServer | null = null;
  #stream: Duplex | null = null;
  #closed: (reason: AppError) => void = () => undefined;

  constructor(mapped = 40, pending = 4) {
    this.rows = makeRows(this.blocks, mapped, pending, SCENE_BLOCK_SECTORS);
    const scene = sceneSnapshot(this.rows, this.blocks).connections.find((one) => one.id === 'lab');
    this.devices = [...(scene?.devices ?? [])];
    this.targets = (scene?.targets ?? []).map((view) => view.device);
    this.events = sceneEvents(this.rows, this.rows.length);
  }

  /** A new stream to this helper; the one before is forgotten. */
  link(firstAnswerMs: number | null = 5_000): HelperLink {
    const [mine, theirs] = duplexPair();
    const server = new HelperServer({ send: (line) => void mine.write(`${line}\n`) }, this.#handlers());
    const cutter = new LineCutter();
    mine.setEncoding('utf8');
    mine.on('data', (chunk: string) => {
      for (const line of cutter.push(chunk).lines) void server.receive(line);
    });
    let close: (reason: AppError) => void = () => undefined;
    const closed = new Promise<AppError>((resolve) => (close = resolve));
    // Bound to this stream: the end of one must not end the next.
    mine.on('end', () => close(appError('connection-closed', 'The helper has ended.', 'Open it again.')));
    this.#closed = close;
    this.#server = server;
    this.#stream = mine;
    return { input: theirs, output: theirs, closed, firstAnswerMs };
  }

  /** Ends the stream as a helper that crashed does. */
  die(reason: AppError): void {
    this.#closed(reason);
    this.#stream?.destroy();
  }

  /** Sends one raw line to the client. */
  raw(line: string): void {
    this.#stream?.write(`${line}\n`);
  }

  /** A write to `block` failed and the block went to the spare; told when `tell`. */
  move(block: number, tell = true): void {
    const without = this.rows.filter((row) => row.block !== block);
    const spareBlock = this.rows.length;
    const row: RemapRow = {
      block,
      spareBlock,
      state: 'mapped',
      cause: 'auto',
      residency: 'ff',
      seconds: 1_768_000_000,
    };
    this.rows = [...without, row].sort((a, b) => a.block - b.block);
    const number = (this.events.at(-1)?.number ?? 0) + 1;
    const event: TargetEvent = { number, milliseconds: Date.now(), type: 'remap', block, spareBlock, detail: 'auto' };
    this.events.push(event);
    const status = sceneStatus(this.rows, this.targets[0]?.status.spareTotal ?? 1, number);
    this.targets = this.targets.map((target) => ({ ...target, status }));
    const name = this.targets[0]?.name ?? '';
    if (tell) this.#server?.notify('target.changed', { name, status, events: [event], gap: false });
  }

  tellTargets(): void {
    this.#server?.notify('targets.changed', { targets: this.targets });
  }

  tellDevices(...names: string[]): void {
    this.#server?.notify('devices.changed', { names });
  }

  tellKernel(devno: string, messages: KernelMessage[]): void {
    this.#server?.notify('kernel.said', { devno, messages });
  }

  tellKernelLog(state: KernelLogState): void {
    this.#server?.notify('kernel.log', state);
  }

  tellProgress(token: string, step: string, state: 'running' | 'done'): void {
    this.#server?.notify('plan.progress', { token, step, state });
  }

  #handlers(): Handlers {
    const answers: Handlers = {
      init: () =>
        Promise.resolve({
          protocol: PROTOCOL_VERSION,
          helper: { version: '0.1.0', pid: 1, uid: 0 },
          capabilities: [],
        }),
      'machine.inspect': () => {
        const machine = sceneSnapshot([], this.blocks).connections.find((one) => one.id === 'lab')?.machine;
        if (machine === null || machine === undefined) throw new Error('the scene has no machine');
        return Promise.resolve(machine);
      },
      'devices.list': () => Promise.resolve({ devices: this.devices }),
      'targets.list': () => Promise.resolve({ targets: this.targets }),
      plan: () => Promise.reject(appError('device-gone', 'The disk is gone.', 'Plug it in again.')),
      apply: () => Promise.reject(appError('plan-unknown', 'There is no such plan.', 'Make it again.')),
      'target.status': () => Promise.resolve(sceneStatus(this.rows, 1_000, this.rows.length)),
      'target.remaps': ({ cursor, max }) => {
        const later = this.rows.filter((row) => row.block >= cursor);
        return Promise.resolve({ rows: later.slice(0, max), next: later[max]?.block ?? null });
      },
      'target.health': ({ firstBlock, blockCount, cells }) =>
        Promise.resolve({ cells: makeCells(this.rows, this.blocks, firstBlock, blockCount, cells) }),
      'target.regions': ({ first, max }) => Promise.resolve(makeRegions(this.blocks, SCENE_TIME, first, max)),
      'target.events': ({ after, max }) => {
        const later = this.events.filter((event) => event.number > after);
        return Promise.resolve({ events: later.slice(0, max), next: later[max - 1]?.number ?? null });
      },
      'target.remap': ({ block }) => {
        this.move(block);
        return Promise.resolve(sceneStatus(this.rows, 1_000, this.events.at(-1)?.number ?? 0));
      },
      'target.unmap': () => Promise.resolve(sceneStatus(this.rows, 1_000, this.rows.length)),
      'target.continue': () => Promise.resolve(sceneStatus(this.rows, 1_000, this.rows.length)),
      'target.set': ({ settings }) => Promise.resolve(pairSettingsSchema.parse({ ...defaultSettings, ...settings })),
      'target.scan': () => Promise.resolve(sceneStatus(this.rows, 1_000, this.rows.length)),
      'target.scanDoing': () =>
        Promise.resolve({
          status: sceneStatus(this.rows, 1_000, this.rows.length),
          doing: { what: 'reading', block: 750_000, milliseconds: 40 },
        }),
      'target.files': ({ ranges }) => Promise.resolve(sceneFiles(ranges)),
      'target.filesStop': () => Promise.resolve({}),
      'smart.read': ({ devno }) => Promise.resolve(sceneReading(devno)),
      'smart.test': () => Promise.resolve({}),
      'events.follow': () => Promise.resolve({}),
    };
    const recorded = Object.entries(answers).map(([name, answer]) => [
      name,
      (params: never) => {
        this.calls.push(name);
        const override = this.overrides[name as keyof Handlers];
        return (override ?? answer)(params);
      },
    ]);
    return Object.fromEntries(recorded) as Handlers;
  }
}

/** A connector to `helper` without a lab. */
export function fakeConnector(helper: FakeHelper, id: ConnectionId = 'local'): Connector & { closes: number } {
  return {
    id,
    title: id === 'local' ? 'This computer' : 'Lab',
    closes: 0,
    open(onStep) {
      onStep('Starting the helper');
      return Promise.resolve(helper.link());
    },
    close() {
      this.closes += 1;
      return Promise.resolve();
    },
  };
}
