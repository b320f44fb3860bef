import { readFileSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { SECTOR_BYTES } from '../disk/ranges.ts';
import { errorText, systemCode } from '../errors.ts';
import { readSector } from '../workload/sector-format.ts';
import { alignedBuffer, DirectFile } from './direct-file.ts';
import type { ScanJob, ScanRun } from './protocol.ts';

const CHUNK_SECTORS = 256;
/** Runs told in one message: few enough that their reader sees the scan go on. */
const RUNS_AT_ONCE = 32;

function logicalBlockSectors(device: string): number {
  let folder = `/sys/class/block/${basename(realpathSync(device))}`;
  try {
    readFileSync(`${folder}/partition`);
    folder = `${realpathSync(folder)}/..`;
  } catch {
    // Not a partition: the queue is its own.
  }
  return Number(readFileSync(`${folder}/queue/logical_block_size`, 'utf8')) / SECTOR_BYTES;
}

function sameKind(a: ScanRun, b: ScanRun): boolean {
  return a.state === b.state && a.seed === b.seed && a.generation === b.generation && a.error === b.error;
}

/** Reads sectors directly from the device and tells, in ascending runs, what is in them. */
export async function scan(job: ScanJob, emit: (runs: ScanRun[]) => void): Promise<void> {
  const step = logicalBlockSectors(job.device);
  const file = await DirectFile.open(job.device, 'read');
  const memory = alignedBuffer(CHUNK_SECTORS * SECTOR_BYTES);
  let runs: ScanRun[] = [];
  const add = (run: ScanRun): void => {
    const last = runs.at(-1);
    if (last !== undefined && sameKind(last, run)) runs[runs.length - 1] = { ...last, count: last.count + run.count };
    else runs.push(run);
  };
  const read = async (first: number, count: number): Promise<void> => {
    const buffer = memory.subarray(0, count * SECTOR_BYTES);
    try {
      await file.read(buffer, first);
    } catch (failure) {
      if (count === step) {
        add({ first, count, state: 'unreadable', error: systemCode(failure) ?? errorText(failure) });
        return;
      }
      // A failed read says nothing of its parts: read each for itself.
      const half = Math.ceil(count / step / 2) * step;
      await read(first, half);
      await read(first + half, count - half);
      return;
    }
    for (let index = 0; index < count; index++) {
      add({ first: first + index, count: 1, ...readSector(buffer, index * SECTOR_BYTES, first + index) });
    }
  };
  try {
    for (const wanted of job.runs) {
      const end = wanted.first + wanted.count;
      for (let first = wanted.first; first < end; first += CHUNK_SECTORS) {
        await read(first, Math.min(CHUNK_SECTORS, end - first));
        if (runs.length >= RUNS_AT_ONCE) {
          emit(runs);
          runs = [];
        }
      }
    }
    if (runs.length > 0) emit(runs);
  } finally {
    await file.close();
  }
}
