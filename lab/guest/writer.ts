import { setTimeout as delay } from 'node:timers/promises';
import { SECTOR_BYTES } from '../disk/ranges.ts';
import { seededRandom } from '../disk/random.ts';
import { errorText, systemCode } from '../errors.ts';
import { writeSector } from '../workload/sector-format.ts';
import { alignedBuffer, DirectFile } from './direct-file.ts';
import type { AgentEvent, WriteJob } from './protocol.ts';

/** Writes blocks to a device, one after the other, and tells of each as soon as the device has acknowledged it. */
export class Writer {
  readonly #job: number;
  readonly #options: WriteJob;
  readonly #emit: (event: AgentEvent) => void;
  #stopped = false;

  constructor(job: number, options: WriteJob, emit: (event: AgentEvent) => void) {
    this.#job = job;
    this.#options = options;
    this.#emit = emit;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    let error: string | undefined;
    try {
      const mode = this.#options.durability === 'fua' ? 'write-durably' : 'write';
      const file = await DirectFile.open(this.#options.device, mode);
      try {
        await this.#writeAll(file);
      } finally {
        await file.close();
      }
    } catch (failure) {
      error = systemCode(failure) ?? errorText(failure);
    }
    this.#emit({ event: 'write-ended', job: this.#job, ...(error === undefined ? {} : { error }) });
  }

  async #writeAll(file: DirectFile): Promise<void> {
    const { blockSectors, first, count, firstGeneration, pattern, seed, writes, writesPerSecond } = this.#options;
    const blocks = Math.floor(count / blockSectors);
    const random = seededRandom(seed ^ firstGeneration);
    const buffer = alignedBuffer(blockSectors * SECTOR_BYTES);
    const started = performance.now();
    for (let done = 0; !this.#stopped && (writes === undefined || done < writes); done++) {
      if (writesPerSecond !== undefined) {
        const due = started + (done * 1000) / writesPerSecond;
        if (due > performance.now()) await delay(due - performance.now());
        if (this.#isStopped()) return;
      }
      const generation = firstGeneration + done;
      const block = pattern === 'random' ? Math.floor(random() * blocks) : (generation - 1) % blocks;
      await this.#writeBlock(file, buffer, first + block * blockSectors, generation);
      await this.#makeDurable(file, done + 1, generation);
    }
  }

  /** Read anew after each wait, during which it may change. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  async #writeBlock(file: DirectFile, buffer: Buffer, sector: number, generation: number): Promise<void> {
    const { blockSectors, durability, seed } = this.#options;
    for (let index = 0; index < blockSectors; index++) {
      writeSector(buffer, index * SECTOR_BYTES, seed, sector + index, generation);
    }
    try {
      await file.write(buffer, sector);
    } catch (failure) {
      const error = systemCode(failure) ?? errorText(failure);
      this.#emit({ event: 'write-failed', job: this.#job, generation, sector, error });
      return;
    }
    this.#emit({ event: 'written', job: this.#job, writes: [[generation, sector]] });
    if (durability === 'fua') this.#emit({ event: 'durable', job: this.#job, generation });
  }

  async #makeDurable(file: DirectFile, done: number, generation: number): Promise<void> {
    const { durability } = this.#options;
    if (durability === 'fua' || durability === 'never') return;
    if (durability !== 'flush-each' && done % durability.flushEvery !== 0) return;
    try {
      await file.flush();
    } catch (failure) {
      this.#emit({ event: 'flush-failed', job: this.#job, error: systemCode(failure) ?? errorText(failure) });
      return;
    }
    this.#emit({ event: 'durable', job: this.#job, generation });
  }
}
