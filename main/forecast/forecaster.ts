import type { TargetView } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { ForecastVerdict } from '../../app/forecast/output.ts';
import type { Speed } from '../../app/forecast/speed.ts';
import type { EventTimes } from '../../app/history/event-times.ts';
import type { TimesOf } from '../../app/forecast/drive.ts';
import { basisOf, forecastOf, type Basis, type KnownDisks } from './forecast-of.ts';
import type { MetTroubles } from './gather.ts';

/** Closest that two forecasts of one device follow each other, in milliseconds: nobody reads them faster. */
export const FORECAST_EVERY_MS = 2_000;
/** A forecast from a million blocks takes long: this part of the time at most, one in so many, is spent on them. */
const REST_FOR_WORK = 20;

export interface ForecasterPorts {
  /** Blocks that the remap table knows to have failed. */
  readonly troubles: () => MetTroubles;
  /** What events told of the disk. */
  readonly met: () => EventTimes;
  /** Gives the device's view to change, and what is known of the disks of its machine. */
  readonly change: (recipe: (view: TargetView, disks: KnownDisks) => void) => void;
  /** What is remembered of a disk's own counters. */
  readonly timesOf: (disk: BlockDevice) => TimesOf;
  /** How fast the zones of main are read, null where that is not known. */
  readonly speed: () => Speed | null;
  /** The verdict of a forecast that was made, whether it is another one or not, and what it is made from. */
  readonly judged: (verdict: ForecastVerdict, basis: Basis) => void;
}

/** Makes one protected device's forecast anew when something was heard, at once or a little later. */
export class Forecaster {
  readonly #ports: ForecasterPorts;
  #timer: NodeJS.Timeout | null = null;
  #last = 0;
  #rest = FORECAST_EVERY_MS;
  #stopped = false;

  constructor(ports: ForecasterPorts) {
    this.#ports = ports;
  }

  /** Something that a forecast is made from may have changed. */
  heard(): void {
    if (this.#stopped || this.#timer !== null) return;
    const wait = this.#last + this.#rest - Date.now();
    // A clock that was set back must not keep the forecast from being made.
    if (wait <= 0 || wait > this.#rest) this.#make();
    else this.#timer = setTimeout(() => this.#make(), wait);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #make(): void {
    this.#timer = null;
    this.#last = Date.now();
    const began = performance.now();
    const troubles = this.#ports.troubles();
    const met = this.#ports.met();
    const { timesOf } = this.#ports;
    const speed = this.#ports.speed();
    const judged: (() => void)[] = [];
    this.#ports.change((view, disks) => {
      const made = forecastOf(view, disks, troubles, met, timesOf, speed, this.#last);
      const basis = basisOf(view, disks);
      judged.push(() => this.#ports.judged(made.disk.verdict, basis));
      // The same forecast told again would be a patch that says nothing.
      if (JSON.stringify(made) !== JSON.stringify(view.forecast)) view.forecast = made;
    });
    for (const tell of judged) tell();
    this.#rest = Math.max(FORECAST_EVERY_MS, REST_FOR_WORK * (performance.now() - began));
  }
}
