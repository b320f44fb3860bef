import type { HealthCell, TargetStatus } from '../../../app/domain/target.ts';
import { MAX_ZONE_SAMPLES, speedOf, zoneCount, type Speed } from '../../../app/forecast/speed.ts';
import type { ZoneSample, ZoneTime } from '../../ports.ts';

/** How often zones are asked for while a pass of the scanner takes its time, in milliseconds. */
export const SAMPLE_EVERY_MS = 24 * 3_600_000;
/** How long after a question that failed it is asked again, in milliseconds. */
export const ASK_AGAIN_MS = 10 * 60_000;

export interface ZoneKeeperPorts {
  /** Blocks of main. */
  readonly blocks: number;
  /** Every sample that is remembered, oldest first. Throws when it cannot be had. */
  readonly remembered: () => readonly ZoneSample[];
  /** Throws when it cannot be kept. */
  readonly keep: (sample: ZoneSample) => void;
  /** Asks for the whole of main in so many cells. */
  readonly fetch: (cells: number) => Promise<readonly HealthCell[]>;
  /** The speed may have become another one. */
  readonly found: () => void;
  readonly failed: (thrown: unknown) => void;
  /** Monotonic, in milliseconds. */
  readonly uptime?: () => number;
}

/**
 * Samples how long reads of main's zones take, when a pass of the scanner has ended and daily while one runs, and compares
 * each zone with its own past. A zone whose numbers are those of its last sample was not timed since and makes none, or
 * a disk that nobody reads would become ever more certain of its past.
 */
export class ZoneKeeper {
  readonly #ports: ZoneKeeperPorts;
  readonly #uptime: () => number;
  /** Of each zone, ascending by time; null until the history was read. */
  #past: ZoneTime[][] | null = null;
  /** When zones were last asked for, and what the scanner had done by then. */
  #last: Pick<ZoneSample, 'milliseconds' | 'scanPasses'> | null = null;
  #speed: Speed | null = null;
  #asking = false;
  #notBefore = -Infinity;
  #stopped = false;

  constructor(ports: ZoneKeeperPorts) {
    this.#ports = ports;
    this.#uptime = ports.uptime ?? (() => performance.now());
  }

  /** null while no zone has enough of a past. */
  get speed(): Speed | null {
    return this.#speed;
  }

  /** What is remembered was read: until then `speed` says less than is known. */
  get knowsPast(): boolean {
    return this.#past !== null;
  }

  /** Takes in a status as of `now` (Unix time in milliseconds). */
  heard({ scanPasses }: Pick<TargetStatus, 'scanPasses'>, now: number): void {
    if (this.#stopped || this.#asking || this.#uptime() < this.#notBefore) return;
    try {
      const past = this.#remembered();
      const last = this.#last;
      const waits = last !== null && Math.abs(now - last.milliseconds) < SAMPLE_EVERY_MS;
      if (!waits || last.scanPasses !== scanPasses) this.#ask(past, { milliseconds: now, scanPasses });
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #remembered(): ZoneTime[][] {
    if (this.#past !== null) return this.#past;
    const past = Array.from({ length: zoneCount(this.#ports.blocks) }, (): ZoneTime[] => []);
    const samples = this.#ports.remembered();
    for (const { zones } of samples) for (const time of zones) past[time.zone]?.push(time);
    this.#past = past;
    this.#last = samples.at(-1) ?? null;
    this.#judge(past);
    return past;
  }

  #ask(past: ZoneTime[][], at: Pick<ZoneSample, 'milliseconds' | 'scanPasses'>): void {
    this.#asking = true;
    this.#ports
      .fetch(past.length)
      .then((cells) => {
        if (!this.#stopped) this.#take(past, at, cells);
      })
      .catch((thrown: unknown) => this.#failed(thrown))
      .finally(() => {
        this.#asking = false;
      });
  }

  #take(past: ZoneTime[][], at: Pick<ZoneSample, 'milliseconds' | 'scanPasses'>, cells: readonly HealthCell[]): void {
    const zones = cells.flatMap(({ cell, averageLatencyUs, worstLatencyUs }): ZoneTime[] => {
      const before = past[cell]?.at(-1);
      const same = before?.averageUs === averageLatencyUs && before.worstUs === worstLatencyUs;
      // An average of zero says that nothing was timed.
      if (averageLatencyUs === 0 || same) return [];
      return [{ zone: cell, averageUs: averageLatencyUs, worstUs: worstLatencyUs }];
    });
    if (zones.length > 0) this.#ports.keep({ ...at, zones });
    this.#last = at;
    for (const time of zones) {
      const times = past[time.zone] ?? [];
      times.push(time);
      if (times.length > MAX_ZONE_SAMPLES) times.shift();
    }
    if (zones.length > 0) this.#judge(past);
  }

  #judge(past: readonly (readonly ZoneTime[])[]): void {
    const zones = past.map((times) => {
      const averages = times.map(({ averageUs }) => averageUs);
      return { past: averages.slice(0, -1), present: averages.at(-1) ?? 0 };
    });
    this.#speed = speedOf(zones, this.#ports.blocks);
    this.#ports.found();
  }

  #failed(thrown: unknown): void {
    this.#notBefore = this.#uptime() + ASK_AGAIN_MS;
    this.#ports.failed(thrown);
  }
}
