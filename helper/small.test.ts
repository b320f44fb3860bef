import { describe, expect, it } from 'vitest';

import { appError } from '../app/errors.ts';
import { createArguments, differencesOf, refusal } from './actions/mapping.ts';
import { mainId } from './identity.ts';
import { parseKernelRecord, refusalReason } from './kernel-log.ts';
import { listsModule, systemName } from './machine.ts';
import { PlanStore } from './plan-store.ts';
import { devnoOf } from './raw-device.ts';
import { commandLine } from './run.ts';
import { parseSecureBoot } from './secure-boot.ts';
import { parseVpdSerial, parseWritten } from './sysfs.ts';
import { hasGap } from './target-events.ts';

describe('main_id', () => {
  it('is the WWN, else the serial, and names the partition', () => {
    expect(mainId({ wwn: 'naa.5000c500a1b2c3d4', serial: 'S1' }, null)).toBe('naa.5000c500a1b2c3d4');
    expect(mainId({ wwn: null, serial: ' WD-WX 12\t' }, 2)).toBe('WD-WX12-part2');
    expect(mainId({ wwn: '  ', serial: 'é' }, null)).toBeNull();
  });

  it('is never longer than the target takes, and still tells two disks apart', () => {
    const long = 'x'.repeat(80);
    const [a, b] = [mainId({ wwn: null, serial: `${long}a` }, null), mainId({ wwn: null, serial: `${long}b` }, null)];
    expect(a).toMatch(/^[\x21-\x7e]{1,64}$/);
    expect(a).not.toBe(b);
  });
});

describe('the kernel log', () => {
  it('gives lines of device-mapper only, without what stands before and after', () => {
    expect(
      parseKernelRecord('3,812,5140900,-;device-mapper: remap: a: spare 8:0 is blank; give the right spare\n'),
    ).toBe('device-mapper: remap: a: spare 8:0 is blank; give the right spare');
    expect(parseKernelRecord('6,811,5140000,-;EXT4-fs (sdb): mounted filesystem')).toBeNull();
  });

  it('gives the first reason', () => {
    const lines = [
      'device-mapper: remap: a: spare 8:0 is blank; give the right spare',
      "device-mapper: table: 253:3: remap: can't load (-EUCLEAN)",
    ];
    expect(refusalReason(lines)).toBe('spare 8:0 is blank');
    expect(refusalReason(lines.slice(1))).toBe("can't load");
    expect(refusalReason(['device-mapper: ioctl: error adding target to table'])).toBeNull();
  });

  it('tells a missing module from a refusal', () => {
    const cause = appError('tool-failed', 'dmsetup failed', 'again', 'reload ioctl failed: Invalid argument');
    const missing = refusal('No', ['device-mapper: table: 253:3: remap: unknown target type'], cause);
    expect(missing.code).toBe('module-missing');
    const small = refusal('No', ['device-mapper: remap: a: spare is too small, 1472 sectors are needed'], cause);
    expect(small.code).toBe('spare-too-small');
    expect(small.data.detail).toContain('Invalid argument');
  });
});

describe('the table of a mapping', () => {
  const wish = {
    name: 'disk',
    uuid: '6d1f7c1e-9c5e-4a8e-9a41-0f3c6f0d9b11',
    mainId: null,
    mainDevno: '8:0',
    spareDevno: '8:16',
    lengthSectors: 1000,
    blockSectors: 8,
    format: true,
    settings: null,
  };

  it('formats only when asked to, and always names the pair', () => {
    expect(createArguments(wish).at(-1)).toBe(`0 1000 remap 8:0 8:16 8 1 format 2 uuid ${wish.uuid}`);
    expect(createArguments({ ...wish, mainId: 'S1', format: false }).at(-1)).toBe(
      `0 1000 remap 8:0 8:16 8 0 4 uuid ${wish.uuid} main_id S1`,
    );
    const settings = { scanRateKib: 0, scanIntervalSeconds: 60, softThreshold: 1, lowSparePercent: 100 };
    expect(createArguments({ ...wish, format: false, settings }).at(-1)).toBe(
      `0 1000 remap 8:0 8:16 8 0 10 uuid ${wish.uuid} scan_rate 0 scan_interval 60 soft_threshold 1 low_spare 100`,
    );
  });

  it('is compared with what was asked for, value by value', () => {
    const table = {
      startSectors: 0,
      lengthSectors: 1000,
      mainDevno: '8:0',
      spareDevno: '8:16',
      blockSectors: 8,
      features: [],
      core: { uuid: wish.uuid.toUpperCase() },
    };
    expect(differencesOf(wish, table)).toEqual([]);
    expect(differencesOf(wish, { ...table, spareDevno: '8:32', core: {} })).toEqual([
      `uuid is not there, not ${wish.uuid}`,
      'spare is 8:32, not 8:16',
    ]);
    const settings = { scanRateKib: 0, scanIntervalSeconds: 60, softThreshold: 1, lowSparePercent: 100 };
    const core = { ...table.core, scan_rate: '0', scan_interval: '60', soft_threshold: '1', low_spare: '10' };
    expect(differencesOf({ ...wish, settings }, { ...table, core })).toEqual(['low_spare is 10, not 100']);
  });
});

