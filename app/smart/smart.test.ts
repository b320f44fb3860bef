import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import {
  attributeCount,
  driveHealthSchema,
  ownVerdictOf,
  smartReadingSchema,
  type DriveHealth,
} from '../domain/smart.ts';
import { AppError } from '../errors.ts';
import { readSmartctlFile } from './file.ts';
import { judge } from './judge.ts';
import { decodeRaw, isSeagate } from './raws.ts';

function fixture(name: string): string {
  return readFileSync(fileURLToPath(new URL(`fixtures/${name}.json`, import.meta.url)), 'utf8');
}

/** A fixture with some of its fields replaced; undefined takes one away. */
function changed(name: string, change: Record<string, unknown>): string {
  const parsed: unknown = JSON.parse(fixture(name));
  return JSON.stringify({ ...(parsed as object), ...change });
}

function healthOf(text: string): DriveHealth {
  const { reading } = judge(text);
  if (reading.state !== 'read') throw new Error(`not read: ${JSON.stringify(reading)}`);
  return driveHealthSchema.parse(reading.health);
}

function problemOf(text: string): string {
  const { reading } = judge(text);
  smartReadingSchema.parse(reading);
  return reading.state === 'unavailable' ? reading.problem.code : 'none';
}

describe('a drive', () => {
  it.each([
    ['seagate-hdd', 'hdd', 'ata', 'passed', 37_054, 19],
    ['old-hdd', 'unknown', 'ata', 'passed', 100_161, 33],
    ['hgst-hdd', 'hdd', 'ata', 'passed', 83_425, 26],
    ['ssd', 'ssd', 'ata', 'passed', 4994, 38],
    ['nvme', 'nvme', 'nvme', 'passed', 3149, 35],
    ['nvme-failed', 'nvme', 'nvme', 'failed', 18_376, 40],
    ['sas', 'hdd', 'scsi', 'passed', 22_364, 26],
    ['failed-self-test', 'hdd', 'ata', 'failed', 65_592, 25],
  ] as const)('%s: kind, protocol, verdict, hours and temperature', (name, kind, protocol, verdict, hours, celsius) => {
    expect(healthOf(fixture(name))).toMatchObject({
      kind,
      protocol,
      verdict,
      powerOnHours: hours,
      temperatureCelsius: celsius,
    });
  });

  it('is read whatever findings its exit status holds', () => {
    expect(healthOf(fixture('failed-self-test')).attributes.find(({ id }) => id === 5)).toMatchObject({
      name: 'Reallocated_Sector_Ct',
      count: 1975,
      failing: 'now',
    });
    expect(healthOf(fixture('ssd')).verdict).toBe('passed');
  });

  it('tells of an attribute whether its limit stands for failure or for use, where smartctl does', () => {
    const attribute = { id: 190, name: 'Airflow_Temperature_Cel', value: 40, thresh: 40, when_failed: 'now' };
    const told = [{ prefailure: false }, { prefailure: true }, {}, undefined].map((flags) => {
      const table = [{ ...attribute, flags, raw: { value: 60, string: '60' } }];
      return healthOf(changed('hgst-hdd', { ata_smart_attributes: { table } })).attributes[0]?.prefailure;
    });
    expect(told).toEqual([false, true, null, null]);
  });

  it('tells the bits of its critical warning by name, and its error log', () => {
    const { nvme, errorLogCount } = healthOf(fixture('nvme-failed'));
    expect(nvme).toMatchObject({ warnings: ['backup-failed'], criticalWarning: 16, mediaErrors: 0 });
    expect(errorLogCount).toBe(0);
    expect(healthOf(fixture('hgst-hdd')).errorLogCount).toBe(12);
    expect(healthOf(fixture('sas'))).toMatchObject({ model: 'HITACHI H109060SESUN600G', grownDefects: 0 });
  });

  it.each([
    ['nothing', 0x00, 'passed'],
    ['temperature', 0x02, 'warned'],
    ['the store for a power failure', 0x10, 'warned'],
    ['the persistent memory region', 0x20, 'warned'],
    ['all of these', 0x32, 'warned'],
    ['spare below its limit', 0x01, 'failed'],
    ['reliability degraded', 0x04, 'failed'],
    ['read-only, and hot', 0x0a, 'failed'],
    ['a bit that is not known', 0x40, 'failed'],
    ['a bit that is not known, and hot', 0x42, 'failed'],
  ] as const)('an NVMe drive that warns of %s', (_what, critical_warning, verdict) => {
    const told = {
      smart_status: { passed: critical_warning === 0 },
      nvme_smart_health_information_log: { critical_warning },
    };
    expect(ownVerdictOf(healthOf(changed('nvme', told)))).toBe(verdict);
  });

  it('that is no NVMe drive is taken at its word', () => {
    expect(ownVerdictOf(healthOf(fixture('failed-self-test')))).toBe('failed');
    expect(ownVerdictOf(healthOf(changed('sas', { smart_status: { passed: false } })))).toBe('failed');
    expect(ownVerdictOf(healthOf(fixture('nvme-failed')))).toBe('warned');
  });

  it('tells a failed self-test with its first error in sectors of 512 bytes', () => {
    const tests = healthOf(fixture('failed-self-test')).selfTests;
    expect(tests.map(({ kind, outcome, hours }) => [kind, outcome, hours])).toEqual([
      ['short', 'passed', 42],
      ['short', 'passed', 18],
      ['long', 'failed', 4],
      ['short', 'passed', 65_530],
    ]);
    expect(tests[2]).toMatchObject({ words: 'Completed: read failure', firstErrorSector: 104_870_168 });
    const in4k = healthOf(changed('failed-self-test', { logical_block_size: 4096 })).selfTests;
    expect(in4k[2]?.firstErrorSector).toBe(104_870_168 * 8);
    const unknown = healthOf(changed('failed-self-test', { logical_block_size: undefined })).selfTests;
    expect(unknown[2]?.firstErrorSector).toBeNull();
  });

  it('tells how far a self-test is', () => {
    const ata = { ata_smart_data: { self_test: { status: { value: 0xf6, string: 'in progress' } } } };
    expect(healthOf(changed('hgst-hdd', ata)).running).toEqual({ kind: 'other', remainingPercent: 60 });
    const nvme = {
      nvme_self_test_log: {
        current_self_test_operation: { value: 2, string: 'Extended self-test in progress' },
        current_self_test_completion_percent: 30,
        table: [
          null,
          {
            self_test_code: { value: 1, string: 'Short' },
            self_test_result: { value: 7, string: 'Completed: failed segments' },
            power_on_hours: 12,
            lba: 99,
          },
        ],
      },
    };
    expect(healthOf(changed('nvme', { ...nvme, logical_block_size: 512 }))).toMatchObject({
      running: { kind: 'long', remainingPercent: 70 },
      selfTests: [{ kind: 'short', outcome: 'failed', hours: 12, firstErrorSector: 99 }],
    });
    expect(healthOf(fixture('nvme')).running).toBeNull();
  });

  it('keeps no reserve where it tells 0 of 0', () => {
    const log = { critical_warning: 0, available_spare: 0, available_spare_threshold: 0 };
    expect(healthOf(changed('nvme', { nvme_smart_health_information_log: log })).nvme?.availableSpare).toBeNull();
    const empty = { ...log, available_spare_threshold: 10 };
    expect(healthOf(changed('nvme', { nvme_smart_health_information_log: empty })).nvme?.availableSpare).toBe(0);
  });

  it('does not take a number for a count that JavaScript cannot hold', () => {
    const log = { critical_warning: 0, media_errors: 2 ** 60, percentage_used: 300 };
    expect(healthOf(changed('nvme', { nvme_smart_health_information_log: log })).nvme).toMatchObject({
      mediaErrors: null,
      percentageUsed: null,
      availableSpare: null,
    });
  });
});

