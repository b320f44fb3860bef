import { once } from 'node:events';
import type { Duplex } from 'node:stream';

import type { LabAction, LabState } from '../../../app/bridge/lab.ts';
import { appError, type AppError } from '../../../app/errors.ts';
import { Lab, type LabOptions } from '../../../lab/index.ts';
import type { Connector, HelperLink, LabPort, OnStep } from '../../ports.ts';
import { labError, labRefused } from './errors.ts';
import { DiskFaults } from './faults.ts';
import { seededRandom } from './random.ts';
import { LabWorkloadControl } from './workload.ts';

/** The helper of an emulated machine starts in some seconds; this is for one that is much slower. Milliseconds. */
const FIRST_ANSWER_MS = 60_000;

type Act = Exclude<LabAction, { action: 'power-on' }>;

/** The lab as a connection: started by the first opening, kept through power cuts, gone when closed. */
export class LabConnector implements Connector {
  readonly id = 'lab';
  readonly title = 'Lab';
  readonly #options: LabOptions;
  readonly #listeners = new Set<() => void>();
  #lab: Lab | null = null;
  #starting = false;
  #faults = new Map<string, DiskFaults>();
  #pulled = new Set<string>();
  #workload = new LabWorkloadControl(() => this.#changed());
  /** Why the helper's stream is about to end, when it is known. */
  #ending: AppError | null = null;

  readonly lab: LabPort;

  constructor(options: LabOptions) {
    this.#options = options;
    const state = (): LabState | null => this.#state();
    this.lab = {
      get state() {
        return state();
      },
      onChange: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      act: async (action) => {
        try {
          await this.#act(action);
        } catch (thrown) {
          throw labError(thrown);
        } finally {
          this.#changed();
        }
      },
    };
  }

  /** The lab as it was started, on or off; null before and after. For whoever made this connector, not for views. */
  get machine(): Lab | null {
    return this.#lab;
  }

  async open(onStep: OnStep, signal: AbortSignal): Promise<HelperLink> {
    this.#starting = true;
    this.#changed();
    try {
      const lab = this.#lab ?? (await this.#start(onStep, signal));
      if (!lab.isRunning) {
        onStep('Switching the machine on');
        await lab.restart();
        this.#pulled.clear();
      }
      onStep('Talking to the helper in the machine');
      this.#ending = null;
      const stream = await lab.helper();
      return { input: stream, output: stream, closed: this.#closed(stream), firstAnswerMs: FIRST_ANSWER_MS };
    } catch (thrown) {
      throw labError(thrown);
    } finally {
      this.#starting = false;
      this.#changed();
    }
  }

  async close(): Promise<void> {
    const lab = this.#lab;
    this.#lab = null;
    for (const faults of this.#faults.values()) faults.stop();
    this.#faults.clear();
    this.#pulled.clear();
    this.#workload = new LabWorkloadControl(() => this.#changed());
    await lab?.stop();
    this.#changed();
  }

  async #start(onStep: OnStep, signal: AbortSignal): Promise<Lab> {
    const lab = await Lab.start({ ...this.#options, signal, onProgress: ({ message }) => onStep(message) });
    if (signal.aborted) {
      await lab.stop();
      throw appError('cancelled', 'The lab was stopped while it was starting.', 'Start it again when you want to.');
    }
    this.#lab = lab;
    this.#faults = new Map([...lab.disks].map(([name, disk]) => [name, new DiskFaults(disk)]));
    for (const disk of lab.disks.values()) disk.faults.onChange(() => this.#changed());
    lab.onExit(({ reason, detail }) => {
      const sentence = `The lab machine ${reason === 'panic' ? 'crashed (kernel panic)' : 'stopped unexpectedly'}.`;
      const remedy = 'Switch it on again: its disks are as they were.';
      this.#ending = appError('lab-machine-died', sentence, remedy, detail.slice(-20_000));
      this.#changed();
    });
    return lab;
  }

  async #closed(stream: Duplex): Promise<AppError> {
    stream.on('error', () => undefined);
    await once(stream, 'close');
    return (
      this.#ending ??
      appError(
        'helper-died',
        'The helper in the lab machine stopped. Its protected disks go on working.',
        'Try again: a new helper is started. If it keeps stopping, report it with the details below.',
      )
    );
  }

  async #act(act: Act): Promise<void> {
    const lab = this.#lab;
    if (lab === null) throw labRefused('The lab has not been started.', 'Start the lab first.');
    switch (act.action) {
      case 'add-faults': {
        const faults = this.#disk(act.disk);
        for (const { firstSector, sectorCount } of act.faults) {
          if (firstSector + sectorCount > faults.sectors) {
            throw labRefused(`Sector ${firstSector} is not on the disk "${act.disk}".`, 'Choose sectors of the disk.');
          }
        }
        const byKind = Map.groupBy(act.faults, ({ fails, healOnWrite }) => `${fails} ${healOnWrite}`);
        for (const group of byKind.values()) {
          const runs = group.map(({ firstSector, sectorCount }) => ({ first: firstSector, count: sectorCount }));
          if (group[0] !== undefined) faults.add(runs, group[0]);
        }
        return;
      }
      case 'add-pattern':
        this.#disk(act.disk).addPattern(act.pattern, act, seededRandom(act.seed));
        return;
      case 'remove-faults':
        this.#disk(act.disk).remove({ first: act.firstSector, count: act.sectorCount });
        return;
      case 'clear-faults':
        this.#disk(act.disk).clear();
        return;
      case 'pull':
      case 'plug':
        return this.#cable(lab, act);
      case 'cut-power':
        this.#ending = appError(
          'connection-closed',
          "The lab machine's power was cut.",
          'Switch it on again: its disks are as they were.',
        );
        await lab.powerCut();
        return;
      case 'workload-start':
        return this.#workload.start(lab, act.target, act.seed);
      case 'workload-stop':
        return this.#workload.stop();
      case 'workload-verify':
        return this.#workload.verify();
    }
  }

  async #cable(lab: Lab, { action, disk }: Extract<Act, { action: 'pull' | 'plug' }>): Promise<void> {
    this.#disk(disk);
    const pulled = this.#pulled.has(disk);
    if (action === 'pull') {
      if (pulled) throw labRefused(`The disk "${disk}" is pulled already.`, 'Plug it in again first.');
      await lab.pull(disk);
      this.#pulled.add(disk);
    } else {
      if (!pulled) throw labRefused(`The disk "${disk}" is plugged in already.`, 'Pull it first.');
      await lab.plug(disk);
      this.#pulled.delete(disk);
    }
  }

  #disk(name: string): DiskFaults {
    const faults = this.#faults.get(name);
    if (faults !== undefined) return faults;
    const known = [...this.#faults.keys()].join(', ');
    throw labRefused(`The lab has no disk "${name}".`, `Choose one of these: ${known}.`);
  }

  /** Made anew at each call, so that whoever holds an earlier one keeps it as it was. */
  #state(): LabState | null {
    const lab = this.#lab;
    if (lab === null) return null;
    return {
      power: lab.isRunning ? 'on' : this.#starting ? 'starting' : 'off',
      disks: [...lab.disks].map(([name, disk]) => ({
        name,
        serial: disk.settings.serial,
        sizeSectors: disk.bytes / 512,
        pulled: this.#pulled.has(name),
        ...(this.#faults.get(name)?.shown() ?? { faults: [], faultySectors: 0 }),
      })),
      workload: this.#workload.shown,
    };
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
