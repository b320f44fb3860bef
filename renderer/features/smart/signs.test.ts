import { describe, expect, it } from 'vitest';

import type { DriveHealth, NvmeHealth, SelfTest } from '../../../app/domain/smart.ts';
import { problemOf, shortVerdict, verdictOfHealth } from '../../words/smart.ts';
import { mildWarnings, nvmeWarnings, smartProblems } from '../../../app/domain/smart.ts';
import { makeAttribute } from '../../../tests/doubles/attribute.ts';
import { toCsv } from './csv.ts';
import { signsOf } from './signs.ts';

function health(part: Partial<DriveHealth> = {}): DriveHealth {
  return {
    model: 'M',
    serial: 'S',
    firmware: 'F',
    kind: 'hdd',
    protocol: 'ata',
    verdict: 'passed',
    powerOnHours: 100,
    powerCycles: 1,
    temperatureCelsius: 30,
    attributes: [],
    nvme: null,
    grownDefects: null,
    errorLogCount: 0,
    selfTests: [],
    running: null,
    canSelfTest: true,
    shortTestMinutes: null,
    longTestMinutes: null,
    ...part,
  };
}

const nvme: NvmeHealth = {
  warnings: [],
  criticalWarning: 0,
  percentageUsed: 3,
  availableSpare: 100,
  availableSpareThreshold: 10,
  mediaErrors: 0,
  unsafeShutdowns: 1,
  dataUnitsWritten: 1,
  dataUnitsRead: 1,
};

function toneOf(of: DriveHealth, id: string): string | undefined {
  return signsOf(of).find((sign) => sign.id === id)?.tone;
}

describe('the drive’s verdict', () => {
  it('is believed when it is bad, whatever was counted', () => {
    expect(verdictOfHealth(health({ verdict: 'failed' }))).toMatchObject({ tone: 'danger', short: 'Failing' });
  });

  it('is not believed alone when it is good', () => {
    expect(verdictOfHealth(health())).toMatchObject({ tone: 'ok', short: 'Passed' });
    for (const id of [5, 10, 187, 197, 198]) {
      const damaged = verdictOfHealth(health({ attributes: [makeAttribute(id, 1)] }));
      expect({ id, damaged }).toMatchObject({ damaged: { tone: 'attention', short: 'Passed, signs of damage' } });
    }
    expect(verdictOfHealth(health({ verdict: 'unknown' }))).toMatchObject({ tone: 'unknown', short: 'No verdict' });
  });

  it('is not made worse by the cable, a packed value or the hours', () => {
    const attributes = [makeAttribute(199, 7), makeAttribute(5, null), makeAttribute(188, 12)];
    expect(verdictOfHealth(health({ attributes, powerOnHours: 90_000 })).tone).toBe('ok');
    expect(toneOf(health({ attributes }), '199')).toBe('note');
    expect(toneOf(health({ attributes }), '5')).toBeUndefined();
  });

  it('follows the vendor’s limits that tell of failure, also where that is not said of them', () => {
    for (const prefailure of [true, null]) {
      const now = health({ attributes: [makeAttribute(1, null, { failing: 'now', prefailure })] });
      expect(verdictOfHealth(now).tone).toBe('danger');
      expect(signsOf(now)[0]?.meaning).toContain('Copy your data off it now');
      const past = health({ attributes: [makeAttribute(1, null, { failing: 'past', prefailure })] });
      expect(verdictOfHealth(past).tone).toBe('attention');
    }
  });

  it.each([190, 194])('says of heat by attribute %s that it is or was too hot, whatever the vendor calls it', (id) => {
    for (const prefailure of [false, true, null]) {
      const hot = health({ attributes: [makeAttribute(id, null, { failing: 'now', prefailure })] });
      expect(verdictOfHealth(hot)).toMatchObject({ tone: 'attention', short: 'Passed, too hot' });
      expect(signsOf(hot)[0]).toMatchObject({ tone: 'attention', title: 'Temperature limit' });
      expect(signsOf(hot)[0]?.meaning).toMatch(/^It is too hot/);
      const cooled = health({ attributes: [makeAttribute(id, null, { failing: 'past', prefailure })] });
      expect(verdictOfHealth(cooled)).toMatchObject({ tone: 'ok', short: 'Passed' });
      expect(signsOf(cooled)[0]).toMatchObject({ tone: 'note' });
      expect(signsOf(cooled)[0]?.meaning).toMatch(/^It was too hot/);
    }
  });

  it('calls a limit of use or age no failure and no damage, but one of damage damage', () => {
    const old = (id: number, failing: 'now' | 'past') =>
      health({ attributes: [makeAttribute(id, 0, { failing, prefailure: false })] });
    expect(verdictOfHealth(old(193, 'now')).short).toBe('Passed');
    expect(toneOf(old(193, 'now'), 'failing-193')).toBe('attention');
    expect(signsOf(old(193, 'now'))[0]?.meaning).toContain('past the use or age that it was made for');
    expect(toneOf(old(193, 'past'), 'failing-193')).toBe('note');
    expect(verdictOfHealth(old(184, 'now'))).toMatchObject({ tone: 'attention', short: 'Passed, signs of damage' });
    for (const id of [184, 193]) expect(signsOf(old(id, 'now'))[0]?.meaning).not.toContain('Copy');
  });
});