describe('a raw value', () => {
  const raw = (id: number, value: number, string = `${value}`, seagate = false): ReturnType<typeof decodeRaw> =>
    decodeRaw({ id, raw: { value, string } }, seagate);

  it('is a count where it is a plain number, also with smartctl’s own addition', () => {
    expect(raw(5, 1975)).toEqual({ count: 1975, decoded: null });
    expect(raw(196, 53_416_508_262_463, '2111 (12437 0)').count).toBe(2111);
  });

  it('is never a count where the vendor packs it', () => {
    expect(raw(1, 0x2_0000_0010, undefined, true)).toEqual({ count: null, decoded: '2 errors in 16 operations' });
    expect(raw(7, 4_294_967_296, undefined, true).decoded).toBe('1 errors in 0 operations');
    for (const id of [190, 194]) expect(raw(id, 622_657_567, '31 (Min/Max 29/37)').count).toBeNull();
    for (const id of [3, 9, 194]) expect(raw(id, 31).count).toBeNull();
    expect(raw(240, 9_230_082_287_649_927, '50311h+35m+49.046s').count).toBeNull();
    expect(raw(170, 16_778_378, '1/1162').count).toBeNull();
    expect(raw(197, 0xffff_ffff).count).toBeNull();
  });

  it('of attribute 188 is decoded, never read as thousands of millions of timeouts', () => {
    expect(raw(188, 8_590_065_666, '2 2 2')).toEqual({ count: 2, decoded: '2 in all, 2 over 5 s, 2 over 7.5 s' });
    expect(raw(188, 51_540_393_996).count).toBe(12);
    expect(raw(188, 33)).toEqual({ count: 33, decoded: null });
    expect(attributeCount(healthOf(fixture('seagate-hdd')), 188)).toBe(2);
  });

  it('of an attribute that the drive lacks is none', () => {
    expect(attributeCount(healthOf(fixture('nvme')), 5)).toBeNull();
  });

  it('follows Seagate’s habits on Seagate’s drives only', () => {
    expect(isSeagate({ model_name: 'ST3200820AS' })).toBe(true);
    expect(isSeagate({ model_family: 'Seagate Exos X16', model_name: 'X' })).toBe(true);
    expect(isSeagate({ model_name: 'STT_FTM28GX25H' })).toBe(false);
    expect(isSeagate({ model_family: 'SAMSUNG SpinPoint F3', model_name: 'SAMSUNG HD103SJ' })).toBe(false);
  });
});

