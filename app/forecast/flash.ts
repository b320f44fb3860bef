import { fading, flashError } from './events.ts';
import { noRatio, type Spread } from './hazard.ts';
import type { Counter, CriticalWarning, ForecastInput, NvmeHealth } from './input.ts';
import { counterText, falseAlarmText, type CounterWords, type TermDraft } from './term.ts';

const FLASH_STUDY = 'Schroeder, Lagisetty, Merchant (Google), FAST 2016';
const NVME = 'NVM Express base specification, SMART / Health log';

interface FlashSign {
  readonly id: string;
  readonly counter: (input: ForecastInput) => Counter | undefined;
  readonly words: CounterWords;
}

/** Every way in which data that could not be corrected is counted. */
export const flashSigns: readonly FlashSign[] = [
  {
    id: 'media-errors',
    counter: ({ nvme }) => nvme?.mediaErrors,
    words: { one: 'media error', many: 'media errors' },
  },
  {
    id: 'scan-errors',
    counter: ({ own }) => own.scanErrors,
    words: { one: 'block that failed in a scan', many: 'blocks that failed in a scan' },
  },
  {
    id: 'pending-blocks',
    counter: ({ own }) => own.pendingBlocks,
    words: { one: 'block that cannot be read', many: 'blocks that cannot be read' },
  },
  {
    id: 'moved-blocks',
    counter: ({ own }) => own.movedBlocks,
    words: { one: 'block moved after an error', many: 'blocks moved after an error' },
  },
  {
    id: 'uncorrectable',
    counter: ({ attributes }) => attributes.uncorrectable,
    words: { one: 'uncorrectable error reported', many: 'uncorrectable errors reported' },
  },
  {
    id: 'pending',
    counter: ({ attributes }) => attributes.pending,
    words: { one: 'pending sector', many: 'pending sectors' },
  },
  {
    id: 'offline-uncorrectable',
    counter: ({ attributes }) => attributes.offlineUncorrectable,
    words: { one: 'uncorrectable sector', many: 'uncorrectable sectors' },
  },
];

/** What the flash of an SSD or NVMe drive tells. */
export function flashTerms(input: ForecastInput, base: Spread): TermDraft[] {
  const errors = flashSigns.flatMap((sign) => {
    const counter = sign.counter(input);
    if (counter === undefined || ((counter.value ?? 0) === 0 && counter.rose === null)) return [];
    return [errorTerm(sign, counter, input.now, base)];
  });
  return [...errors, ...reallocationTerm(input), ...nvmeTerms(input.nvme)];
}

function errorTerm(sign: FlashSign, counter: Counter, now: number, base: Spread): TermDraft {
  const ratio = fading(flashError, noRatio, counter.rose, now);
  const fresh = ratio.point > 1;
  return {
    id: sign.id,
    family: 'flash',
    ratio,
    weak: true,
    // Flash that has lost data once is worth a look even after the error has grown old.
    floor: (counter.value ?? 0) > 0 ? 'watch' : null,
    sentence: `${counterText(counter, sign.words, now)}: ${
      fresh
        ? 'in the month after such an error another one was 15 times as likely'
        : 'no recent rise was seen, so it does not raise the number'
    }.`,
    source: FLASH_STUDY,
    evidence: `${falseAlarmText(base, ratio)} The study counted further errors, not failures: 30 % against 2 % in a month. It stands in for a ratio of failures that nobody has printed.`,
  };
}

/** From this many reallocated sectors on a flash drive is unlike most healthy ones. */
const MANY_REALLOCATED = 2;

function reallocationTerm({ attributes, now }: ForecastInput): TermDraft[] {
  const { reallocated } = attributes;
  if ((reallocated.value ?? 0) < MANY_REALLOCATED) return [];
  const words = { one: 'reallocated block', many: 'reallocated blocks' };
  return [
    {
      ...note('reallocated', 'flash', 'watch'),
      sentence: `${counterText(reallocated, words, now)}: four of five healthy flash drives had fewer than two.`,
      source: 'Narayanan et al. (Microsoft), SYSTOR 2016',
      evidence: 'Half a million drives. No ratio is printed for a count.',
    },
  ];
}

