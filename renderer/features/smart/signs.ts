import { attributeCount, isGraveWarning, type DriveHealth, type NvmeWarning } from '../../../app/domain/smart.ts';
import { formatCount, formatCounted } from '../../../app/domain/units.ts';
import type { Tone } from '../device/verdict.ts';
import { limitSigns } from './limits.ts';

/** One of the few things that matter in what a drive tells: what it is, how much, and what this much means. */
export interface Sign {
  readonly id: string;
  readonly title: string;
  readonly value: string;
  /** `note`: worth knowing, says nothing of the disk by itself. */
  readonly tone: Exclude<Tone, 'unknown'> | 'note';
  readonly what: string;
  readonly meaning: string;
}

interface Counter {
  readonly id: number;
  readonly title: string;
  readonly what: string;
  readonly none: string;
  readonly some: string;
  /** False where the disk itself is not to blame. */
  readonly damage: boolean;
}

const counters: readonly Counter[] = [
  {
    id: 5,
    title: 'Replaced sectors',
    what: 'Sectors that the drive gave up and replaced from a reserve of its own.',
    none: 'It has replaced none.',
    some: 'An old count that does not grow says little; a count that grows says that more will follow.',
    damage: true,
  },
  {
    id: 197,
    title: 'Sectors waiting',
    what: 'Sectors that it could not read, and replaces when they are written next.',
    none: 'None is waiting.',
    some: 'What they hold cannot be read at this moment.',
    damage: true,
  },
  {
    id: 198,
    title: 'Unreadable in its own scans',
    what: 'Sectors that the drive could not read while it looked through itself.',
    none: 'It has found none.',
    some: 'Drives with such sectors fail far more often in the weeks after a new one.',
    damage: true,
  },
  {
    id: 187,
    title: 'Errors that were not corrected',
    what: 'Reads that the drive could not make good and had to report.',
    none: 'There was none.',
    some: 'Each was data that could not be read when it was asked for.',
    damage: true,
  },
  {
    id: 10,
    title: 'Starts that took another try',
    what: 'Times the motor did not reach its speed at the first attempt.',
    none: 'The motor has started at once every time.',
    some: 'The mechanics or the power supply are weak: it may not start one day.',
    damage: true,
  },
  {
    id: 199,
    title: 'Transfer errors',
    what: 'Errors between the drive and the computer.',
    none: 'There was none.',
    some: 'That is the cable or its plugs, not the disk. If the count grows, replace the cable.',
    damage: false,
  },
];

const warnings: Readonly<Record<NvmeWarning, string>> = {
  'spare-below-threshold': 'Its reserve of good blocks is used up below its own limit.',
  temperature:
    'It is outside of its temperature limits at this moment. That alone does not mean that it fails: look at its cooling.',
  'reliability-degraded': 'Errors of its memory have made it unreliable. Copy your data off it now.',
  'read-only': 'It takes no more writes. Copy your data off it now.',
  'backup-failed': 'Its store for a power failure does not work: a power cut may lose what was written last.',
  'persistent-memory-read-only': 'Its persistent memory region takes no more writes.',
};

/** Temperatures from which on errors become more frequent, in degrees Celsius. */
const WARM_HDD = 50;
const WARM_SSD = 70;
const HOURS_A_YEAR = 24 * 365.25;

/** What matters, worst first within the order in which it is told. Attributes that a drive lacks are left out. */
export function signsOf(health: DriveHealth): Sign[] {
  return [...limitSigns(health), ...warningSigns(health), ...counted(health), ...running(health)];
}

/** Those signs that tell of damage; that a drive is hot or worn, or only warns of something else, is none. */
export function damageOf(health: DriveHealth): Sign[] {
  const grave = warningSigns(health).filter(({ tone }) => tone === 'danger');
  const signs = [...limitSigns(health, 'damage'), ...grave, ...counted(health)];
  return signs.filter(({ tone }) => tone === 'attention' || tone === 'danger');
}

function counted(health: DriveHealth): Sign[] {
  return [
    ...nvmeSigns(health),
    ...counters.flatMap((counter) => counterSign(health, counter)),
    ...defects(health),
    ...selfTest(health),
  ];
}

function counterSign(health: DriveHealth, counter: Counter): Sign[] {
  const count = attributeCount(health, counter.id);
  if (count === null) return [];
  const { id, title, what, none, some, damage } = counter;
  const tone = count === 0 ? 'ok' : damage ? 'attention' : 'note';
  return [{ id: `${id}`, title, value: formatCount(count), tone, what, meaning: count === 0 ? none : some }];
}

