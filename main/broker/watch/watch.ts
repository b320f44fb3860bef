import type { Facts } from '../../../app/alerts/rules.ts';
import type { BlockDevice } from '../../../app/domain/block-device.ts';
import type { PairSettings } from '../../../app/domain/settings.ts';
import { ownVerdictOf, type DriveHealth } from '../../../app/domain/smart.ts';
import { blockCount, type ProtectedDevice, type TargetEvent, type TargetStatus } from '../../../app/domain/target.ts';
import { AppError } from '../../../app/errors.ts';
import { verdicts, type ForecastVerdict } from '../../../app/forecast/output.ts';
import type { Speed } from '../../../app/forecast/speed.ts';
import { driveOf, type Drive } from '../../../app/history/drive.ts';
import { nothingMet, type EventTimes } from '../../../app/history/event-times.ts';
import type { Reading } from '../../../app/history/figures.ts';
import { EventMemory } from '../../forecast/event-memory.ts';
import type { HistoryPort, Log, PairIdentity } from '../../ports.ts';
import type { Wire } from '../wire.ts';
import { EventKeeper } from './event-keeper.ts';
import { Recorder } from './recorder.ts';
import { ZoneKeeper } from './zone-keeper.ts';

export interface WatchPorts {
  readonly wire: Wire;
  readonly log: Log;
  /** null where nothing is remembered. */
  readonly history: HistoryPort | null;
  readonly observe: (subject: { id: string; name: string }, facts: Facts) => void;
  /** The disks that are there, as listed last; empty while they are not known. */
  readonly devices: () => readonly BlockDevice[];
}

/** Remembers what is heard of one protected device, and has it judged. Its troubles are no one else's. */
export class TargetWatch {
  /** What events told of the disk, those of before the program started included. */
  readonly met: EventMemory;
  readonly #device: ProtectedDevice;
  readonly #ports: WatchPorts;
  readonly #recorder: Recorder;
  readonly #events: EventKeeper;
  readonly #zones: ZoneKeeper;
  #settings: PairSettings;
  #toldSpeed: () => void = () => undefined;
  /** What events told before the program started could not be read. */
  #isForgetful = false;
  /** Main and spare were both seen. What was never seen is not lost: the list may be older than the device. */
  #sawDisks = false;

  constructor(device: ProtectedDevice, ports: WatchPorts) {
    this.#device = device;
    this.#settings = device.settings;
    this.#ports = ports;
    const { name, uuid } = device;
    const { history, wire } = ports;
    this.met = new EventMemory(this.#remembered());
    this.#recorder = new Recorder((reading) => this.#keep(reading));
    this.#events = new EventKeeper({
      newest: () => history?.newestEvent(uuid) ?? null,
      keep: (events) => history?.addEvents(this.#identity(), events),
      fetch: (after, max) => wire.call('target.events', { name, after, max }),
      failed: (thrown) => this.#failed(thrown),
    });
    const blocks = blockCount(device);
    this.#zones = new ZoneKeeper({
      blocks,
      remembered: () => history?.zones(uuid) ?? [],
      keep: (sample) => history?.addZones(this.#identity(), sample),
      fetch: async (cells) =>
        (await wire.call('target.health', { name, firstBlock: 0, blockCount: blocks, cells })).cells,
      found: () => this.#toldSpeed(),
      failed: (thrown) => this.#failed(thrown),
    });
  }

  /** How fast the zones of main are read, against their past; null where that is not known. */
  get speed(): Speed | null {
    return this.#zones.speed;
  }

  /** Calls `listener` whenever `speed` may have become another one. */
  onSpeed(listener: () => void): void {
    this.#toldSpeed = listener;
  }

  /** How the pair is set from now on: the next status is judged by it. */
  settingsHeard(settings: PairSettings): void {
    this.#settings = settings;
  }

  /** Takes in a status as of `now` (Unix time in milliseconds), and the events that were told with it, ascending. */
  heard(status: TargetStatus, events: readonly TargetEvent[], now: number): void {
    this.met.add(events);
    if (this.#ports.history !== null) {
      this.#recorder.heard(status, now);
      if (events.length > 0) this.#events.told(events);
      else this.#events.heard(status.lastEvent);
      this.#zones.heard(status, now);
    }
    this.#observe({ status, settings: this.#settings, lost: this.#missesDisk() ? 'disk' : 'nothing' });
  }

  /** A disk has told of its own health: is it the one that main or the spare lies on? */
  healthHeard(devno: string, health: DriveHealth): void {
    const verdict = ownVerdictOf(health);
    if (verdict === 'unknown') return;
    const failed = verdict === 'failed';
    const { mainDevno, spareDevno } = this.#device;
    this.#observe({
      ...(this.#disk(mainDevno)?.devno === devno ? { mainFailed: failed } : {}),
      ...(this.#disk(spareDevno)?.devno === devno ? { spareFailed: failed } : {}),
    });
  }

  /**
   * A forecast was made. One that knows nothing says nothing.
   *
   * @param isPartial - the drive tells nothing for now; a past that cannot be read keeps as much from it
   */
  judged(verdict: ForecastVerdict, isPartial: boolean): void {
    if (verdict === 'unknown') return;
    const forecastIsPartial = isPartial || this.#missesPast();
    this.#observe({ forecast: verdicts.indexOf(verdict) - verdicts.indexOf('none'), forecastIsPartial });
  }

  /** The device is gone although nobody stopped it here. */
  vanished(): void {
    this.#observe({ lost: 'device' });
  }

  stop(): void {
    this.#recorder.flush();
    this.#events.stop();
    this.#zones.stop();
  }

  #observe(facts: Facts): void {
    const { uuid, name } = this.#device;
    this.#ports.observe({ id: uuid, name }, facts);
  }

  /** A history that can be read again by now does not bring back what was asked of it before. */
  #missesPast(): boolean {
    const { history } = this.#ports;
    if (history === null) return false;
    return this.#isForgetful || !this.#zones.knowsPast || history.health.error !== null;
  }

  #missesDisk(): boolean {
    const devices = this.#ports.devices();
    const pair = [this.#device.mainDevno, this.#device.spareDevno];
    const both = pair.every((devno) => devices.some((one) => one.devno === devno));
    this.#sawDisks ||= both;
    return this.#sawDisks && !both && devices.length > 0;
  }

  #remembered(): EventTimes {
    try {
      return this.#ports.history?.eventTimes(this.#device.uuid) ?? nothingMet;
    } catch (thrown) {
      this.#isForgetful = true;
      this.#failed(thrown);
      return nothingMet;
    }
  }

  #identity(): PairIdentity {
    const { uuid, name, mainDevno, spareDevno } = this.#device;
    return { uuid, name, main: this.#drive(mainDevno), spare: this.#drive(spareDevno) };
  }

  #drive(devno: string): Drive | null {
    const disk = this.#disk(devno);
    return disk === undefined ? null : driveOf(disk);
  }

  /** A partition is of the drive that it lies on. */
  #disk(devno: string): BlockDevice | undefined {
    const devices = this.#ports.devices();
    const device = devices.find((one) => one.devno === devno);
    return devices.find((one) => one.devno === device?.diskDevno) ?? device;
  }

  #keep(reading: Reading): void {
    try {
      this.#ports.history?.addReading(this.#identity(), reading);
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  /** That the history cannot be kept is shown by its health; anything else is for the log. */
  #failed(thrown: unknown): void {
    if (thrown instanceof AppError && thrown.code === 'history-unavailable') return;
    this.#ports.log.warn({ target: this.#device.name, error: String(thrown) }, 'not remembered');
  }
}
