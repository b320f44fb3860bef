import { describe, expect, it } from 'vitest';

import { makeAttribute } from '../../tests/doubles/attribute.ts';
import { sceneReading } from '../../tests/doubles/scene-smart.ts';
import type { DriveHealth } from '../domain/smart.ts';
import { forecastInputSchema, unknownInput } from './input.ts';
import { damageCounters, driveForecast, driveInput, noPast } from './drive.ts';
import { never } from './times.ts';

function drive(part: Partial<DriveHealth>): DriveHealth {
  const reading = sceneReading('8:0');
  if (reading.state !== 'read') throw new Error('the scene’s disk tells nothing');
  return { ...reading.health, attributes: [], nvme: null, ...part };
}

const nvme: NonNullable<DriveHealth['nvme']> = {
  warnings: ['read-only'],
  criticalWarning: 8,
  percentageUsed: 92,
  availableSpare: 9,
  availableSpareThreshold: 10,
  mediaErrors: 3,
  unsafeShutdowns: 1,
  dataUnitsWritten: null,
  dataUnitsRead: null,
};

describe('what a drive tells, as the forecast takes it', () => {
  it('has each counter with its past, also where it fell to zero, and nothing of a past where it is not told', () => {
    const health = drive({
      verdict: 'failed',
      powerOnHours: 9,
      attributes: [makeAttribute(5, 7), makeAttribute(197, 0)],
    });
    const input = driveInput(health, (counter) => ({ firstSeen: Number(counter), rose: 2 }));
    expect(input.attributes.reallocated).toEqual({ value: 7, firstSeen: 5, rose: 2 });
    expect(input.attributes.pending).toEqual({ value: 0, firstSeen: 197, rose: 2 });
    expect(input.attributes.uncorrectable).toEqual({ value: null, ...never });
    expect(input).toMatchObject({ ownVerdict: 'failed', powerOnHours: 9, nvme: null });
    expect(() => forecastInputSchema.parse({ ...unknownInput(1, 'hdd'), ...input })).not.toThrow();
  });

  it('reads the bits of an NVMe drive’s warning', () => {
    expect(driveInput(drive({ nvme }), () => never).nvme).toMatchObject({
      criticalWarning: { readOnly: true, degraded: false, spareLow: false },
      mediaErrors: { value: 3 },
      percentageUsed: 92,
    });
  });

  it('remembers only counters of damage that are told', () => {
    const health = drive({ attributes: [makeAttribute(5, 7), makeAttribute(187, null), makeAttribute(194, 40)], nvme });
    expect(damageCounters(health)).toEqual([
      ['5', 7],
      ['media_errors', 3],
    ]);
    expect(damageCounters(drive({ protocol: 'scsi', grownDefects: 4 }))).toEqual([['grown_defects', 4]]);
  });

  it('takes the grown defects of a SCSI drive for sectors that were reallocated, with their own past', () => {
    const health = drive({ protocol: 'scsi', grownDefects: 4 });
    const past = { firstSeen: 1, rose: 2 };
    const { attributes } = driveInput(health, (counter) => (counter === 'grown_defects' ? past : never));
    expect(attributes.reallocated).toEqual({ value: 4, ...past });
    const both = drive({ attributes: [makeAttribute(5, 0)], grownDefects: 4 });
    expect(driveInput(both, noPast).attributes.reallocated.value).toBe(0);
  });
});

describe('the forecast of a drive from what it tells alone', () => {
  const now = Date.UTC(2026, 0, 15);

  it('says that what a scan finds and its speed are not known, and gives a verdict all the same', () => {
    const made = driveForecast(
      drive({ attributes: [makeAttribute(5, 0), makeAttribute(197, 8)] }),
      'unknown',
      noPast,
      now,
    );
    expect(made.verdict).toBe('plan');
    expect(made.terms.map(({ id }) => id)).toEqual(['pending']);
    expect(made.missing).toEqual(
      expect.arrayContaining(['what a scan of the whole disk finds', 'whether it has grown slower']),
    );
    expect(driveForecast(drive({ verdict: 'failed' }), 'unknown', noPast, now).verdict).toBe('failing');
  });

  it.each([
    ['temperature', 2, 'none', 'outside of its temperature limits'],
    ['persistent-memory-read-only', 32, 'watch', 'persistent memory'],
    ['backup-failed', 16, 'plan', 'backup of its volatile memory'],
    ['spare-below-threshold', 1, 'failing', 'says that it is failing'],
  ] as const)('of an NVMe drive that warns of %s', (warning, criticalWarning, verdict, words) => {
    const well = { ...nvme, percentageUsed: 3, availableSpare: 100, mediaErrors: 0 };
    const told = drive({
      kind: 'nvme',
      protocol: 'nvme',
      verdict: 'failed',
      nvme: { ...well, warnings: [warning], criticalWarning },
    });
    const made = driveForecast(told, 'nvme', noPast, now);
    expect(made.verdict).toBe(verdict);
    expect(made.terms[0]?.sentence).toContain(words);
    expect(made.missing).not.toContain('the drive’s own verdict');
  });

  it('rises with the grown defects of a SCSI drive', () => {
    const at = (grownDefects: number): number =>
      driveForecast(drive({ protocol: 'scsi', kind: 'hdd', grownDefects }), 'hdd', noPast, now).probability.point;
    expect(at(40)).toBeGreaterThan(at(0));
  });

  it('is worse where a counter was seen to rise lately', () => {
    const health = drive({ attributes: [makeAttribute(198, 1)] });
    const rosen = { firstSeen: now - 86_400_000, rose: now - 86_400_000 };
    const fresh = driveForecast(health, 'unknown', () => rosen, now);
    const old = driveForecast(health, 'unknown', noPast, now);
    expect(fresh.probability.point).toBeGreaterThan(old.probability.point);
  });

  it('tells of sectors that were rewritten since: for as long as a rise counts, and not as if there were none', () => {
    const health = drive({ attributes: [makeAttribute(5, 0), makeAttribute(197, 0), makeAttribute(199, 0)] });
    const after = (days: number): ReturnType<typeof driveForecast> => {
      const rosen = { firstSeen: now - days * 86_400_000, rose: now - days * 86_400_000 };
      return driveForecast(health, 'hdd', (name) => (name === '5' ? never : rosen), now);
    };
    const fresh = after(1);
    expect(fresh.verdict).toBe('plan');
    expect(fresh.terms.map(({ sentence }) => sentence)).toEqual([
      'No pending sectors at this moment, but the count rose 1 day ago: drives with such a first event failed 16 times as often in the next 60 days.',
    ]);
    expect(fresh.clean).toContain('reallocated sectors');
    expect(fresh.clean).not.toContain('pending sectors');
    const old = after(240);
    expect([old.verdict, old.terms]).toEqual(['none', []]);
    expect(old.clean).toContain('pending sectors');
  });

  it('takes the kind from outside only where the drive does not tell it', () => {
    const flash = drive({ kind: 'unknown', attributes: [makeAttribute(187, 1)] });
    const familyOf = (health: DriveHealth): unknown => driveForecast(health, 'ssd', noPast, now).terms[0]?.family;
    expect([familyOf(flash), familyOf({ ...flash, kind: 'hdd' })]).toEqual(['flash', 'media']);
  });
});
