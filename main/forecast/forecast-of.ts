import type { TargetView } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { SmartView } from '../../app/domain/smart.ts';
import { blockCount } from '../../app/domain/target.ts';
import { forecast } from '../../app/forecast/forecast.ts';
import type { TargetForecast } from '../../app/forecast/output.ts';
import type { Speed } from '../../app/forecast/speed.ts';
import { predictWhere, withTroubles } from '../../app/forecast/where.ts';
import type { EventTimes } from '../../app/history/event-times.ts';
import type { TimesOf } from '../../app/forecast/drive.ts';
import { gather, type MetTroubles } from './gather.ts';

/** What is known of the disks of a device's machine. */
export interface KnownDisks {
  readonly devices: readonly BlockDevice[];
  /** By devno of the whole disk. */
  readonly smart: Readonly<Record<string, SmartView>>;
}

/** The forecast of a device's main disk from what is known of it at `now`, Unix milliseconds. */
export function forecastOf(
  view: Pick<TargetView, 'device' | 'status'>,
  { devices, smart }: KnownDisks,
  troubles: MetTroubles,
  met: EventTimes,
  timesOf: (disk: BlockDevice) => TimesOf,
  speed: Speed | null,
  now: number,
): TargetForecast {
  const { device, status } = view;
  const main = devices.find(({ devno }) => devno === device.mainDevno);
  const disk = devices.find(({ devno }) => devno === main?.diskDevno) ?? main ?? null;
  const health = disk === null ? null : (smart[disk.devno]?.health ?? null);
  const drive = disk === null || health === null ? null : { health, timesOf: timesOf(disk) };
  const place = { blockSectors: device.blockSectors, blocks: blockCount(device) };
  return {
    disk: forecast(gather({ now, status, met, troubles, disk, drive, speed })),
    where: predictWhere(withTroubles(troubles, met.slowBlocks), place, now),
  };
}
