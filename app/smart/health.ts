import {
  MAX_ATTRIBUTES,
  nvmeWarnings,
  type DriveHealth,
  type NvmeHealth,
  type SmartAttribute,
} from '../domain/smart.ts';
import { asCount, asSmall } from './numbers.ts';
import { decodeRaw, isSeagate } from './raws.ts';
import { readRunning, readSelfTests } from './self-tests.ts';
import type { SmartctlAttribute, SmartctlOutput } from './smartctl.ts';

/**
 * The health in smartctl's output; null when there is none in it. `raw` is the same output before it was parsed: some
 * of its names are numbered.
 */
export function readHealth(output: SmartctlOutput, raw: unknown): DriveHealth | null {
  const protocol = protocolOf(output);
  const attributes = output.ata_smart_attributes?.table ?? [];
  const passed = output.smart_status?.passed;
  const log = output.nvme_smart_health_information_log;
  if (protocol === null || (passed === undefined && attributes.length === 0 && log === undefined)) return null;
  const polling = output.ata_smart_data?.self_test?.polling_minutes;
  const errors = output.ata_smart_error_log;
  const seagate = isSeagate(output);
  return {
    model: textOf(output.model_name ?? output.scsi_model_name, 256),
    serial: textOf(output.serial_number, 256),
    firmware: textOf(output.firmware_version ?? output.scsi_revision ?? output.revision, 64),
    kind: kindOf(output, protocol),
    protocol,
    verdict: passed === undefined ? 'unknown' : passed ? 'passed' : 'failed',
    powerOnHours: asCount(output.power_on_time?.hours),
    powerCycles: asCount(output.power_cycle_count),
    temperatureCelsius: temperatureOf(output.temperature?.current),
    attributes: attributes
      .filter(({ id }) => Number.isInteger(id) && id >= 1 && id <= 255)
      .slice(0, MAX_ATTRIBUTES)
      .map((attribute) => readAttribute(attribute, seagate)),
    nvme: log === undefined ? null : readNvme(log),
    grownDefects: asCount(output.scsi_grown_defect_list),
    errorLogCount: asCount(errors?.extended?.count ?? errors?.summary?.count ?? log?.num_err_log_entries),
    selfTests: readSelfTests(output, raw),
    running: readRunning(output),
    canSelfTest:
      output.ata_smart_data?.capabilities?.self_tests_supported ??
      output.nvme_optional_admin_commands?.self_test ??
      null,
    shortTestMinutes: asCount(polling?.short),
    longTestMinutes: asCount(polling?.extended),
  };
}

function protocolOf({ device }: SmartctlOutput): DriveHealth['protocol'] | null {
  switch (device?.protocol) {
    case 'ATA':
      return 'ata';
    case 'NVMe':
      return 'nvme';
    case 'SCSI':
      return 'scsi';
    case undefined:
    default:
      return null;
  }
}

/** A rotation rate of 0 is a drive that says it does not rotate; some old hard disks say nothing. */
function kindOf({ rotation_rate, trim }: SmartctlOutput, protocol: DriveHealth['protocol']): DriveHealth['kind'] {
  if (protocol === 'nvme') return 'nvme';
  if (rotation_rate === undefined) return trim?.supported === true ? 'ssd' : 'unknown';
  return rotation_rate === 0 ? 'ssd' : 'hdd';
}

function readAttribute(attribute: SmartctlAttribute, seagate: boolean): SmartAttribute {
  const { id, name, value, worst, thresh, when_failed, flags, raw } = attribute;
  return {
    id,
    name: name.slice(0, 64),
    raw: raw.string.slice(0, 64),
    ...decodeRaw(attribute, seagate),
    value: asSmall(value, 255),
    worst: asSmall(worst, 255),
    threshold: asSmall(thresh, 255),
    failing: when_failed === 'now' ? 'now' : when_failed === 'past' ? 'past' : 'no',
    prefailure: flags?.prefailure ?? null,
  };
}

function readNvme(log: NonNullable<SmartctlOutput['nvme_smart_health_information_log']>): NvmeHealth {
  const criticalWarning = log.critical_warning & 0xff;
  const spare = asSmall(log.available_spare, 100);
  const threshold = asSmall(log.available_spare_threshold, 100);
  // Drives that do not keep the two numbers write 0 for both.
  const keptSpare = spare !== 0 || threshold !== 0;
  return {
    warnings: nvmeWarnings.filter((_warning, bit) => (criticalWarning & (1 << bit)) !== 0),
    criticalWarning,
    percentageUsed: asSmall(log.percentage_used, 255),
    availableSpare: keptSpare ? spare : null,
    availableSpareThreshold: keptSpare ? threshold : null,
    mediaErrors: asCount(log.media_errors),
    unsafeShutdowns: asCount(log.unsafe_shutdowns),
    dataUnitsWritten: asCount(log.data_units_written),
    dataUnitsRead: asCount(log.data_units_read),
  };
}

function textOf(text: string | undefined, max: number): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed.slice(0, max);
}

function temperatureOf(value: number | undefined): number | null {
  return value !== undefined && Number.isInteger(value) && value >= -273 && value <= 1000 ? value : null;
}
