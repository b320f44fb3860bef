import * as z from 'zod';

/**
 * The part of what `smartctl --json` writes (7.0 and later) that is read. Fields that a drive lacks are left out by
 * smartctl; numbers over 2^53 lose their last digits on the way through JSON, so counts are checked where they are used.
 */
const number = z.number();
const text = z.string();
const words = z.object({ value: number.optional(), string: text.optional() });

const ataSelfTest = z.object({
  type: words.optional(),
  status: words.extend({ passed: z.boolean().optional() }).optional(),
  lifetime_hours: number.optional(),
  lba: number.optional(),
});
const ataSelfTestLog = z.object({ table: z.array(ataSelfTest).optional() });
const errorCount = z.object({ count: number.optional() });

const nvmeSelfTest = z.object({
  self_test_code: words.optional(),
  self_test_result: words.optional(),
  power_on_hours: number.optional(),
  lba: number.optional(),
});

export const scsiSelfTestSchema = z.object({
  code: words.optional(),
  result: words.optional(),
  self_test_in_progress: z.boolean().optional(),
  power_on_time: z.object({ hours: number.optional() }).optional(),
  lba_first_failure: z.object({ value: number.optional() }).optional(),
});

export const smartctlSchema = z.object({
  smartctl: z.object({
    version: z.array(number).min(2),
    exit_status: z.number().int().min(0).max(255),
    messages: z.array(z.object({ string: text, severity: text.optional() })).optional(),
    /** With `--json=o`: everything as text. */
    output: z.array(text).optional(),
  }),
  local_time: z.object({ time_t: number.optional() }).optional(),
  device: z.object({ type: text, protocol: text }).optional(),
  model_name: text.optional(),
  /** Of SCSI drives, before 7.4. */
  scsi_model_name: text.optional(),
  model_family: text.optional(),
  serial_number: text.optional(),
  firmware_version: text.optional(),
  scsi_revision: text.optional(),
  revision: text.optional(),
  rotation_rate: number.optional(),
  trim: z.object({ supported: z.boolean().optional() }).optional(),
  logical_block_size: number.optional(),
  smart_support: z.object({ available: z.boolean().optional(), enabled: z.boolean().optional() }).optional(),
  smart_status: z.object({ passed: z.boolean().optional() }).optional(),
  power_on_time: z.object({ hours: number.optional() }).optional(),
  power_cycle_count: number.optional(),
  temperature: z.object({ current: number.optional() }).optional(),
  ata_smart_attributes: z
    .object({
      table: z
        .array(
          z.object({
            id: number,
            name: text,
            value: number.optional(),
            worst: number.optional(),
            thresh: number.optional(),
            when_failed: text.optional(),
            flags: z.object({ prefailure: z.boolean().optional() }).optional(),
            raw: z.object({ value: number, string: text }),
          }),
        )
        .optional(),
    })
    .optional(),
  ata_smart_data: z
    .object({
      self_test: z
        .object({
          status: words.extend({ remaining_percent: number.optional() }).optional(),
          polling_minutes: z.object({ short: number.optional(), extended: number.optional() }).optional(),
        })
        .optional(),
      capabilities: z.object({ self_tests_supported: z.boolean().optional() }).optional(),
    })
    .optional(),
  ata_smart_self_test_log: z
    .object({ extended: ataSelfTestLog.optional(), standard: ataSelfTestLog.optional() })
    .optional(),
  ata_smart_error_log: z.object({ extended: errorCount.optional(), summary: errorCount.optional() }).optional(),
  nvme_optional_admin_commands: z.object({ self_test: z.boolean().optional() }).optional(),
  nvme_smart_health_information_log: z
    .object({
      critical_warning: number,
      available_spare: number.optional(),
      available_spare_threshold: number.optional(),
      percentage_used: number.optional(),
      data_units_read: number.optional(),
      data_units_written: number.optional(),
      media_errors: number.optional(),
      unsafe_shutdowns: number.optional(),
      num_err_log_entries: number.optional(),
    })
    .optional(),
  nvme_self_test_log: z
    .object({
      current_self_test_operation: words.optional(),
      current_self_test_completion_percent: number.optional(),
      /** Unused places before a used one are written as null. */
      table: z.array(nvmeSelfTest.nullable()).optional(),
    })
    .optional(),
  scsi_grown_defect_list: number.optional(),
  scsi_self_test_status: z
    .object({ in_progress: z.boolean().optional(), completion_percent: number.optional() })
    .optional(),
});
export type SmartctlOutput = z.infer<typeof smartctlSchema>;
export type SmartctlAttribute = NonNullable<NonNullable<SmartctlOutput['ata_smart_attributes']>['table']>[number];
