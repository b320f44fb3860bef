import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Notice } from '../../app/alerts/schema.ts';
import type { RequestParams, RequestResult } from '../../app/bridge/schema.ts';
import type { TargetView } from '../../app/bridge/snapshot.ts';
import { confirmationFor, type Intent } from '../../app/domain/plan.ts';
import type { RemapRow } from '../../app/domain/target.ts';
import type { Forecast } from '../../app/forecast/output.ts';
import { SECTOR_BYTES, type Lab, type Workload, type WorkloadOptions } from '../../lab/index.ts';
import { Broker } from '../../main/broker/broker.ts';
import { LabConnector } from '../../main/connections/lab/connector.ts';
import { silentLog } from '../doubles/helper.ts';
import { fileHistory } from '../doubles/history.ts';
import { View } from '../doubles/view.ts';

const MIB = 1024 * 1024;
const root = join(import.meta.dirname, '../..');
const helperBundle = join(root, 'dist/helper/helper.cjs');
const NAME = 'weak';
const onLab = { connection: 'lab' } as const;
export const BLOCK_SECTORS = 8;
/**
 * How often a weak block fails before it gives its data: in the scanner's read and in the one of the block alone, each of
 * which the kernel's SCSI layer tries six times before the target hears of it. The target's own second try succeeds.
 */
const FAILURES = 2 * 6;

