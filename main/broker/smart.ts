import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { DriveHealth, SelfTestKind, SmartProblem, SmartReading, SmartView } from '../../app/domain/smart.ts';
import { toErrorData, type ErrorCode } from '../../app/errors.ts';
import type { Log } from '../ports.ts';

/** How often each disk is asked for its health, in milliseconds. */
export const READ_EVERY_MS = 30 * 60_000;
/** How often a disk that runs a self-test is asked how far it is, in milliseconds. */
export const FOLLOW_TEST_MS = 20_000;

export interface SmartPorts {
  readonly read: (devno: string) => Promise<SmartReading>;
  readonly test: (devno: string, kind: SelfTestKind) => Promise<unknown>;
  /** Changes the connection's disks in the snapshot. */
  readonly change: (recipe: (smart: Record<string, SmartView>) => void) => void;
  /** A disk has told of its health, at a moment (Unix time in milliseconds). */
  readonly heard: (devno: string, health: DriveHealth, now: number) => void;
  readonly log: Log;
}

function unasked(): SmartView {
  return { reading: false, asked: null, problem: null, health: null, heard: null, forecast: null };
}

/** Why a call brought nothing, as it stands beside what drives themselves answer. */
function problemOf(thrown: unknown): SmartProblem {
  const { code, sentence, detail } = toErrorData(thrown);
  return { code: problemCode(code), detail: (detail ?? sentence).slice(0, 4000) };
}

function problemCode(code: ErrorCode): SmartProblem['code'] {
  if (code === 'timeout') return 'timeout';
  return code === 'device-unusable' ? 'not-supported' : 'failed';
}

/** Keeps what the disks of one connection tell of their health: asks each when it appears, then at intervals. */
export class SmartFollower {
  readonly #ports: SmartPorts;
  /** What tells a disk from another one that takes its number, by devno. */
  readonly #disks = new Map<string, string>();
  readonly #asking = new Map<string, Promise<void>>();
  readonly #followUps = new Map<string, NodeJS.Timeout>();
  #timer: NodeJS.Timeout | null = null;
  /** Disks are asked one after another: all at once would be a burst on machines with many of them. */
  #queue: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(ports: SmartPorts) {
    this.#ports = ports;
    this.#timer = setInterval(() => {
      for (const devno of this.#disks.keys()) this.#later(devno);
    }, READ_EVERY_MS);
    this.#timer.unref();
  }

  /** Takes in the list of devices: new disks are asked, those that are gone are forgotten. */
  devices(list: readonly BlockDevice[]): void {
    const disks = new Map(
      list
        .filter(({ kind, sizeSectors }) => kind === 'disk' && sizeSectors > 0)
        .map(({ devno, wwn, serial, model, sizeSectors }) => [
          devno,
          JSON.stringify([wwn, serial, model, sizeSectors]),
        ]),
    );
    for (const [devno, identity] of this.#disks) {
      if (disks.get(devno) === identity) continue;
      this.#disks.delete(devno);
      this.#asking.delete(devno);
      this.#unfollow(devno);
      this.#ports.change((smart) => {
        if (disks.has(devno)) smart[devno] = unasked();
        else Reflect.deleteProperty(smart, devno);
      });
    }
    for (const [devno, identity] of disks) {
      if (this.#disks.has(devno)) continue;
      this.#disks.set(devno, identity);
      this.#ports.change((smart) => {
        smart[devno] ??= unasked();
      });
      this.#later(devno);
    }
  }

  /** Asks a disk now; joins a question that is under way. Rejects with the `AppError` of a call that failed. */
  read(devno: string): Promise<void> {
    const known = this.#asking.get(devno);
    if (known !== undefined) return known;
    const asking = this.#ask(devno).finally(() => {
      if (this.#asking.get(devno) === asking) this.#asking.delete(devno);
    });
    this.#asking.set(devno, asking);
    return asking;
  }

  /** Starts or stops a self-test and reads what came of it. */
  async test(devno: string, kind: SelfTestKind): Promise<void> {
    await this.#ports.test(devno, kind);
    // A question that is under way may have been answered before the test began.
    await this.#asking.get(devno)?.catch(() => undefined);
    await this.read(devno);
  }

  /** Nothing is asked any more; what was heard stays in the snapshot. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const devno of [...this.#followUps.keys()]) this.#unfollow(devno);
    this.#change((view) => {
      view.reading = false;
    });
  }

  #later(devno: string): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#stopped || !this.#disks.has(devno)) return;
      await this.read(devno).catch((thrown: unknown) =>
        this.#ports.log.warn({ devno, ...toErrorData(thrown) }, 'SMART not read'),
      );
    });
  }

  async #ask(devno: string): Promise<void> {
    const identity = this.#disks.get(devno);
    this.#changeOne(devno, (view) => {
      view.reading = true;
    });
    // The answer is of the disk that was there when it was asked for.
    const isOfAnother = (): boolean => this.#stopped || this.#disks.get(devno) !== identity;
    const reading = await this.#ports.read(devno).catch((thrown: unknown) => {
      if (!isOfAnother()) this.#unanswered(devno, problemOf(thrown));
      throw thrown;
    });
    if (!isOfAnother()) this.#take(devno, reading);
  }

  #unanswered(devno: string, problem: SmartProblem): void {
    this.#changeOne(devno, (view) => {
      view.reading = false;
      view.problem = problem;
    });
    this.#unfollow(devno);
  }

  #take(devno: string, reading: SmartReading): void {
    const now = Date.now();
    this.#changeOne(devno, (view) => {
      view.reading = false;
      view.asked = now;
      view.problem = reading.state === 'unavailable' ? reading.problem : null;
      if (reading.state === 'read') {
        view.health = reading.health;
        view.heard = now;
      }
    });
    this.#unfollow(devno);
    if (reading.state !== 'read') return;
    this.#ports.heard(devno, reading.health, now);
    if (reading.health.running === null) return;
    const timer = setTimeout(() => this.#later(devno), FOLLOW_TEST_MS);
    timer.unref();
    this.#followUps.set(devno, timer);
  }

  #unfollow(devno: string): void {
    clearTimeout(this.#followUps.get(devno));
    this.#followUps.delete(devno);
  }

  #changeOne(devno: string, recipe: (view: SmartView) => void): void {
    this.#ports.change((smart) => {
      const view = smart[devno];
      if (view !== undefined) recipe(view);
    });
  }

  #change(recipe: (view: SmartView) => void): void {
    this.#ports.change((smart) => {
      for (const view of Object.values(smart)) recipe(view);
    });
  }
}