describe('an answer without health', () => {
  const said = (status: number, ...messages: string[]): string =>
    JSON.stringify({
      smartctl: { version: [7, 3], exit_status: status, messages: messages.map((string) => ({ string })) },
    });

  it.each([
    ['asleep', said(3)],
    ['asleep', said(2, 'Device is in STANDBY mode, exit(2)')],
    ['asleep', said(2, 'Device is in STANDBY (OS) mode, exit(2)')],
    ['permission', said(2, 'Smartctl open device: /dev/sda failed: Permission denied')],
    ['not-supported', said(1, '/dev/vda: Unable to detect device type')],
    ['not-supported', said(0)],
    ['failed', said(2, 'Smartctl open device: /dev/sda failed: INQUIRY failed')],
    ['failed', '{"jobs": []}'],
    ['failed', ''],
    ['smartctl-too-old', "smartctl 6.6\n\n=======> UNRECOGNIZED OPTION: -json\nunrecognized option '--json=c'"],
    [
      'switched-off',
      changed('old-hdd', {
        smart_support: { available: true, enabled: false },
        smart_status: undefined,
        ata_smart_attributes: undefined,
      }),
    ],
    ['not-supported', changed('sas', { smart_support: { available: false } })],
  ] as const)('is %s', (code, text) => {
    expect(problemOf(text)).toBe(code);
  });

  it('says whether another way to ask may do, and the one that smartctl names', () => {
    const bridge = judge(said(1, "/dev/sdb: USB bridge [0x152d:0x2338] type is ambiguous: 'usbjmicron' or 'sat'"));
    expect(bridge).toMatchObject({ unreached: true, advised: ['usbjmicron', 'sat'] });
    expect(judge(said(3, 'Device is in STANDBY mode, exit(3)'))).toMatchObject({ unreached: false, doubtful: false });
    expect(judge(said(3, 'Device is in SLEEP mode, exit(3)'))).toMatchObject({ unreached: false, doubtful: true });
    expect(judge(said(2, 'Smartctl open device: /dev/sda failed: Permission denied')).unreached).toBe(false);
  });
});

describe('a file of the user', () => {
  const refusal = (text: string): string => {
    try {
      readSmartctlFile(text);
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'bad-request') return thrown.data.sentence;
    }
    return 'not refused';
  };

  it('is a drive, with the time at which it was written', () => {
    const { health, written } = readSmartctlFile(fixture('seagate-hdd'));
    expect(health).toEqual(healthOf(fixture('seagate-hdd')));
    expect(written).toBe(1_234_567_890_000);
    expect(readSmartctlFile(changed('nvme', { local_time: undefined })).written).toBeNull();
  });

  it('is refused with what is wrong with it', () => {
    expect(refusal('smartctl 7.3 2022-02-28 r5338\n')).toContain('for people');
    expect(refusal('hello')).toContain('not JSON');
    expect(refusal('{"name": "a package"}')).toContain('not what smartctl writes');
    expect(refusal('{"smartctl": {"version": [7, 3], "exit_status": 1}}')).toContain('nothing about the health');
    expect(refusal(changed('hgst-hdd', { temperature: { current: 'hot' } }))).toContain('not what smartctl writes');
  });
});
