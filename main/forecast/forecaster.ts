import type { TargetView } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import { forecastOf } from './forecast-of.ts';
import type { MetTrouble } from './gather.ts';

/** Closest that two forecasts of one device follow each other, in milliseconds: nobody reads them faster. */
export const FORECAST_EVERY_MS = 2_000;

export interface ForecasterPorts {
  /** Blocks that the remap table knows to have failed, ascending. */
  readonly troubles: () => readonly MetTrouble[];
  /** Gives the device's view and the disks of its machine, to read and to change. */
  readonly change: (recipe: (view: TargetView, devices: readonly BlockDevice[]) => void) => void;
}

/** Makes one protected device's forecast anew when something was heard, at once or a little later. */
export class Forecaster {
  readonly #ports: ForecasterPorts;
  #timer: NodeJS.Timeout | null = null;
  #last = 0;
  #stopped = false;

  constructor(ports: ForecasterPorts) {
    this.#ports = ports;
  }

  /** Something that a forecast is made from may have changed. */
  heard(): void {
    if (this.#stopped || this.#timer !== null) return;
    const wait = this.#last + FORECAST_EVERY_MS - Date.now();
    // A clock that was set back must not keep the forecast from being made.
    if (wait <= 0 || wait > FORECAST_EVERY_MS) this.#make();
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
    const troubles = this.#ports.troubles();
    this.#ports.change((view, devices) => {
      const made = forecastOf(view, devices, troubles, this.#last);
      // The same forecast told again would be a patch that says nothing.
      if (JSON.stringify(made) !== JSON.stringify(view.forecast)) view.forecast = made;
    });
  }
}
