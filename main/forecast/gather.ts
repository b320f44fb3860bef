import type { BlockDevice } from '../../app/domain/block-device.ts';
import { FOUND_BY_SCAN, type TargetEvent, type TargetStatus } from '../../app/domain/target.ts';
import {
  unknownCounter,
  unknownInput,
  type Counter,
  type DeviceKind,
  type ForecastInput,
} from '../../app/forecast/input.ts';
import type { Speed } from '../../app/forecast/speed.ts';
import type { Troubles } from '../../app/forecast/where.ts';
import type { DriveHealth } from '../../app/domain/smart.ts';
import { driveInput, type TimesOf } from '../../app/forecast/drive.ts';
import { including, never, type Times } from '../../app/forecast/times.ts';

/** Blocks of main that failed, as the remap table knows them. Those that were moved on request are not among them. */
export interface MetTroubles extends Troubles {
  /** Of those that cannot be read. */
  readonly pending: Times;
  /** Of those that an error moved to the spare. */
  readonly movedAfterError: Times;
}

export interface Sources {
  /** Unix milliseconds. */
  readonly now: number;
  readonly status: TargetStatus;
  /** The newest events, ascending. */
  readonly events: readonly TargetEvent[];
  /** From the remap table. */
  readonly troubles: Pick<MetTroubles, 'pending' | 'movedAfterError'>;
  /** The disk that main is or lies on; null when it is not known. */
  readonly disk: Pick<BlockDevice, 'transport' | 'rotational'> | null;
  /** What that disk told of itself last, and what is remembered of its counters; null when it told nothing. */
  readonly drive: { readonly health: DriveHealth; readonly timesOf: TimesOf } | null;
  /** How fast its zones are read against their past; null where that is not known. */
  readonly speed: Speed | null;
}

/** Everything that is known of a protected device's main disk, as the forecast takes it. */
export function gather({ now, status, events, troubles, disk, drive, speed }: Sources): ForecastInput {
  const eventTimes = (type: TargetEvent['type']): Times =>
    events.reduce<Times>((times, event) => (event.type === type ? including(times, event.milliseconds) : times), never);
  const told = drive?.health.kind ?? 'unknown';
  const unknown = unknownInput(now, told === 'unknown' ? kindOf(disk) : told);
  return {
    ...unknown,
    ...(drive === null ? {} : driveInput(drive.health, drive.timesOf)),
    speed,
    own: {
      ...unknown.own,
      pendingBlocks: counterOf(status.pending, troubles.pending),
      movedBlocks: counterOf(status.auto, troubles.movedAfterError),
      scanErrors: scanErrorsOf(events),
      softErrors: counterOf(status.softErrors, eventTimes('soft')),
      slowReads: counterOf(status.slowReads, eventTimes('slow')),
    },
  };
}

/** A virtual disk tells nothing of what it lies on. */
export function kindOf(disk: Sources['disk']): DeviceKind {
  switch (disk?.transport) {
    case undefined:
    case null:
    case 'virtio':
      return 'unknown';
    case 'nvme':
      return 'nvme';
    default:
      return disk?.rotational === true ? 'hdd' : 'ssd';
  }
}

/**
 * Blocks that the scanner was the first to find unreadable, among the events that are known: at least so many. That it
 * found none is known only where all that came from the beginning of a scan to its end is.
 */
function scanErrorsOf(events: readonly TargetEvent[]): Counter {
  const found = events.filter(({ type, detail }) => type === 'pending' && detail === FOUND_BY_SCAN);
  const end = events.findLastIndex(({ type, detail }) => type === 'scan_end' && detail === 'complete');
  if (found.length === 0 && !events.slice(0, Math.max(0, end)).some(({ type }) => type === 'scan_start')) {
    return unknownCounter;
  }
  const times = found.reduce<Times>((sum, { milliseconds }) => including(sum, milliseconds), never);
  return counterOf(new Set(found.map(({ block }) => block)).size, times);
}

function counterOf(value: number, times: Times): Counter {
  return { value, ...(value === 0 ? never : times) };
}
