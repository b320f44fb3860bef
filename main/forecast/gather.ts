import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { TargetEvent, TargetStatus } from '../../app/domain/target.ts';
import { unknownInput, type Counter, type DeviceKind, type ForecastInput } from '../../app/forecast/input.ts';
import type { Trouble } from '../../app/forecast/where.ts';

/** A block of main that failed, and what became of it. */
export interface MetTrouble extends Trouble {
  readonly became: 'pending' | 'moved-after-error' | 'moved-in-time';
}

export interface Sources {
  /** Unix milliseconds. */
  readonly now: number;
  readonly status: TargetStatus;
  /** The newest events, ascending. */
  readonly events: readonly TargetEvent[];
  /** From the remap table. */
  readonly troubles: readonly MetTrouble[];
  /** The disk that main is or lies on; null when it is not known. */
  readonly disk: Pick<BlockDevice, 'transport' | 'rotational'> | null;
}

/** Everything that is known of a protected device's main disk, as the forecast takes it. */
export function gather({ now, status, events, troubles, disk }: Sources): ForecastInput {
  const times = (became: MetTrouble['became']): number[] =>
    troubles.flatMap((one) => (one.became === became ? [one.milliseconds] : []));
  const eventTimes = (type: TargetEvent['type']): number[] =>
    events.flatMap((event) => (event.type === type ? [event.milliseconds] : []));
  const unknown = unknownInput(now, kindOf(disk));
  return {
    ...unknown,
    own: {
      ...unknown.own,
      pendingBlocks: counterOf(status.pending, times('pending')),
      movedBlocks: counterOf(status.auto, times('moved-after-error')),
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

function counterOf(value: number, times: readonly number[]): Counter {
  if (value === 0) return { value, rose: null, firstSeen: null };
  let rose: number | null = null;
  let firstSeen: number | null = null;
  for (const time of times) {
    rose = Math.max(rose ?? time, time);
    firstSeen = Math.min(firstSeen ?? time, time);
  }
  return { value, rose, firstSeen };
}