function warningSigns({ nvme }: DriveHealth): Sign[] {
  if (nvme === null) return [];
  const signs: Sign[] = nvme.warnings.map((warning) => ({
    id: `warning-${warning}`,
    title: 'Warning of the drive',
    value: 'Set',
    tone: isGraveWarning(warning) ? 'danger' : 'attention',
    what: 'A critical warning, which the drive sets while it holds.',
    meaning: warnings[warning],
  }));
  if (nvme.criticalWarning >= 1 << 6) {
    signs.push({
      id: 'warning-unknown',
      title: 'Warning of the drive',
      value: `${nvme.criticalWarning}`,
      tone: 'attention',
      what: 'A critical warning, which the drive sets while it holds.',
      meaning: 'Its meaning is not known to this program.',
    });
  }
  return signs;
}

function nvmeSigns({ nvme }: DriveHealth): Sign[] {
  if (nvme === null) return [];
  const { percentageUsed: used, availableSpare: spare, availableSpareThreshold: limit, mediaErrors } = nvme;
  const signs: Sign[] = [];
  if (mediaErrors !== null) {
    signs.push({
      id: 'media-errors',
      title: 'Errors that were not corrected',
      value: formatCount(mediaErrors),
      tone: mediaErrors === 0 ? 'ok' : 'attention',
      what: 'Times the drive found its own data damaged beyond correction.',
      meaning: mediaErrors === 0 ? 'There was none.' : 'Each was data that could not be read. More often follow.',
    });
  }
  if (spare !== null) {
    const low = limit !== null && limit > 0 && spare < limit;
    signs.push({
      id: 'available-spare',
      title: 'Reserve left',
      value: `${spare} %`,
      tone: low ? 'danger' : 'ok',
      what: `Good blocks that are still in reserve${limit === null ? '' : `; its own limit is ${limit} %`}.`,
      meaning: low ? 'It is below the limit: copy your data off it now.' : 'There is enough.',
    });
  }
  if (used !== null) {
    signs.push({
      id: 'percentage-used',
      title: 'Wear',
      value: used === 255 ? 'over 254 %' : `${used} %`,
      tone: used >= 90 ? 'attention' : 'ok',
      what: 'The vendor’s estimate of how much of its life of writes is used.',
      meaning: used >= 90 ? 'Plan to replace it. 100 % does not mean that it fails.' : 'It has writes left.',
    });
  }
  return signs;
}

function defects({ grownDefects: count }: DriveHealth): Sign[] {
  if (count === null) return [];
  return [
    {
      id: 'grown-defects',
      title: 'Replaced sectors',
      value: formatCount(count),
      tone: count === 0 ? 'ok' : 'attention',
      what: 'Sectors that the drive gave up since it left its factory.',
      meaning:
        count === 0
          ? 'It has replaced none.'
          : 'An old count that does not grow says little; a count that grows says that more will follow.',
    },
  ];
}

function selfTest({ selfTests }: DriveHealth): Sign[] {
  // A short test that passes later has not looked where a long one found the error.
  const last = selfTests.find(({ outcome, kind }) => outcome === 'failed' || (outcome === 'passed' && kind === 'long'));
  if (last?.outcome !== 'failed') return [];
  const at = last.firstErrorSector === null ? '' : ` at sector ${formatCount(last.firstErrorSector)}`;
  return [
    {
      id: 'self-test',
      title: 'Failed self-test',
      value: 'Found an error',
      tone: 'attention',
      what: 'The drive’s own test of itself; the list below has them all.',
      meaning: `It ended${at}: “${last.words}”.`,
    },
  ];
}

function running({ kind, temperatureCelsius: degrees, powerOnHours: hours }: DriveHealth): Sign[] {
  const signs: Sign[] = [];
  if (degrees !== null) {
    const warm = degrees >= (kind === 'ssd' || kind === 'nvme' ? WARM_SSD : WARM_HDD);
    signs.push({
      id: 'temperature',
      title: 'Temperature',
      value: `${degrees} °C`,
      tone: warm ? 'note' : 'ok',
      what: 'As the drive measures it.',
      meaning: warm ? 'That is warm: errors become more frequent. Look at its cooling.' : 'That is no reason to worry.',
    });
  }
  if (hours !== null) {
    const years = hours / HOURS_A_YEAR;
    signs.push({
      id: 'power-on-hours',
      title: 'Running time',
      value: formatCounted(hours, 'hour'),
      tone: 'note',
      what: 'How long it has been switched on since it was made.',
      meaning: years < 1 ? 'That is less than a year.' : `That is ${years.toFixed(1)} years in all.`,
    });
  }
  return signs;
}
