import { RECENT_EVENTS, type TargetView } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { PairSettings } from '../../app/domain/settings.ts';
import type { DriveHealth } from '../../app/domain/smart.ts';
import type { ProtectedDevice, TargetEvent, TargetStatus } from '../../app/domain/target.ts';
import { MAX_ROWS, type NotificationParams } from '../../app/protocol/methods.ts';
import type { TimesOf } from '../../app/forecast/drive.ts';
import type { KnownDisks } from '../forecast/forecast-of.ts';
import { Forecaster } from '../forecast/forecaster.ts';
import type { Log } from '../ports.ts';
import { RemapService } from './remaps/service.ts';
import { eventsBefore, type FetchEvents } from './ring.ts';
import { sampleOf, SampleSeries } from './samples.ts';
import type { TargetWatch } from './watch/watch.ts';
import type { Wire } from './wire.ts';

export interface FollowerPorts {
  readonly wire: Wire;
  readonly log: Log;
  /** Remembers and judges what is heard. */
  readonly watch: TargetWatch;
  /** Changes the device's view in the snapshot; what is known of its machine's disks is there to be read. */
  readonly change: (recipe: (view: TargetView, disks: KnownDisks) => void) => void;
  /** What is remembered of a disk's own counters. */
  readonly timesOf: (disk: BlockDevice) => TimesOf;
}

/** Events of both, each number once, ascending, the newest {@link RECENT_EVENTS}. */
export function mergeEvents(known: readonly TargetEvent[], told: readonly TargetEvent[]): TargetEvent[] {
  const byNumber = new Map(known.map((event) => [event.number, event]));
  for (const event of told) byNumber.set(event.number, event);
  return [...byNumber.values()].sort((a, b) => a.number - b.number).slice(-RECENT_EVENTS);
}

/** Keeps one protected device's view and remap table as the helper tells them. */
export class TargetFollower {
  readonly device: ProtectedDevice;
  readonly remaps: RemapService;
  readonly #ports: FollowerPorts;
  readonly #samples = new SampleSeries();
  readonly #forecaster: Forecaster;
  /** Number of the newest event that was told or was there at the start. */
  #lastEvent: number;
  #status: TargetStatus;
  #stopped = false;
  #catching = false;
  #fetching = false;
  #fetchAgain = false;
  /** What the ring had when following began was heard, or will not be. */
  #heardPast = false;

