import type { QmpClient } from '../qemu/qmp.ts';
import { debugNode, partNames } from '../qemu/devices.ts';
import type { LabDisk } from './disk.ts';
import type { ActiveFault } from './faults.ts';

/** The system error that QEMU's scsi-hd reports to the guest as MEDIUM ERROR. Linux numbers it 61 (ENODATA). */
const ENODATA = 61;

interface InjectError {
  readonly event: 'none';
  readonly iotype: 'read' | 'write' | 'flush';
  readonly errno: number;
  readonly sector?: number;
}

/** A blkdebug rule names one sector, so that a fault of many sectors becomes many rules. */
function rulesFor(faults: readonly ActiveFault[]): InjectError[] {
  const rules: InjectError[] = [];
  for (const { kind, operations, ranges } of faults) {
    if (kind !== 'medium') continue;
    for (const iotype of operations) {
      const rule = { event: 'none', iotype, errno: ENODATA } as const;
      if (ranges === undefined) rules.push(rule);
      for (const { first, count } of ranges ?? []) {
        for (let sector = first; sector < first + count; sector++) rules.push({ ...rule, sector });
      }
    }
  }
  return rules;
}

/**
 * Gives a SCSI disk true medium errors: keeps a blkdebug node of QEMU between the disk and its device in step with the
 * disk's faults. NBD can carry no error that QEMU turns into a medium error on SCSI.
 *
 * What it costs: a request that blkdebug fails never reaches the disk, so it is neither logged nor counted, and a fault
 * cannot end after a number of failures; and a change of the faults holds some instants later, when `settled` resolves.
 */
export class MediumMirror {
  readonly #disk: LabDisk;
  readonly #qmp: QmpClient;
  readonly #unsubscribe: () => void;
  #generation = 0;
  #work: Promise<void> = Promise.resolve();
  #scheduled = false;

  constructor(disk: LabDisk, qmp: QmpClient) {
    this.#disk = disk;
    this.#qmp = qmp;
    this.#unsubscribe = disk.faults.onChange(() => {
      this.#schedule();
    });
    if (disk.faults.list().length > 0) this.#schedule();
  }

  /** Resolves when the machine sees the faults as they are now. */
  settled(): Promise<void> {
    return this.#work;
  }

  close(): void {
    this.#unsubscribe();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Several changes in a row become one swap. A failure shows where `settled` is awaited.
    this.#work = this.#work.catch(() => undefined).then(() => this.#swap());
    this.#work.catch(() => undefined);
  }

  async #swap(): Promise<void> {
    this.#scheduled = false;
    const { name } = this.#disk;
    const { nbd, top } = partNames(name);
    const cache = { direct: true, 'no-flush': false };
    const common = { 'read-only': this.#disk.readOnly, cache };
    const old = debugNode(name, this.#generation);
    const next = debugNode(name, this.#generation + 1);
    const rules = rulesFor(this.#disk.faults.list());
    await this.#qmp.execute('blockdev-add', {
      driver: 'blkdebug',
      'node-name': next,
      image: nbd,
      // QEMU does not take an empty list.
      ...(rules.length > 0 ? { 'inject-error': rules } : {}),
      ...common,
    });
    await this.#qmp.execute('blockdev-reopen', {
      options: [{ driver: 'raw', 'node-name': top, file: next, ...common }],
    });
    this.#generation += 1;
    await this.#qmp.execute('blockdev-del', { 'node-name': old });
  }
}
