import type { ScanRun } from '../guest/protocol.ts';
import type { SectorRange } from '../disk/ranges.ts';

/** What a sector holds, measured against what was acknowledged. */
export type Verdict =
  /** The newest acknowledged write, or a later one. */
  | 'ok'
  /** An older write than one that was acknowledged: data was lost. */
  | 'stale'
  /** Not what any write put there. */
  | 'corrupt'
  /** The device gave an error. */
  | 'unreadable';

/** A run of sectors with the same verdict. */
export interface VerifiedRun extends SectorRange {
  readonly verdict: Verdict;
  /** The generation found; undefined when none was. */
  readonly generation: number | undefined;
  /** The oldest generation that would have been right, where the run starts. */
  readonly expected: number;
  /** The system's error when unreadable. */
  readonly error: string | undefined;
}

/**
 * The host's memory of one workload's writes: for each block, the newest generation that the device acknowledged, and
 * the newest that it acknowledged as durable. It is what a reader may hold the device to. 0 means never written.
 */
export class Ledger {
  readonly #first: number;
  readonly #blockSectors: number;
  readonly #seed: number;
  readonly #acknowledged: Float64Array;
  readonly #durable: Float64Array;
  /** Blocks acknowledged since the last flush. */
  #sinceFlush = new Map<number, number>();
  #writes = 0;

  constructor(range: SectorRange, blockSectors: number, seed: number) {
    this.#first = range.first;
    this.#blockSectors = blockSectors;
    this.#seed = seed;
    const blocks = Math.floor(range.count / blockSectors);
    this.#acknowledged = new Float64Array(blocks);
    this.#durable = new Float64Array(blocks);
  }

  /** Writes that were acknowledged. */
  get writes(): number {
    return this.#writes;
  }

  /** Blocks that must hold something. */
  get blocks(): number {
    return this.#acknowledged.reduce((sum, generation) => sum + (generation > 0 ? 1 : 0), 0);
  }

  acknowledged(generation: number, sector: number): void {
    const block = (sector - this.#first) / this.#blockSectors;
    this.#acknowledged[block] = generation;
    this.#sinceFlush.set(block, generation);
    this.#writes += 1;
  }

  /** Every write up to this generation has become durable. */
  durable(generation: number): void {
    for (const [block, written] of this.#sinceFlush) {
      if (written > generation) continue;
      this.#durable[block] = written;
      this.#sinceFlush.delete(block);
    }
  }

  /** The power was cut: only what was durable is owed from now on. */
  powerCut(): void {
    this.#acknowledged.set(this.#durable);
    this.#sinceFlush = new Map();
  }

  /** The oldest generation that a sector may hold; 0 when nothing is owed. */
  owed(sector: number): number {
    return this.#acknowledged[Math.floor((sector - this.#first) / this.#blockSectors)] ?? 0;
  }

  /** The sectors of which something is owed, ascending, neighbouring blocks joined. */
  owedRuns(): SectorRange[] {
    const runs: { first: number; count: number }[] = [];
    for (const [block, generation] of this.#acknowledged.entries()) {
      if (generation === 0) continue;
      const first = this.#first + block * this.#blockSectors;
      const last = runs.at(-1);
      if (last !== undefined && last.first + last.count === first) last.count += this.#blockSectors;
      else runs.push({ first, count: this.#blockSectors });
    }
    return runs;
  }

  /** Judges what a scan found. Sectors of which nothing is owed are left out. */
  judge(run: ScanRun): VerifiedRun[] {
    const judged: VerifiedRun[] = [];
    const generation = run.state === 'valid' && run.seed === this.#seed ? run.generation : undefined;
    for (let sector = run.first; sector < run.first + run.count; sector++) {
      const expected = this.owed(sector);
      if (expected === 0) continue;
      const verdict = this.#verdict(run, generation, expected);
      const last = judged.at(-1);
      if (last?.verdict === verdict && last.expected === expected && last.first + last.count === sector) {
        judged[judged.length - 1] = { ...last, count: last.count + 1 };
      } else {
        judged.push({ first: sector, count: 1, verdict, generation, expected, error: run.error });
      }
    }
    return judged;
  }

  #verdict(run: ScanRun, generation: number | undefined, expected: number): Verdict {
    if (run.state === 'unreadable') return 'unreadable';
    // Nothing of this run's is there although it was promised: as much a loss as an older write.
    if (run.state === 'blank' || run.state === 'foreign') return 'stale';
    if (generation === undefined) return run.state === 'valid' ? 'stale' : 'corrupt';
    return generation >= expected ? 'ok' : 'stale';
  }
}