  constructor(device: ProtectedDevice, ports: FollowerPorts) {
    this.device = device;
    this.#ports = ports;
    this.#lastEvent = device.status.lastEvent;
    this.#status = device.status;
    const { name } = device;
    this.remaps = new RemapService(device.blockSectors, {
      fetch: (cursor, max) => ports.wire.call('target.remaps', { name, cursor, max }),
      changed: () => {
        this.#change((view) => {
          view.remapsRevision += 1;
        });
        this.#forecast();
      },
      loaded: () => this.#forecast(),
      failed: (thrown) => ports.log.warn({ target: name, error: String(thrown) }, 'remap table not read'),
    });
    ports.watch.onSpeed(() => this.#forecast());
    this.#forecaster = new Forecaster({
      troubles: () => this.remaps.troubles(),
      met: () => ports.watch.met,
      change: (recipe) => this.#change(recipe),
      timesOf: ports.timesOf,
      speed: () => ports.watch.speed,
      judged: (verdict, basis) => {
        // Half of the news would be told as one step, and the rest as another.
        const isHalf = this.remaps.isBehind || this.#isBehind() || basis === 'awaited';
        if (!this.#stopped && !isHalf) ports.watch.judged(verdict, basis === 'partial');
      },
    });
  }

  /** Fetches the remap table and the events of before. */
  start(): void {
    this.remaps.reload();
    void this.#fetchEvents();
  }

  stop(): void {
    this.#stopped = true;
    this.remaps.stop();
    this.#forecaster.stop();
    this.#ports.watch.stop();
  }

  /** The device is gone although nobody stopped it here. */
  vanished(): void {
    this.#ports.watch.vanished();
  }

  /** What the helper told when device-mapper raised an event. */
  changed({ status, events, gap }: NotificationParams<'target.changed'>): void {
    const fresh = events.filter((event) => event.number > this.#lastEvent);
    const missing = gap || (fresh[0] !== undefined && fresh[0].number > this.#lastEvent + 1);
    this.#lastEvent = fresh.at(-1)?.number ?? (gap ? status.lastEvent : this.#lastEvent);
    if (missing) this.remaps.reload();
    else this.remaps.follow(fresh);
    this.#heard(
      status,
      (view) => {
        if (fresh.length > 0) view.events = mergeEvents(view.events, fresh);
      },
      fresh,
    );
    if (missing) void this.#fetchEvents();
  }

  /** A disk has told of its own health. */
  healthHeard(devno: string, health: DriveHealth): void {
    if (this.#stopped) return;
    this.#ports.watch.healthHeard(devno, health);
    this.#forecast();
  }

  /** What a list of all devices says about this one. */
  listed(device: ProtectedDevice): void {
    this.#ports.watch.settingsHeard(device.settings);
    this.#heard(device.status, (view) => {
      view.device = device;
    });
    this.remaps.resume();
    this.#catchUp(device.status);
  }

  settingsHeard(settings: PairSettings): void {
    this.#ports.watch.settingsHeard(settings);
    this.#change((view) => {
      view.device.settings = settings;
    });
  }

  /** Takes in a status that was asked for. */
  heardStatus(status: TargetStatus): void {
    this.#heard(status, () => undefined);
    this.#catchUp(status);
  }

  /** Asks for events that a status knows of and that were not told, whatever became of them. */
  #catchUp(status: TargetStatus): void {
    if (status.lastEvent <= this.#lastEvent || this.#catching) return;
    this.#catching = true;
    const { name } = this.device;
    this.#ports.wire
      .call('target.events', { name, after: this.#lastEvent, max: MAX_ROWS })
      .then(({ events }) => this.changed({ name, status, events, gap: events.length === 0 }))
      .catch((thrown: unknown) => this.#ports.log.warn({ target: name, error: String(thrown) }, 'events not read'))
      .finally(() => {
        this.#catching = false;
      });
  }

  #heard(heard: TargetStatus, also: (view: TargetView) => void, events: readonly TargetEvent[] = []): void {
    const now = Date.now();
    // Answers may overtake each other: one that knows of fewer events was read earlier, and says what no longer holds.
    const status = heard.lastEvent < this.#status.lastEvent ? this.#status : heard;
    this.#status = status;
    if (!this.#stopped) this.#ports.watch.heard(status, events, now);
    this.#change((view) => {
      also(view);
      view.status = status;
      view.device.status = status;
      view.heard = now;
      this.#samples.add(view.samples, sampleOf(status, now));
    });
    this.#forecast();
  }

  /** A status knows of events that were not told yet. */
  #isBehind(): boolean {
    return this.#status.lastEvent > this.#lastEvent;
  }

  /** Takes in what the spare's ring has. */
  async #fetchEvents(): Promise<void> {
    this.#fetchAgain = this.#fetching;
    if (this.#fetching) return;
    this.#fetching = true;
    const { name } = this.device;
    try {
      do {
        this.#fetchAgain = false;
        const fetch: FetchEvents = (after, max) => this.#ports.wire.call('target.events', { name, after, max });
        const events = await eventsBefore(fetch, this.#lastEvent + 1, MAX_ROWS);
        this.#ports.watch.met.add(events);
        this.#change((view) => {
          view.events = mergeEvents(events, view.events);
        });
      } while (this.#isAskedAgain());
    } catch (thrown) {
      this.#ports.log.warn({ target: name, error: String(thrown) }, 'earlier events not read');
    } finally {
      this.#fetching = false;
      this.#heardPast = true;
      this.#forecast();
    }
  }

  #isAskedAgain(): boolean {
    return this.#fetchAgain && !this.#stopped;
  }

  /** Not before the remap table and the events are there: a forecast without them would look better than the next one. */
  #forecast(): void {
    if (this.remaps.isKnown && this.#heardPast) this.#forecaster.heard();
  }

  #change(recipe: (view: TargetView, disks: KnownDisks) => void): void {
    if (!this.#stopped) this.#ports.change(recipe);
  }
}