/** A pair in the lab from its disks to the view, with a history that outlives the machine. */
export class Foresight {
  readonly notices: Notice[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'dm-remap-foresight-'));
  readonly #connector: LabConnector;
  readonly #broker: Broker;
  #view: View | null = null;

  constructor() {
    if (!existsSync(helperBundle)) throw new Error('The helper is not built: npm run build');
    this.#connector = new LabConnector({
      helperBundle,
      projectFolder: root,
      disks: [
        { name: 'main', bytes: 128 * MIB, bus: 'virtio-scsi', model: 'LAB MAIN', serial: 'LAB-AGING-128M' },
        { name: 'spare', bytes: 16 * MIB, bus: 'virtio-scsi', model: 'LAB SPARE', serial: 'LAB-SPARE-16M' },
      ],
    });
    this.#broker = new Broker({
      host: 'web',
      version: '0.1.0',
      connectors: [this.#connector],
      log: silentLog,
      openHistory: () => fileHistory(join(this.#folder, 'history.db')),
      notifier: { tell: (notice) => this.notices.push(notice), standing: () => undefined },
    });
  }

  async open(): Promise<void> {
    this.#view = await View.of(this.#broker, 'lab');
    await this.#view.call('connection.open', onLab);
  }

  async close(): Promise<void> {
    await this.#broker.close();
    rmSync(this.#folder, { recursive: true });
  }

  get view(): View {
    if (this.#view === null) throw new Error('the lab is not open');
    return this.#view;
  }

  get target(): TargetView {
    const [found] = this.view.connection.targets;
    if (found === undefined) throw new Error('nothing is protected');
    return found;
  }

  /** The forecast but for slow reads, of which an emulated machine has some of its own. */
  get forecast(): Pick<Forecast, 'verdict' | 'probability' | 'terms'> {
    const { disk } = this.target.forecast ?? {};
    if (disk === undefined) throw new Error('there is no forecast yet');
    const { verdict, probability, terms } = disk;
    return { verdict, probability, terms: terms.filter(({ id }) => id !== 'slow-reads') };
  }

  /** The sentence of one of the forecast's terms; undefined where it has no such term. */
  term(name: string): string | undefined {
    return this.target.forecast?.disk.terms.find(({ id }) => id === name)?.sentence;
  }

  isPredicted(block: number): boolean {
    const ranges = this.target.forecast?.where.ranges ?? [];
    return ranges.some(({ first, count }) => block >= first && block < first + count);
  }

  /** Asks of the pair. */
  ask<R extends 'target.readTimes' | 'target.events' | 'target.remapsAt'>(
    request: R,
    params: Omit<RequestParams<R>, 'connection' | 'name'>,
  ): Promise<RequestResult<R>> {
    return this.view.call(request, { ...onLab, name: NAME, ...params } as RequestParams<R>);
  }

  /** All that is kept of the pair. */
  history(): Promise<RequestResult<'history.samples'>> {
    const { uuid } = this.target.device;
    return this.view.call('history.samples', { ...onLab, device: uuid, from: 0, to: Date.now() + 60_000, points: 100 });
  }

  create(): Promise<void> {
    return this.#apply({
      action: 'create',
      ...this.#pair(),
      name: NAME,
      blockSectors: BLOCK_SECTORS,
      eraseSpare: true,
    });
  }

  /** The power fails while the pair is in use; then the machine runs again and the pair is activated. */
  async powerCut(): Promise<void> {
    await this.view.call('lab.act', { act: { action: 'cut-power' } });
    await this.view.until(({ phase }) => phase.state === 'failed');
    await this.view.call('lab.act', { act: { action: 'power-on' } });
    await this.#apply({ action: 'activate', ...this.#pair(), name: NAME });
  }

  /** Waits until the view shows something of the pair. */
  shows(check: (view: TargetView) => boolean): Promise<void> {
    return this.view.until(({ targets: [first] }) => first !== undefined && check(first));
  }

  /** Waits until the target's figures were read after this moment. */
  async looksAgain(): Promise<void> {
    const before = this.target.heard;
    const asked = Date.now();
    await this.shows(({ heard }) => heard > Math.max(before, asked));
  }

  /** Told of every state of the pair that a view gets to see from now on. */
  onTarget(listener: (view: TargetView) => void): () => void {
    return this.#broker.onPatch(() => {
      const [target] = this.view.connection.targets;
      if (target !== undefined) listener(target);
    });
  }

  /** Blocks that each give their data only after some tries, once. */
  weaken(blocks: readonly number[]): void {
    for (const block of blocks) this.#fail(block, { operations: ['read'], failures: FAILURES });
  }

  /** Blocks that main gives nothing of any more and takes nothing for. */
  kill(blocks: readonly number[]): void {
    for (const block of blocks) this.#fail(block, { operations: ['read', 'write'] });
  }

  /** One pass of the scanner. */
  async scan(): Promise<void> {
    const passes = this.target.status.scanPasses;
    await this.view.call('target.scan', { ...onLab, name: NAME, action: 'start' });
    await this.shows(({ status }) => status.scanPasses === passes + 1);
  }

  /** The first rows of the remap table as soon as it has `count`: it is fetched after the status that counts them. */
  async rowsOnceThereAre(count: number): Promise<RemapRow[]> {
    for (;;) {
      const revision = this.target.remapsRevision;
      const { rows } = await this.ask('target.remapsAt', { fromBlock: 0, limit: 100 });
      if (rows.length >= count) return rows;
      await this.shows(({ remapsRevision }) => remapsRevision !== revision);
    }
  }

  /** Runs a program in the machine. */
  async run(file: string, ...args: string[]): Promise<void> {
    const ended = await this.#machine().exec(file, args);
    if (ended.code !== 0) throw new Error(`${file} failed: ${ended.stderr}`);
  }

  message(...words: string[]): Promise<void> {
    return this.run('/usr/sbin/dmsetup', 'message', NAME, '0', ...words);
  }

  /** Starts checked writes to the pair, one place after the other. */
  write(options: Pick<WorkloadOptions, 'range' | 'seed' | 'writes'>): Promise<Workload> {
    const device = `/dev/mapper/${NAME}`;
    const blockBytes = WRITE_BLOCKS * BLOCK_SECTORS * SECTOR_BYTES;
    const how = { pattern: 'sequential', blockBytes, durability: { flushEvery: FLUSH_EVERY } } as const;
    return this.#machine().startWorkload({ device, ...how, ...options });
  }

  #fail(block: number, how: { operations: ('read' | 'write')[]; failures?: number }): void {
    this.#machine()
      .disk('main')
      .faults.add({ kind: 'medium', ...how, ranges: [rangeOf(block, 1)] });
  }

  #machine(): Lab {
    const { machine } = this.#connector;
    if (machine === null) throw new Error('the lab is not running');
    return machine;
  }

  #pair(): { main: { devno: string }; spare: { devno: string } } {
    const find = (serial: string): { devno: string } => {
      const found = this.view.connection.devices.find((one) => one.serial === serial);
      if (found === undefined) throw new Error(`no disk ${serial}`);
      return { devno: found.devno };
    };
    return { main: find('LAB-AGING-128M'), spare: find('LAB-SPARE-16M') };
  }

  async #apply(intent: Intent): Promise<void> {
    const plan = await this.view.call('plan', { ...onLab, intent });
    const spare = plan.entries.find((entry) => entry.role === 'spare')?.device;
    const confirmation =
      plan.confirm === null || spare === null || spare === undefined ? null : confirmationFor(spare).text;
    await this.view.call('apply', { ...onLab, token: plan.token, confirmation });
  }
}

/** Blocks of each checked write. */
export const WRITE_BLOCKS = 16;
/** Checked writes come in multiples of this, so that all of them are durable when they have ended. */
export const FLUSH_EVERY = 15;

/** Sectors of blocks. */
export function rangeOf(firstBlock: number, blocks: number): { first: number; count: number } {
  return { first: firstBlock * BLOCK_SECTORS, count: blocks * BLOCK_SECTORS };
}