function nvmeTerms(nvme: NvmeHealth | null): TermDraft[] {
  if (nvme === null) return [];
  return [...warningTerms(nvme.criticalWarning), ...spareTerm(nvme), ...wearTerm(nvme.percentageUsed)];
}

const warnings: readonly (Pick<TermDraft, 'id' | 'family' | 'floor' | 'sentence'> & {
  readonly bit: keyof CriticalWarning;
})[] = [
  {
    bit: 'readOnly',
    id: 'read-only',
    family: 'drive',
    floor: 'failing',
    sentence: 'The drive has made itself read-only: it takes no more data.',
  },
  {
    bit: 'degraded',
    id: 'degraded',
    family: 'drive',
    floor: 'failing',
    sentence: 'The drive says that its reliability is degraded by media or internal errors.',
  },
  {
    bit: 'spareLow',
    id: 'spare-low',
    family: 'drive',
    floor: 'failing',
    sentence: 'The drive says that its spare flash is below its own limit.',
  },
  {
    bit: 'backupFailed',
    id: 'backup-failed',
    family: 'drive',
    floor: 'plan',
    sentence: 'The drive’s backup of its volatile memory has failed: a power cut may lose what was written last.',
  },
  {
    bit: 'persistentMemoryReadOnly',
    id: 'persistent-memory',
    family: 'drive',
    floor: 'watch',
    sentence: 'The drive’s persistent memory region can no longer be written.',
  },
  {
    bit: 'temperature',
    id: 'temperature',
    family: 'cooling',
    floor: null,
    sentence: 'The drive is outside of its temperature limits at this moment. Look after its cooling.',
  },
];

function warningTerms(warning: CriticalWarning | null): TermDraft[] {
  if (warning === null) return [];
  return warnings.flatMap(({ bit, id, family, floor, sentence }) =>
    warning[bit]
      ? [{ ...note(id, family, floor), sentence, source: NVME, evidence: 'What the drive says of itself.' }]
      : [],
  );
}

/** A threshold above 100, or nothing against nothing, is a drive that does not fill in these fields. */
function spareTerm({ availableSpare, availableSpareThreshold, criticalWarning }: NvmeHealth): TermDraft[] {
  if (availableSpare === null || availableSpareThreshold === null || criticalWarning?.spareLow === true) return [];
  if (availableSpareThreshold > 100 || availableSpare >= availableSpareThreshold) return [];
  return [
    {
      ...note('spare-low', 'drive', 'failing'),
      sentence: `Spare flash is at ${availableSpare} %, below the drive’s own limit of ${availableSpareThreshold} %.`,
      source: NVME,
      evidence: 'What the drive says of itself.',
    },
  ];
}

/** Percent of the rated endurance from which on a replacement is worth planning. */
const WORN_PERCENT = 90;

function wearTerm(percentageUsed: number | null): TermDraft[] {
  if (percentageUsed === null || percentageUsed < WORN_PERCENT) return [];
  return [
    {
      ...note('wear', 'wear', 'plan'),
      sentence: `${percentageUsed === 255 ? '255 % or more' : `${percentageUsed} %`} of the rated endurance is used. That is the vendor’s estimate and no failure.`,
      source: NVME,
      evidence: 'Errors rise slowly with wear and show no cliff at the rated end (Google, FAST 2016).',
    },
  ];
}

function note(
  id: string,
  family: TermDraft['family'],
  floor: TermDraft['floor'],
): Pick<TermDraft, 'id' | 'family' | 'floor' | 'ratio' | 'weak'> {
  return { id, family, floor, ratio: null, weak: false };
}
