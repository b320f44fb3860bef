import type { Connection } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { DriveHealth } from '../../app/domain/smart.ts';
import type { ProtectedDevice } from '../../app/domain/target.ts';
import { appError } from '../../app/errors.ts';
import type { NotificationParams } from '../../app/protocol/methods.ts';
import type { Log } from '../ports.ts';
import type { TimesOf } from '../../app/forecast/drive.ts';
import { TargetFollower } from './follower.ts';
import { TargetWatch, type WatchPorts } from './watch/watch.ts';
import type { Wire } from './wire.ts';

type ChangeConnection = (recipe: (connection: Connection) => void) => void;

/** What a watch needs of the connection that its device is on. */
export interface TargetsWatching extends Omit<WatchPorts, 'wire' | 'log'> {
  /** Whether a change is being made on the machine: what goes away meanwhile was stopped on purpose. */
  readonly isApplying: () => boolean;
  /** What is remembered of a disk's own counters. */
  readonly timesOf: (disk: BlockDevice) => TimesOf;
}

/** The same mapping, not another one that took its name. */
function isSame(a: ProtectedDevice, b: ProtectedDevice): boolean {
  return a.uuid === b.uuid && a.devno === b.devno && a.blockSectors === b.blockSectors;
}

/** The protected devices of one connection: views in the snapshot and the follower behind each. */
export class Targets {
  readonly #change: ChangeConnection;
  readonly #log: Log;
  readonly #watching: TargetsWatching;
  #followers = new Map<string, TargetFollower>();
  #wire: Wire | null = null;

  constructor(change: ChangeConnection, log: Log, watching: TargetsWatching) {
    this.#change = change;
    this.#log = log;
    this.#watching = watching;
  }

  /** Follows the devices of `list` through `wire` from now on; what is known of the same devices stays on screen. */
  attach(wire: Wire, list: readonly ProtectedDevice[]): void {
    this.detach();
    this.#followers.clear();
    this.#wire = wire;
    this.#change((connection) => {
      connection.targets = connection.targets.filter((view) => list.some((device) => isSame(device, view.device)));
      // Numbers of events that were not saved before a crash are given out again.
      for (const view of connection.targets) view.events = [];
    });
    this.reconcile(list);
  }

  /** Nothing more is heard: what was last known stays. */
  detach(): void {
    this.#wire = null;
    for (const follower of this.#followers.values()) follower.stop();
  }

  /** Forgets everything. */
  clear(): void {
    this.detach();
    this.#followers.clear();
    this.#change((connection) => {
      connection.targets = [];
    });
  }

  /** Takes in the list of all devices; returns whether one appeared or went. */
  reconcile(list: readonly ProtectedDevice[]): boolean {
    const wire = this.#wire;
    if (wire === null) return false;
    let different = false;
    for (const [name, follower] of this.#followers) {
      const device = list.find((one) => one.name === name);
      if (device !== undefined && isSame(device, follower.device)) continue;
      different = true;
      if (device === undefined && !this.#watching.isApplying()) follower.vanished();
      follower.stop();
      this.#followers.delete(name);
      this.#change((connection) => {
        connection.targets = connection.targets.filter((view) => view.device.name !== name);
      });
    }
    for (const device of list) {
      const known = this.#followers.get(device.name);
      if (known !== undefined) {
        known.listed(device);
        continue;
      }
      different = true;
      this.#add(wire, device);
    }
    return different;
  }

  /** A disk has told of its own health. */
  healthHeard(devno: string, health: DriveHealth): void {
    for (const follower of this.#followers.values()) follower.healthHeard(devno, health);
  }

  /** Returns false when the device is none that is known: the list has to be fetched again. */
  changed(params: NotificationParams<'target.changed'>): boolean {
    const follower = this.#followers.get(params.name);
    follower?.changed(params);
    return follower !== undefined;
  }

  /** Rejects a name that no device has. */
  follower(name: string): TargetFollower {
    const follower = this.#followers.get(name);
    if (follower !== undefined) return follower;
    throw appError(
      'target-missing',
      `There is no protected device named "${name}" here any more.`,
      'Go back to the overview and choose one that is there.',
    );
  }

  #add(wire: Wire, device: ProtectedDevice): void {
    const follower = new TargetFollower(device, {
      wire,
      log: this.#log,
      watch: new TargetWatch(device, { ...this.#watching, wire, log: this.#log }),
      change: (recipe) =>
        this.#change((connection) => {
          const view = connection.targets.find((one) => one.device.name === device.name);
          if (view !== undefined) recipe(view, connection);
        }),
      timesOf: this.#watching.timesOf,
    });
    this.#followers.set(device.name, follower);
    this.#change((connection) => {
      if (connection.targets.some((view) => view.device.name === device.name)) return;
      const { status } = device;
      connection.targets.push({
        device,
        status,
        heard: Date.now(),
        events: [],
        samples: [],
        remapsRevision: 0,
        forecast: null,
      });
    });
    follower.listed(device);
    follower.start();
  }
}
