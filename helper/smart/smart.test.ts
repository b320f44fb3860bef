import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { appError } from '../../app/errors.ts';
import { pluggedName } from '../hot-plug.ts';
import type { RunResult } from '../run.ts';
import { typesToTry } from './device-types.ts';
import type { SmartDisk } from './disk.ts';
import { findSmartDisk } from './disk.ts';
import { noBridgeTypes, readSmart, type RunSmartctl } from './read.ts';
import { selfTest } from './self-test.ts';

const HDD = readFileSync(fileURLToPath(new URL('../../app/smart/fixtures/hgst-hdd.json', import.meta.url)), 'utf8');
const BRIDGE: SmartDisk = { path: '/dev/sdb', bridge: { vendor: '152d', product: '0578' }, attachment: 'first' };
const SATA: SmartDisk = { path: '/dev/sda', bridge: null, attachment: 'only' };

function said(status: number, message: string, output: string[] = []): string {
  return JSON.stringify({
    smartctl: { version: [7, 3], exit_status: status, messages: [{ string: message }], output },
  });
}

/** A smartctl that answers by its device type (`auto` where none is given), and the types it was asked with. */
function smartctl(answers: Readonly<Record<string, string>>): { run: RunSmartctl; asked: string[]; args: string[][] } {
  const asked: string[] = [];
  const args: string[][] = [];
  const run: RunSmartctl = (given) => {
    args.push([...given]);
    const at = given.indexOf('-d');
    const type = at === -1 ? 'auto' : (given[at + 1] ?? '');
    asked.push(type);
    const stdout = answers[type] ?? said(2, `Smartctl open device: /dev/sdb [${type}] failed: Inappropriate ioctl`);
    return Promise.resolve<RunResult>({ code: 0, stdout, stderr: '' });
  };
  return { run, asked, args };
}

const unknownBridge = said(1, '/dev/sdb: Unknown USB bridge [0x152d:0x0578 (0x204)]');

describe('reading', () => {
  it('asks for everything, never of a drive that sleeps, and without a shell', async () => {
    const { run, args } = smartctl({ auto: HDD });
    expect(await readSmart(run, SATA, noBridgeTypes())).toMatchObject({ state: 'read', health: { kind: 'hdd' } });
    expect(args).toEqual([
      [
        ...['--json=c', '-n', 'standby,3', '-i', '-H', '-c', '-A', '-l', 'error', '-l', 'xselftest,selftest'],
        '/dev/sda',
      ],
    ]);
  });

  it('tries device types on a bridge that hides its drive, and remembers the one that answers', async () => {
    const types = noBridgeTypes();
    const { run, asked } = smartctl({ auto: unknownBridge, usbjmicron: HDD });
    expect((await readSmart(run, BRIDGE, types)).state).toBe('read');
    expect(asked).toEqual(['auto', 'sat', 'sat,12', 'sntjmicron', 'usbjmicron']);
    asked.length = 0;
    expect((await readSmart(run, { ...BRIDGE, path: '/dev/sdz' }, types)).state).toBe('read');
    expect(asked).toEqual(['usbjmicron']);
    const other = { path: '/dev/sdc', bridge: { vendor: '1234', product: '0578' }, attachment: 'other' };
    asked.length = 0;
    await readSmart(run, other, types);
    expect(asked).toEqual(['auto', 'sat', 'sat,12']);
  });

  it('tries the types of a bridge that lets none through once, and again when it is plugged in anew', async () => {
    const types = noBridgeTypes();
    const { run, asked } = smartctl({ auto: unknownBridge });
    const read = async (attachment: string): Promise<string[]> => {
      asked.length = 0;
      const reading = await readSmart(run, { ...BRIDGE, attachment }, types);
      expect(reading).toMatchObject({ state: 'unavailable', problem: { code: 'bridge-hides' } });
      return [...asked];
    };
    expect(await read('first')).toHaveLength(5);
    expect(await read('first')).toEqual(['auto']);
    expect(await read('first')).toEqual(['auto']);
    expect(await read('second')).toHaveLength(5);
  });

  it('tries them once where the bridge answers for its drive', async () => {
    const sas = readFileSync(fileURLToPath(new URL('../../app/smart/fixtures/sas.json', import.meta.url)), 'utf8');
    const types = noBridgeTypes();
    const { run, asked } = smartctl({ auto: sas });
    await readSmart(run, BRIDGE, types);
    await readSmart(run, BRIDGE, types);
    expect(asked).toEqual(['auto', 'sat', 'sat,12', 'sntjmicron', 'usbjmicron', 'auto']);
  });

  it('tries them three times where one may only have slept, and then again when it is plugged in anew', async () => {
    const types = noBridgeTypes();
    const { run, asked } = smartctl({ auto: unknownBridge, sat: said(3, 'Device is in SLEEP mode, exit(3)') });
    const askedBy = async (disk: SmartDisk): Promise<number> => {
      asked.length = 0;
      await readSmart(run, disk, types);
      return asked.length;
    };
    for (const expected of [5, 5, 5, 1, 1]) expect(await askedBy(BRIDGE)).toBe(expected);
    expect(await askedBy({ ...BRIDGE, attachment: 'another time' })).toBe(5);
  });

  it('does not believe a bridge that answers for its drive', async () => {
    const sas = readFileSync(fileURLToPath(new URL('../../app/smart/fixtures/sas.json', import.meta.url)), 'utf8');
    const { run } = smartctl({ auto: sas, sat: HDD });
    expect(await readSmart(run, BRIDGE, noBridgeTypes())).toMatchObject({ health: { protocol: 'ata' } });
    const hiding = smartctl({ auto: sas });
    expect(await readSmart(hiding.run, BRIDGE, noBridgeTypes())).toMatchObject({ problem: { code: 'bridge-hides' } });
    expect(await readSmart(hiding.run, SATA, noBridgeTypes())).toMatchObject({ health: { protocol: 'scsi' } });
  });

  it('asks a drive that sleeps no further question', async () => {
    const { run, asked } = smartctl({ auto: unknownBridge, sat: said(3, 'Device is in STANDBY mode, exit(3)') });
    const types = noBridgeTypes();
    expect(await readSmart(run, BRIDGE, types)).toMatchObject({ problem: { code: 'asleep' } });
    expect(asked).toEqual(['auto', 'sat']);
    expect(types).toEqual(noBridgeTypes());
  });

  it('does not take a bridge that does not answer for a drive that sleeps', async () => {
    const asleep = said(3, 'Device is in SLEEP mode, exit(3)');
    const { run, asked } = smartctl({ auto: unknownBridge, sat: asleep, 'sat,12': asleep, usbjmicron: HDD });
    expect((await readSmart(run, BRIDGE, noBridgeTypes())).state).toBe('read');
    expect(asked.at(-1)).toBe('usbjmicron');
    expect(await readSmart(smartctl({ auto: unknownBridge, sat: asleep }).run, BRIDGE, noBridgeTypes())).toMatchObject({
      problem: { code: 'bridge-hides' },
    });
    expect(await readSmart(smartctl({ auto: asleep }).run, SATA, noBridgeTypes())).toMatchObject({
      problem: { code: 'asleep' },
    });
  });

  it.each([
    ['tool-missing', 'smartctl-missing'],
    ['timeout', 'timeout'],
    ['tool-failed', 'failed'],
  ] as const)('tells %s as %s', async (code, problem) => {
    const run: RunSmartctl = () => Promise.reject(appError(code, 'It broke.', 'Mend it.', 'why'));
    const reading = { state: 'unavailable', problem: { code: problem, detail: 'why' } };
    expect(await readSmart(run, SATA, noBridgeTypes())).toEqual(reading);
  });

  it('finds no disk where there is none, and asks no mapping or loop device', async () => {
    await expect(findSmartDisk('4095:1')).rejects.toMatchObject({ code: 'device-gone' });
  });
});

