import { saidFailed } from '../../app/alerts/own-word.ts';
import type { AlertsView } from '../../app/alerts/schema.ts';
import type { TargetView } from '../../app/bridge/snapshot.ts';
import type { BlockDevice } from '../../app/domain/block-device.ts';
import type { SmartProblem, SmartView } from '../../app/domain/smart.ts';
import { blockCount, type ProtectedDevice } from '../../app/domain/target.ts';
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
  readonly alerts: Pick<AlertsView, 'ownWords'>;
}

/**
 * What a forecast has of the drive's own word: all that is to be had, nothing for now (it sleeps, it did not answer, it is
 * not there), or nothing yet, since it was not asked.
 */
export type Basis = 'whole' | 'partial' | 'awaited';

const passing: ReadonlySet<SmartProblem['code']> = new Set<SmartProblem['code']>(['asleep', 'timeout', 'failed']);

/** What of the drive's own word a forecast of a device is made from. */
export function basisOf(
  { device }: Pick<TargetView, 'device'>,
  { devices, smart }: Pick<KnownDisks, 'devices' | 'smart'>,
): Basis {
  const disk = mainDisk(device, devices);
  if (disk === null) return 'partial';
  const told = smart[disk.devno];
  // Only whole disks are asked.
  if (told?.health !== null) return 'whole';
  if (told.problem === null) return 'awaited';
  return passing.has(told.problem.code) ? 'partial' : 'whole';
}

/** The forecast of a device's main disk from what is known of it at `now`, Unix milliseconds. */
export function forecastOf(
  view: Pick<TargetView, 'device' | 'status'>,
  { devices, smart, alerts }: KnownDisks,
  troubles: MetTroubles,
  met: EventTimes,
  timesOf: (disk: BlockDevice) => TimesOf,
  speed: Speed | null,
  now: number,
): TargetForecast {
  const { device, status } = view;
  const disk = mainDisk(device, devices);
  const health = disk === null ? null : (smart[disk.devno]?.health ?? null);
  const drive = disk === null || health === null ? null : { health, timesOf: timesOf(disk) };
  const input = gather({ now, status, met, troubles, disk, drive, speed });
  const failed = drive === null && saidFailed(alerts.ownWords, disk, { uuid: device.uuid, role: 'main' });
  const place = { blockSectors: device.blockSectors, blocks: blockCount(device) };
  return {
    disk: forecast(failed ? { ...input, ownVerdict: 'said-failed' } : input),
    where: predictWhere(withTroubles(troubles, met.slowBlocks), place, now),
  };
}

/** The disk that main is or lies on. */
function mainDisk({ mainDevno }: ProtectedDevice, devices: readonly BlockDevice[]): BlockDevice | null {
  const main = devices.find(({ devno }) => devno === mainDevno);
  return devices.find(({ devno }) => devno === main?.diskDevno) ?? main ?? null;
}
