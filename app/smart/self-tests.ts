import { SECTOR_BYTES } from '../domain/units.ts';
import { MAX_SELF_TESTS, type DriveHealth, type SelfTest } from '../domain/smart.ts';
import { scsiSelfTestSchema, type SmartctlOutput } from './smartctl.ts';
import { asCount } from './numbers.ts';

/** Self-tests that the drive remembers, newest first, whatever its kind. */
export function readSelfTests(output: SmartctlOutput, raw: unknown): SelfTest[] {
  return [...ataTests(output), ...nvmeTests(output), ...scsiTests(output, raw)].slice(0, MAX_SELF_TESTS);
}

/** The self-test that runs now. */
export function readRunning(output: SmartctlOutput): DriveHealth['running'] {
  const ata = output.ata_smart_data?.self_test?.status;
  // The high four bits of the execution status: 15 is in progress, with tenths remaining below (ACS-3, table 138).
  if (ata?.value !== undefined && ata.value >> 4 === 0xf) {
    const percent = asPercent(ata.remaining_percent ?? (ata.value & 0xf) * 10);
    return { kind: 'other', remainingPercent: percent };
  }
  const nvme = output.nvme_self_test_log;
  const operation = nvme?.current_self_test_operation?.value ?? 0;
  if (operation !== 0) {
    const done = asPercent(nvme?.current_self_test_completion_percent);
    return { kind: nvmeKind(operation), remainingPercent: done === null ? null : 100 - done };
  }
  const scsi = output.scsi_self_test_status;
  if (scsi?.in_progress === true) {
    const done = asPercent(scsi.completion_percent);
    return { kind: 'other', remainingPercent: done === null ? null : 100 - done };
  }
  return null;
}

function ataTests(output: SmartctlOutput): SelfTest[] {
  const log = output.ata_smart_self_test_log;
  return (log?.extended?.table ?? log?.standard?.table ?? []).map((test) => {
    const type = test.type?.string ?? '';
    return {
      kind: /^short/i.test(type) ? 'short' : /^extended/i.test(type) ? 'long' : 'other',
      outcome: ataOutcome(test.status?.value),
      type: type.slice(0, 64),
      words: (test.status?.string ?? '').slice(0, 128),
      hours: asCount(test.lifetime_hours),
      firstErrorSector: asSector(test.lba, output.logical_block_size),
    };
  });
}

/** High four bits of the status byte of a log entry (ACS-3, table 138): 1 to 3 ended early, 4 to 8 found something. */
function ataOutcome(status: number | undefined): SelfTest['outcome'] {
  if (status === undefined) return 'unknown';
  const code = status >> 4;
  if (code === 0) return 'passed';
  if (code === 0xf) return 'running';
  if (code === 1 || code === 2) return 'aborted';
  return code >= 4 && code <= 8 ? 'failed' : 'unknown';
}

function nvmeTests(output: SmartctlOutput): SelfTest[] {
  return (output.nvme_self_test_log?.table ?? []).flatMap((test) => {
    if (test === null) return [];
    return {
      kind: nvmeKind(test.self_test_code?.value ?? 0),
      outcome: nvmeOutcome(test.self_test_result?.value),
      type: (test.self_test_code?.string ?? '').slice(0, 64),
      words: (test.self_test_result?.string ?? '').slice(0, 128),
      hours: asCount(test.power_on_hours),
      firstErrorSector: asSector(test.lba, output.logical_block_size),
    };
  });
}

function nvmeKind(code: number): SelfTest['kind'] {
  return code === 1 ? 'short' : code === 2 ? 'long' : 'other';
}

/** Result of a device self-test (NVM Express Base Specification 2.0, figure 213). */
function nvmeOutcome(result: number | undefined): SelfTest['outcome'] {
  switch (result) {
    case 0:
      return 'passed';
    case 5:
    case 6:
    case 7:
      return 'failed';
    case 1:
    case 2:
    case 3:
    case 4:
    case 8:
    case 9:
      return 'aborted';
    case undefined:
    default:
      return 'unknown';
  }
}

/** smartctl numbers SCSI's log in names of their own: scsi_self_test_0, scsi_self_test_1, … */
function scsiTests(output: SmartctlOutput, raw: unknown): SelfTest[] {
  if (typeof raw !== 'object' || raw === null) return [];
  const entries = Object.entries(raw).filter(([name]) => /^scsi_self_test_\d+$/.test(name));
  return entries.flatMap(([, value]) => {
    const parsed = scsiSelfTestSchema.safeParse(value);
    if (!parsed.success) return [];
    const { code, result, power_on_time, lba_first_failure, self_test_in_progress } = parsed.data;
    const type = code?.string ?? '';
    return {
      kind: /short/i.test(type) ? 'short' : /(long|extended)/i.test(type) ? 'long' : 'other',
      outcome: self_test_in_progress === true ? 'running' : scsiOutcome(result?.value),
      type: type.slice(0, 64),
      words: (result?.string ?? '').slice(0, 128),
      hours: asCount(power_on_time?.hours),
      firstErrorSector: asSector(lba_first_failure?.value, output.logical_block_size),
    };
  });
}

/** Self-test results of SPC-4, table 334. */
function scsiOutcome(result: number | undefined): SelfTest['outcome'] {
  if (result === 0) return 'passed';
  if (result === 1 || result === 2) return 'aborted';
  if (result === 15) return 'running';
  return result !== undefined && result >= 3 && result <= 7 ? 'failed' : 'unknown';
}

function asPercent(value: number | undefined): number | null {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= 100 ? value : null;
}

/** A drive counts in its own logical blocks; nothing is told where their size is not known. */
function asSector(block: number | undefined, blockBytes: number | undefined): number | null {
  const lba = asCount(block);
  if (lba === null || blockBytes === undefined || blockBytes < SECTOR_BYTES || blockBytes % SECTOR_BYTES !== 0)
    return null;
  return asCount(lba * (blockBytes / SECTOR_BYTES));
}
