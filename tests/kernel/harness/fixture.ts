import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { DiskStats, LabDisk } from '../../../lab/index.ts';
import { KernelLab, type KernelLabOptions } from './kernel-lab.ts';
import { findLeaks } from './leaks.ts';
import { makePair, type Pair, type PairOptions } from './pair.ts';
import { Target } from './target.ts';

/** One machine for the tests of a file, and what each of them needs of it. */
export class Fixture {
  #kernelLab: KernelLab | undefined;
  #targets: Target[] = [];
  #names = 0;

  /** The machine; it runs from `beforeAll` to `afterAll`. */
  get kernelLab(): KernelLab {
    if (this.#kernelLab === undefined) throw new Error('the machine is not running yet');
    return this.#kernelLab;
  }

  async start(options: KernelLabOptions): Promise<void> {
    this.#kernelLab = await KernelLab.start(options);
  }

  /** Ends the machine, after a look for memory that it lost where its kernel can tell. */
  async stop(): Promise<void> {
    const kernelLab = this.#kernelLab;
    if (kernelLab === undefined) return;
    try {
      const leaks = kernelLab.lab.isRunning ? await findLeaks(kernelLab) : [];
      expect(leaks, 'lost memory').toEqual([]);
    } finally {
      await kernelLab.stop();
    }
  }

  /** A mapped device that is removed after the test if it is still there. */
  target(): Target {
    const target = new Target(this.kernelLab, `t${String(++this.#names)}`);
    this.#targets.push(target);
    return target;
  }

  /** A pair in its first state, see `makePair`; it is removed after the test. */
  async pair(options: PairOptions = {}): Promise<Pair> {
    return makePair(this.kernelLab, this.target(), options);
  }

  /** Removes what a test left and holds the kernel to having nothing to complain about. */
  async cleanUp(): Promise<void> {
    const { lab, log, io } = this.kernelLab;
    const targets = this.#targets;
    this.#targets = [];
    const complaints = log.takeComplaints();
    if (lab.isRunning) {
      for (const disk of lab.disks.values()) disk.faults.clear();
      await lab.faultsSettled();
      const { stdout } = await this.kernelLab.dmsetup(['ls']);
      const left = new Set(stdout.split('\n').map((line) => line.split('\t')[0]));
      for (const target of targets.reverse()) if (left.has(target.name)) await target.remove();
      await log.mark(io);
      complaints.push(...log.takeComplaints());
    }
    expect(complaints, 'complaints of the kernel').toEqual([]);
  }
}

/** Registers a machine for all tests of the calling file. */
export function useKernelLab(options: KernelLabOptions = {}): Fixture {
  const fixture = new Fixture();
  beforeAll(() => fixture.start(options));
  afterAll(() => fixture.stop());
  afterEach(() => fixture.cleanUp());
  return fixture;
}

/** What a disk has done since `before`. */
export function statsSince(disk: LabDisk, before: DiskStats): DiskStats {
  const now = disk.stats;
  return {
    reads: now.reads - before.reads,
    writes: now.writes - before.writes,
    fuaWrites: now.fuaWrites - before.fuaWrites,
    flushes: now.flushes - before.flushes,
    trims: now.trims - before.trims,
    failedReads: now.failedReads - before.failedReads,
    failedWrites: now.failedWrites - before.failedWrites,
    sectorsRead: now.sectorsRead - before.sectorsRead,
    sectorsWritten: now.sectorsWritten - before.sectorsWritten,
    dirtySectors: now.dirtySectors,
  };
}
