import * as z from 'zod';
import type { AgentClient } from '../agent-client.ts';
import { SECTOR_BYTES, type SectorRange } from '../disk/ranges.ts';
import { LabError } from '../errors.ts';
import { Emitter, type Listener, type Unsubscribe } from '../events.ts';
import { WriteJob, type AgentEvent, type Durability } from '../guest/protocol.ts';
import { Ledger, type VerifiedRun, type Verdict } from './ledger.ts';

export interface WorkloadOptions {
  /** Absolute path of the block device in the guest. */
  readonly device: string;
  readonly pattern: 'random' | 'sequential';
  /** 512-byte sectors of the device that are written. */
  readonly range: SectorRange;
  /** Bytes of each write, a multiple of the device's logical block; default 4096. */
  readonly blockBytes?: number;
  /** Default: as many as go. */
  readonly writesPerSecond?: number;
  /** Default `flush-each`. */
  readonly durability?: Durability;
  /** Marks this workload's sectors and decides the random pattern; default 1. */
  readonly seed?: number;
  /** End after so many writes; default never. */
  readonly writes?: number;
}

export type WorkloadEvent =
  | { readonly event: 'written'; readonly generation: number; readonly sector: number }
  | { readonly event: 'durable'; readonly generation: number }
  | { readonly event: 'write-failed'; readonly generation: number; readonly sector: number; readonly error: string }
  | { readonly event: 'flush-failed'; readonly error: string }
  /** The guest stopped writing; `error` says why when it was not asked to. */
  | { readonly event: 'ended'; readonly error: string | undefined }
  | { readonly event: 'verified'; readonly run: VerifiedRun };

export interface WorkloadStatus {
  readonly running: boolean;
  /** Writes that the device acknowledged. */
  readonly writes: number;
  readonly failedWrites: number;
  readonly failedFlushes: number;
  /** Blocks that must hold what was written last. */
  readonly blocks: number;
}

export interface VerifyReport {
  /** Sectors by verdict. */
  readonly sectors: Readonly<Record<Verdict, number>>;
  /** All runs that are not `ok`, ascending. */
  readonly problems: readonly VerifiedRun[];
}

/** More than can have been written between two messages of the agent. */
const UNHEARD_WRITES = 1_000_000;

/**
 * Checked writes to a device in the guest. What the device acknowledged is kept here, outside the machine, so that it
 * can be held against what the device gives after a fault or a power cut. It outlives restarts of the machine.
 */
export class Workload {
  readonly options: WorkloadOptions;
  readonly #agent: () => Promise<AgentClient>;
  readonly #ledger: Ledger;
  readonly #events = new Emitter<WorkloadEvent>();
  readonly #blockSectors: number;
  #job: number | undefined;
  #unsubscribe: Unsubscribe | undefined;
  #ended: PromiseWithResolvers<undefined> | undefined;
  #nextGeneration = 1;
  #failedWrites = 0;
  #failedFlushes = 0;

  constructor(options: WorkloadOptions, agent: () => Promise<AgentClient>) {
    this.options = options;
    this.#agent = agent;
    this.#blockSectors = (options.blockBytes ?? 4096) / SECTOR_BYTES;
    this.#ledger = new Ledger(options.range, this.#blockSectors, options.seed ?? 1);
  }

  onEvent(listener: Listener<WorkloadEvent>): Unsubscribe {
    return this.#events.on(listener);
  }

  get status(): WorkloadStatus {
    return {
      running: this.#job !== undefined,
      writes: this.#ledger.writes,
      failedWrites: this.#failedWrites,
      failedFlushes: this.#failedFlushes,
      blocks: this.#ledger.blocks,
    };
  }

  /** Starts writing, or goes on after a stop or a restart of the machine. */
  async start(): Promise<void> {
    if (this.#job !== undefined) throw new LabError('bad-option', 'The workload is running; stop it first.');
    const { device, pattern, range, writesPerSecond, writes } = this.options;
    const job = WriteJob.safeParse({
      device,
      pattern,
      seed: this.options.seed ?? 1,
      blockSectors: this.#blockSectors,
      first: range.first,
      count: range.count,
      durability: this.options.durability ?? 'flush-each',
      firstGeneration: this.#nextGeneration,
      ...(writesPerSecond === undefined ? {} : { writesPerSecond }),
      ...(writes === undefined ? {} : { writes }),
    });
    if (!job.success) {
      throw new LabError('bad-option', `The workload cannot be run: ${z.prettifyError(job.error)}`);
    }
    const agent = await this.#agent();
    const ended = Promise.withResolvers<undefined>();
    this.#ended = ended;
    // The first writes may be told of before the answer to the start is.
    const early: AgentEvent[] = [];
    this.#unsubscribe = agent.onEvent((event) => {
      if (this.#job === undefined) early.push(event);
      else this.#receive(event, this.#job);
    });
    const number = await agent.startWriting(job.data);
    this.#job = number;
    for (const event of early) this.#receive(event, number);
  }

  /** Stops writing; resolves when the last write has been told of. */
  async stop(): Promise<void> {
    if (this.#job === undefined) return;
    const agent = await this.#agent();
    await agent.stopWriting(this.#job);
    await this.finished();
  }

  /** Resolves when the guest has stopped writing. */
  async finished(): Promise<void> {
    await this.#ended?.promise;
  }

  /** The machine lost its power: writes that were not durable are no longer owed. */
  powerCut(): void {
    this.#ledger.powerCut();
    // Writes may have been acknowledged that were never told of; their numbers must not be used twice.
    this.#nextGeneration += UNHEARD_WRITES;
    this.#end('the power was cut');
  }

  /** Reads back everything that is owed, from another device if wanted, and judges it. */
  async verify(device = this.options.device): Promise<VerifyReport> {
    const agent = await this.#agent();
    const sectors = { ok: 0, stale: 0, corrupt: 0, unreadable: 0 };
    const problems: VerifiedRun[] = [];
    // Only what is owed is read: the rest of a failing disk may take minutes of retries and proves nothing.
    await agent.scan({ device, runs: this.#ledger.owedRuns() }, (runs) => {
      for (const run of runs.flatMap((found) => this.#ledger.judge(found))) {
        sectors[run.verdict] += run.count;
        if (run.verdict !== 'ok') problems.push(run);
        this.#events.emit({ event: 'verified', run });
      }
    });
    return { sectors, problems };
  }

  #receive(event: AgentEvent, job: number): void {
    if (!('job' in event) || event.job !== job) return;
    switch (event.event) {
      case 'written':
        for (const [generation, sector] of event.writes) {
          this.#nextGeneration = generation + 1;
          this.#ledger.acknowledged(generation, sector);
          this.#events.emit({ event: 'written', generation, sector });
        }
        break;
      case 'durable':
        this.#ledger.durable(event.generation);
        this.#events.emit({ event: 'durable', generation: event.generation });
        break;
      case 'write-failed':
        this.#nextGeneration = event.generation + 1;
        this.#failedWrites += 1;
        this.#events.emit({
          event: 'write-failed',
          generation: event.generation,
          sector: event.sector,
          error: event.error,
        });
        break;
      case 'flush-failed':
        this.#failedFlushes += 1;
        this.#events.emit({ event: 'flush-failed', error: event.error });
        break;
      case 'write-ended':
        this.#end(event.error);
        break;
    }
  }

  #end(error: string | undefined): void {
    if (this.#ended === undefined) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#job = undefined;
    this.#ended.resolve(undefined);
    this.#ended = undefined;
    this.#events.emit({ event: 'ended', error });
  }
}
