import { attributeCount, ownVerdictOf, type DriveHealth, type NvmeWarning } from '../domain/smart.ts';
import { forecast } from './forecast.ts';
import { unknownInput, type Counter, type DeviceKind, type ForecastInput } from './input.ts';
import type { Forecast } from './output.ts';
import { never, type Times } from './times.ts';

/** Counters of damage by their ATA numbers, as the forecast names them. Only these are remembered. */
const attributeNumbers = {
  reallocated: 5,
  spinRetries: 10,
  uncorrectable: 187,
  reallocationEvents: 196,
  pending: 197,
  offlineUncorrectable: 198,
  linkErrors: 199,
} as const satisfies Record<keyof ForecastInput['attributes'], number>;
const MEDIA_ERRORS = 'media_errors';
/** What SCSI drives tell in place of attribute 5: both count sectors that the drive gave up. */
const GROWN_DEFECTS = 'grown_defects';

/** When a counter of a drive rose and was first other than zero, as far as that was seen. */
export type TimesOf = (counter: string) => Times;

/** The counters of damage that a drive tells of, by the name under which they are remembered. */
export function damageCounters(health: DriveHealth): readonly (readonly [string, number])[] {
  const attributes = Object.values(attributeNumbers).map((id) => [String(id), attributeCount(health, id)] as const);
  const others = [
    [MEDIA_ERRORS, health.nvme?.mediaErrors ?? null],
    [GROWN_DEFECTS, health.grownDefects],
  ] as const;
  const all = [...attributes, ...others];
  return all.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

/** Of a drive that was read once, so that nothing is known of its counters' past. */
export const noPast: TimesOf = () => never;

/**
 * The forecast of a drive from what it tells of itself alone: no scan has read it, and nobody has timed its reads.
 *
 * @param kind - what the drive is where it does not say so itself
 */
export function driveForecast(health: DriveHealth, kind: DeviceKind, timesOf: TimesOf, now: number): Forecast {
  const told = health.kind === 'unknown' ? kind : health.kind;
  return forecast({ ...unknownInput(now, told), ...driveInput(health, timesOf) });
}

/** What a drive tells of itself, as the forecast takes it. */
export function driveInput(
  health: DriveHealth,
  timesOf: TimesOf,
): Pick<ForecastInput, 'ownVerdict' | 'powerOnHours' | 'attributes' | 'nvme'> {
  const attribute = (id: number): Counter => counter(attributeCount(health, id), String(id), timesOf);
  const { nvme, powerOnHours } = health;
  const reallocated = attribute(attributeNumbers.reallocated);
  return {
    ownVerdict: ownVerdictOf(health),
    powerOnHours,
    attributes: {
      reallocated: reallocated.value === null ? counter(health.grownDefects, GROWN_DEFECTS, timesOf) : reallocated,
      spinRetries: attribute(attributeNumbers.spinRetries),
      uncorrectable: attribute(attributeNumbers.uncorrectable),
      reallocationEvents: attribute(attributeNumbers.reallocationEvents),
      pending: attribute(attributeNumbers.pending),
      offlineUncorrectable: attribute(attributeNumbers.offlineUncorrectable),
      linkErrors: attribute(attributeNumbers.linkErrors),
    },
    nvme:
      nvme === null
        ? null
        : {
            criticalWarning: warningsOf(nvme.warnings),
            mediaErrors: counter(nvme.mediaErrors, MEDIA_ERRORS, timesOf),
            percentageUsed: nvme.percentageUsed,
            availableSpare: nvme.availableSpare,
            availableSpareThreshold: nvme.availableSpareThreshold,
          },
  };
}

function warningsOf(
  warnings: readonly NvmeWarning[],
): NonNullable<NonNullable<ForecastInput['nvme']>['criticalWarning']> {
  const is = (warning: NvmeWarning): boolean => warnings.includes(warning);
  return {
    spareLow: is('spare-below-threshold'),
    temperature: is('temperature'),
    degraded: is('reliability-degraded'),
    readOnly: is('read-only'),
    backupFailed: is('backup-failed'),
    persistentMemoryReadOnly: is('persistent-memory-read-only'),
  };
}

/** One that is zero has a past where it fell to that. */
function counter(value: number | null, name: string, timesOf: TimesOf): Counter {
  return { value, ...(value === null ? never : timesOf(name)) };
}