describe('plans', () => {
  const plan = {
    intent: { action: 'deactivate' as const, name: 'disk' },
    entries: [],
    reasons: [],
    applicable: true,
    steps: [],
    commands: [],
    confirm: null,
    spareBlocks: null,
  };

  it('are good once', () => {
    const plans = new PlanStore();
    const { token } = plans.add(plan, 'digest', 'uuid');
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    expect(plans.get(token).digest).toBe('digest');
    plans.use(token);
    expect(() => plans.get(token)).toThrow(expect.objectContaining({ code: 'plan-unknown' }));
  });

  it('are good for ten minutes', () => {
    let now = 0;
    const plans = new PlanStore(() => now);
    const { token } = plans.add(plan, 'digest', 'uuid');
    now = 10 * 60 * 1000 - 1;
    expect(plans.get(token).plan.token).toBe(token);
    now += 1;
    expect(() => plans.get(token)).toThrow(expect.objectContaining({ code: 'plan-unknown' }));
  });
});

describe('small readers', () => {
  it('tell device numbers, serials, module lists, system names and Secure Boot', () => {
    expect(devnoOf(0x0810n)).toBe('8:16');
    expect(devnoOf(0x0ff0_fd00n)).toBe('253:65280');
    expect(parseVpdSerial(Uint8Array.from([0, 0x80, 0, 4, 0x20, 0x41, 0x42, 0x20]))).toBe('AB');
    expect(parseVpdSerial(Uint8Array.from([0, 0x83, 0, 1, 0x41]))).toBeNull();
    expect(parseVpdSerial(Uint8Array.from([0, 0x80, 0, 9, 0x41]))).toBeNull();
    expect(listsModule('updates/dkms/dm-remap.ko.xz: kernel/drivers/md/dm-mod.ko\n')).toBe(true);
    expect(listsModule('kernel/drivers/md/dm-remapper.ko: kernel/drivers/md/dm-mod.ko\n')).toBe(false);
    expect(systemName('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe(
      'Debian GNU/Linux 12 (bookworm)',
    );
    expect(systemName('ID=x\n')).toBeNull();
    expect(parseSecureBoot(Uint8Array.from([6, 0, 0, 0, 1]))).toBe('on');
    expect(parseSecureBoot(Uint8Array.from([6, 0, 0, 0, 0]))).toBe('off');
    expect(parseSecureBoot(Uint8Array.from([1]))).toBe('unknown');
  });

  it('tell what was written to a disk, and nothing where it is not counted', () => {
    const stat = '120 8 3167 1497 60 7 695 465 0 345 2101 35 2 431 94 120 44';
    expect(parseWritten(stat)).toBe('60 695 35 431');
    expect(parseWritten(stat.replace('120', '0'))).toBeNull();
    expect([parseWritten('120 8 3167 1497 60 7 695 465 0 345 2101'), parseWritten(null)]).toEqual([null, null]);
  });

  it('quote commands for those who read them', () => {
    expect(commandLine('dmsetup', ['create', 'a', '--table', "0 8 it's"])).toBe(
      `dmsetup create a --table '0 8 it'\\''s'`,
    );
  });

  it('see events that were dropped', () => {
    const event = { milliseconds: 0, type: 'remap' as const, block: 1, spareBlock: 1, detail: null };
    const numbered = (numbers: number[]) => numbers.map((number) => ({ ...event, number }));
    expect(hasGap(4, numbered([5, 6, 7]))).toBe(false);
    expect(hasGap(4, numbered([]))).toBe(false);
    expect(hasGap(4, numbered([6, 7]))).toBe(true);
    expect(hasGap(4, numbered([5, 7]))).toBe(true);
  });
});
