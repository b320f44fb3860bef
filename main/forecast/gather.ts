import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { TargetStatus } from '../../app/domain/target.ts';
import {
  unknownCounter,
  unknownInput,
  type Counter,
  type DeviceKind,
  type ForecastInput,
} from '../../app/forecast/input.ts';
import type { Speed } from '../../app/forecast/speed.ts';
import type { Troubles } from '../../app/forecast/where.ts';
import type { EventTimes } from '../../app/history/event-times.ts';
import type { DriveHealth } from '../../app/domain/smart.ts';
import { driveInput, type TimesOf } from '../../app/forecast/drive.ts';
import { either, never, type Times } from '../../app/forecast/times.ts';

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
  /** From events, those that are remembered and those that came. */
  readonly met: EventTimes;
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
export function gather({ now, status, met, troubles, disk, drive, speed }: Sources): ForecastInput {
  const told = drive?.health.kind ?? 'unknown';
  const unknown = unknownInput(now, told === 'unknown' ? kindOf(disk) : told);
  return {
    ...unknown,
    ...(drive === null ? {} : driveInput(drive.health, drive.timesOf)),
    speed,
    // A crash takes counts with it that were not saved: the disk is no better for it.
    own: {
      ...unknown.own,
      // Blocks that wait no more were written anew: that they could not be read says as much of the disk.
      pendingBlocks: { value: status.pending, ...either(troubles.pending, met.pending) },
      movedBlocks: counterOf(status.auto, troubles.movedAfterError),
      scanErrors: scanErrorsOf(met),
      softErrors: counterOf(Math.max(status.softErrors, met.soft.count), met.soft),
      slowReads: counterOf(Math.max(status.slowReads, met.slow.count), met.slow),
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
 * Blocks that the scanner was the first to find unreadable: at least so many. That it found none is known only where all
 * that came from the beginning of a scan to its end is.
 */
function scanErrorsOf({ foundByScan, wholeScan }: EventTimes): Counter {
  const { blocks, ...times } = foundByScan;
  return blocks.size === 0 && !wholeScan ? unknownCounter : counterOf(blocks.size, times);
}

function counterOf(value: number, { firstSeen, rose }: Times): Counter {
  return { value, ...(value === 0 ? never : { firstSeen, rose }) };
}
