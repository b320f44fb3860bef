import { describe, expect, it } from 'vitest';

import { sceneReading } from '../../tests/doubles/scene-smart.ts';
import { sceneDevices } from '../../tests/doubles/scene.ts';
import type { DriveHealth } from '../domain/smart.ts';
import { driveFacts, driveStates, driveSubject } from './drive.ts';

function told(devno: string, part: Partial<DriveHealth> = {}): DriveHealth {
  const reading = sceneReading(devno);
  if (reading.state !== 'read') throw new Error('this disk of the scene tells nothing');
  return { ...reading.health, ...part };
}
const [disk] = sceneDevices(1_000);
if (disk === undefined) throw new Error('the scene has no disk');

describe('what a drive tells, as alerts take it', () => {
  it('has the counters of damage, and nothing of what is not told', () => {
    expect(driveFacts(told('8:0'))).toEqual({
      failed: 0,
      reallocated: 24,
      uncorrectable: 3,
      pending: 8,
      offlineUncorrectable: 8,
      mediaErrors: null,
    });
    const sas = told('8:0', { attributes: [], grownDefects: 5, verdict: 'unknown' });
    expect(driveFacts(sas)).toMatchObject({ failed: null, reallocated: 5, pending: null });
  });

  it('takes the worst warning of an NVMe drive for the reason of its verdict', () => {
    const { nvme } = told('8:32');
    const stateOf = (warnings: NonNullable<typeof nvme>['warnings'], verdict: DriveHealth['verdict']): unknown => {
      const { failed } = driveFacts(told('8:32', { verdict, nvme: nvme === null ? null : { ...nvme, warnings } }));
      return failed === null ? null : driveStates[failed];
    };
    expect(stateOf([], 'passed')).toBe('well');
    expect(stateOf(['temperature'], 'failed')).toBe('temperature');
    expect(stateOf(['read-only', 'temperature'], 'failed')).toBe('read-only');
    expect(stateOf([], 'failed')).toBe('failed');
    expect(stateOf([], 'unknown')).toBeNull();
  });
});

describe('the drive as a subject', () => {
  it('goes by its WWN or serial, and its name has neither', () => {
    const { id, name, lasting } = driveSubject(disk, null);
    expect([id, name, lasting]).toEqual(['wwn:0x5000c500a1b2c3d4', 'Barracuda ST4000 (sda)', true]);
    expect(driveSubject({ ...disk, name: 'sdq' }, told('8:0')).id).toBe(id);
  });

  it('is the drive and not the USB bridge that it is behind, where both have a number', () => {
    const bridge = { ...disk, transport: 'usb', serial: 'DOCK-1', wwn: '0xd0c' };
    const one = driveSubject(bridge, told('8:0'));
    const other = driveSubject(bridge, told('8:0', { serial: 'ANOTHER' }));
    expect(one.id).toBe('serial:Barracuda ST4000/LABMAIN-77A1');
    expect(other.id).not.toBe(one.id);
    expect(driveSubject(bridge, null).id).toBe('wwn:0xd0c');
    expect(driveSubject({ ...bridge, serial: 'LABMAIN-77A1' }, told('8:0')).id).toBe('wwn:0xd0c');
  });

  it('that has no number stands for what is in its place', () => {
    const nameless = driveSubject({ ...disk, wwn: null, serial: null }, told('8:0', { serial: null }));
    expect(nameless).toMatchObject({ lasting: false, id: 'place:sda/Barracuda ST4000/8000' });
    const long = 'x'.repeat(256);
    const { id, name } = driveSubject({ ...disk, wwn: null, serial: long, model: long, name: long }, null);
    expect([id.length, name.length <= 128]).toEqual([512, true]);
  });
});