describe('the verdict of an NVMe drive that only warns', () => {
  const warns = (criticalWarning: number, warnings: NvmeHealth['warnings'], part: Partial<DriveHealth> = {}) =>
    verdictOfHealth(health({ kind: 'nvme', verdict: 'failed', nvme: { ...nvme, warnings, criticalWarning }, ...part }));

  it.each([
    [71, 'Too hot', 'it is too hot, at 71 °C', 'Cool it'],
    [-3, 'Too cold', 'it is too cold, at -3 °C', 'Let it warm up'],
    [null, 'Too hot or cold', 'it is too hot or too cold', 'See that air reaches it'],
  ])('is of its temperature at %s °C, and no word of copying off or damage', (temperatureCelsius, short, what, to) => {
    const told = warns(2, ['temperature'], { temperatureCelsius });
    expect(told).toMatchObject({ tone: 'attention', short, sentence: `The drive warns that ${what}.` });
    expect(told.advice).toContain(to);
    expect(`${told.sentence} ${told.advice}`).not.toMatch(/copy|replace|damage/i);
  });

  it('names every reason, and damage beside it', () => {
    const both = warns(18, ['temperature', 'backup-failed'], {
      temperatureCelsius: 70,
      attributes: [makeAttribute(197, 2)],
    });
    expect(both).toMatchObject({ tone: 'attention', short: 'Warns, signs of damage' });
    expect(both.sentence).toBe(
      'The drive warns that its store for a power failure does not work, and that it is too hot, at 70 °C. It has also counted signs of damage.',
    );
  });

  it('is its own FAILED where its data is at stake', () => {
    expect(warns(10, ['temperature', 'read-only'])).toMatchObject({ tone: 'danger', short: 'Failing' });
    expect(warns(64, [])).toMatchObject({ tone: 'danger', short: 'Failing' });
  });
});

describe('what an NVMe drive tells', () => {
  const tones = (part: Partial<NvmeHealth>): Record<string, string> =>
    Object.fromEntries(signsOf(health({ nvme: { ...nvme, ...part } })).map(({ id, tone }) => [id, tone]));

  it('is well', () => {
    expect(tones({})).toMatchObject({ 'media-errors': 'ok', 'available-spare': 'ok', 'percentage-used': 'ok' });
  });

  it('is danger where it cannot be trusted any more, and never for wear alone', () => {
    expect(tones({ warnings: ['read-only'] })).toMatchObject({ 'warning-read-only': 'danger' });
    for (const warning of mildWarnings) {
      expect(tones({ warnings: [warning] })).toMatchObject({ [`warning-${warning}`]: 'attention', temperature: 'ok' });
    }
    expect(tones({ criticalWarning: 0x40 })).toMatchObject({ 'warning-unknown': 'attention' });
    expect(tones({ availableSpare: 9 })).toMatchObject({ 'available-spare': 'danger' });
    expect(tones({ percentageUsed: 255 })).toMatchObject({ 'percentage-used': 'attention' });
    expect(tones({ mediaErrors: 1 })).toMatchObject({ 'media-errors': 'attention' });
  });
});

it('no two signs go by one name, whatever a drive tells', () => {
  const attributes = [5, 10, 187, 190, 194, 197, 198, 199].map((id) => makeAttribute(id, 1, { failing: 'now' }));
  const all = { ...nvme, warnings: [...nvmeWarnings], criticalWarning: 0xff };
  const ids = signsOf(health({ attributes, nvme: all, grownDefects: 1 })).map(({ id }) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
});

describe('a failed self-test', () => {
  const test = (kind: SelfTest['kind'], outcome: SelfTest['outcome']): SelfTest => ({
    kind,
    outcome,
    type: kind,
    words: 'Completed: read failure',
    hours: 1,
    firstErrorSector: 99,
  });

  it('counts until a long one passes', () => {
    const failed = test('long', 'failed');
    expect(toneOf(health({ selfTests: [test('short', 'passed'), failed] }), 'self-test')).toBe('attention');
    expect(toneOf(health({ selfTests: [test('long', 'aborted'), failed] }), 'self-test')).toBe('attention');
    expect(toneOf(health({ selfTests: [test('long', 'passed'), failed] }), 'self-test')).toBeUndefined();
  });
});

describe('a table’s word', () => {
  it('says what is known, also when the last question brought nothing', () => {
    const view = { reading: false, asked: 1, problem: null, health: health(), heard: 1, forecast: null };
    expect(shortVerdict(view, false).short).toBe('Passed');
    const asleep = { code: 'asleep', detail: null } as const;
    expect(shortVerdict({ ...view, problem: asleep }, false).short).toBe('Passed when last read');
    expect(shortVerdict({ ...view, health: null, problem: asleep }, false)).toEqual({
      tone: 'unknown',
      short: 'Asleep',
    });
    expect(shortVerdict({ ...view, health: null, reading: true }, false).short).toBe('Reading…');
    expect(shortVerdict(undefined, false).short).toBe('—');
  });

  it('is another one for each reason', () => {
    const words = smartProblems.map((code) => problemOf({ code, detail: null }).short);
    expect(new Set(words).size).toBe(smartProblems.length);
  });
});

it('attributes as CSV keep their commas and quotation marks', () => {
  const odd = makeAttribute(5, 3, { name: 'A,"b"', raw: '3, 4' });
  expect(toCsv([odd])).toBe('id,name,value,worst,threshold,failing,raw,count\r\n5,"A,""b""",100,100,0,no,"3, 4",3\r\n');
});
