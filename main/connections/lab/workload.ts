import type { LabWorkload } from '../../../app/bridge/lab.ts';
import { targetNameSchema } from '../../../app/domain/target.ts';
import { appError } from '../../../app/errors.ts';
import type { Lab, SectorRange, VerifiedRun, VerifyReport, Workload } from '../../../lab/index.ts';
import { labError, labRefused } from './errors.ts';

/** Sectors of a written block: 4 KiB, what file systems write. */
const BLOCK_SECTORS = 8;
/** Slow enough to be watched, quick enough to meet a bad block within seconds. */
const WRITES_PER_SECOND = 200;
const DMSETUP = '/usr/sbin/dmsetup';

const idle: LabWorkload = {
  state: 'idle',
  target: null,
  writesAcknowledged: 0,
  writesFailed: 0,
  blocksVerified: 0,
  blocksWrong: 0,
  blocksUnreadable: 0,
  lastError: null,
};

/** Checked writes to a protected device of the lab, and what came of them. */
export class LabWorkloadControl {
  readonly #changed: () => void;
  #workload: Workload | null = null;
  #shown: LabWorkload = idle;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get shown(): LabWorkload {
    const status = this.#workload?.status;
    if (status === undefined) return this.#shown;
    return { ...this.#shown, writesAcknowledged: status.writes, writesFailed: status.failedWrites };
  }

  /** Writes all over `target`, a live device-mapper device, from now on. */
  async start(lab: Lab, target: string, seed: number): Promise<void> {
    if (this.#workload?.status.running === true) {
      throw appError('busy', 'The workload is running already.', 'Stop it first.');
    }
    const name = targetNameSchema.safeParse(target);
    if (!name.success) throw labRefused(`"${target}" is no name of a device.`, 'Choose a protected device.');
    const range = await lengthOf(lab, name.data);
    const workload = await lab.startWorkload({
      device: `/dev/mapper/${name.data}`,
      pattern: 'random',
      range,
      blockBytes: BLOCK_SECTORS * 512,
      writesPerSecond: WRITES_PER_SECOND,
      seed: seed % 2 ** 32,
    });
    this.#workload = workload;
    this.#show({ ...idle, state: 'writing', target });
    workload.onEvent((event) => {
      if (this.#workload !== workload) return;
      if (event.event === 'ended') {
        this.#show({ ...this.#shown, state: 'stopped' });
        if (event.error !== undefined) this.#failed(`The workload ended: ${event.error}.`);
      } else if (event.event === 'write-failed') {
        this.#failed(`A write to sector ${event.sector} failed: ${event.error}.`);
      } else this.#changed();
    });
  }

  async stop(): Promise<void> {
    await this.#running().stop();
    this.#changed();
  }

  /** Begins to read back everything that was acknowledged; what comes of it is shown as it comes. */
  async verify(): Promise<void> {
    const workload = this.#running();
    if (this.#shown.state === 'verifying') {
      throw appError('busy', 'The workload is being read back already.', 'Wait until it is finished.');
    }
    await workload.stop();
    this.#show({
      ...this.#shown,
      state: 'verifying',
      blocksVerified: 0,
      blocksWrong: 0,
      blocksUnreadable: 0,
      lastError: null,
    });
    void this.#readBack(workload);
  }

  async #readBack(workload: Workload): Promise<void> {
    const sectors = { ok: 0, stale: 0, corrupt: 0, unreadable: 0 };
    const problems: VerifiedRun[] = [];
    const stopListening = workload.onEvent((event) => {
      if (event.event !== 'verified' || this.#workload !== workload) return;
      sectors[event.run.verdict] += event.run.count;
      if (event.run.verdict !== 'ok') problems.push(event.run);
      this.#show({ ...this.#shown, ...countBlocks({ sectors, problems }) });
    });
    let lastError: LabWorkload['lastError'] = null;
    try {
      await workload.verify();
    } catch (thrown) {
      lastError = labError(thrown).data;
    }
    stopListening();
    if (this.#workload === workload) this.#show({ ...this.#shown, state: 'stopped', lastError });
  }

  #running(): Workload {
    if (this.#workload !== null) return this.#workload;
    throw labRefused('Nothing has been written yet.', 'Start the workload first.');
  }

  #failed(sentence: string): void {
    const remedy = 'Look at the events of the device; start the workload again to go on.';
    this.#show({ ...this.#shown, lastError: { code: 'lab-refused', sentence, remedy } });
  }

  #show(shown: LabWorkload): void {
    this.#shown = shown;
    this.#changed();
  }
}

/** Counts of a report by block; a block with any wrong sector is wrong. */
export function countBlocks({
  sectors,
  problems,
}: VerifyReport): Pick<LabWorkload, 'blocksVerified' | 'blocksWrong' | 'blocksUnreadable'> {
  const wrong = new Set<number>();
  const unreadable = new Set<number>();
  for (const { first, count, verdict } of problems) {
    const set = verdict === 'unreadable' ? unreadable : wrong;
    const last = Math.floor((first + count - 1) / BLOCK_SECTORS);
    for (let block = Math.floor(first / BLOCK_SECTORS); block <= last; block += 1) set.add(block);
  }
  for (const block of wrong) unreadable.delete(block);
  return {
    blocksVerified: Math.floor(sectors.ok / BLOCK_SECTORS),
    blocksWrong: wrong.size,
    blocksUnreadable: unreadable.size,
  };
}

async function lengthOf(lab: Lab, name: string): Promise<SectorRange> {
  const { code, stdout, stderr } = await lab.exec(DMSETUP, ['table', '--target', 'remap', name]);
  const length = Number(/^0 (\d+) remap /.exec(stdout)?.[1] ?? Number.NaN);
  if (code === 0 && Number.isSafeInteger(length)) return { first: 0, count: length };
  throw appError(
    'target-missing',
    `The lab has no protected device named "${name}".`,
    'Protect the failing disk first.',
    stderr.slice(0, 2_000),
  );
}