describe('device types', () => {
  it('sends commands of a maker only to its own chips, or where smartctl names them', () => {
    expect(typesToTry({ vendor: '174c', product: '55aa' }, [])).toEqual(['sat', 'sat,12', 'sntasmedia']);
    expect(typesToTry({ vendor: '1058', product: '25a2' }, [])).toEqual(['sat', 'sat,12']);
    expect(typesToTry({ vendor: '1058', product: '25a2' }, ['usbsunplus', 'areca,1', 'sat'])).toEqual([
      'usbsunplus',
      'sat',
      'sat,12',
    ]);
  });
});

describe('a self-test', () => {
  it('is started and stopped with the device type of its bridge', async () => {
    const { run, args } = smartctl({
      auto: said(0, '', ['Testing has begun.']),
      sat: said(0, '', ['Testing has begun.']),
    });
    await selfTest(run, SATA, noBridgeTypes(), 'short');
    await selfTest(run, BRIDGE, { ...noBridgeTypes(), answered: new Map([['152d:0578', 'sat']]) }, 'long');
    const stop = smartctl({ auto: said(0, '', ['Self-testing aborted!']) });
    await selfTest(stop.run, SATA, noBridgeTypes(), 'abort');
    args.push(...stop.args);
    expect(args).toEqual([
      ['--json=co', '-t', 'short', '/dev/sda'],
      ['--json=co', '-t', 'long', '-d', 'sat', '/dev/sdb'],
      ['--json=co', '-X', '/dev/sda'],
    ]);
  });

  it('is not failed by what an exit status says of the drive', async () => {
    await expect(
      selfTest(smartctl({ auto: said(0xf8, '', ['Testing has begun.']) }).run, SATA, noBridgeTypes(), 'short'),
    ).resolves.toBeUndefined();
  });

  it.each([
    ['busy', said(4, '', ["Can't start self-test without aborting current test (90% remaining),"])],
    ['tool-failed', said(4, 'Self-test not started')],
    ['busy', said(4, '', ["Can't start self-test without aborting current test (30% completed)"])],
    ['tool-failed', said(0, '', ['NVMe device successfully opened'])],
    ['tool-failed', 'smartctl: no JSON'],
  ] as const)('that does not begin is told: %s', async (code, stdout) => {
    await expect(selfTest(smartctl({ auto: stdout }).run, SATA, noBridgeTypes(), 'short')).rejects.toMatchObject({
      code,
    });
  });
});

describe('udev', () => {
  const line = (action: string, path: string, subsystem = 'block'): string =>
    `UDEV  [1234.567890] ${action.padEnd(8)} ${path} (${subsystem})`;
  const sdb = '/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb';

  it('tells disks and partitions that come and go', () => {
    expect(pluggedName(line('add', sdb))).toBe('sdb');
    expect(pluggedName(line('remove', `${sdb}/sdb1`))).toBe('sdb1');
  });

  it('is not listened to for anything else', () => {
    expect(pluggedName(line('change', sdb))).toBeNull();
    expect(pluggedName(line('add', '/devices/virtual/block/dm-0'))).toBeNull();
    expect(pluggedName(line('add', '/devices/virtual/bdi/8:16', 'bdi'))).toBeNull();
    expect(pluggedName('monitor will print the received events for:')).toBeNull();
  });
});
