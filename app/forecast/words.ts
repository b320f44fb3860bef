import type { ForecastInput } from './input.ts';
import type { ForecastVerdict } from './output.ts';

export interface VerdictWords {
  /** One or two words. */
  readonly name: string;
  readonly sentence: string;
  readonly advice: string;
}

export const verdictWords: Readonly<Record<ForecastVerdict, VerdictWords>> = {
  failing: {
    name: 'Failing',
    sentence: 'By its own word, this drive is failing.',
    advice: 'Copy your data off this disk now, then replace it.',
  },
  soon: {
    name: 'Replace soon',
    sentence: 'Disks with these signs fail far more often than others.',
    advice: 'Make a backup today and replace this disk soon.',
  },
  plan: {
    name: 'Plan to replace',
    sentence: 'There are signs that this disk will not last.',
    advice: 'Make a backup and plan to replace this disk.',
  },
  watch: {
    name: 'Watch',
    sentence: 'There is a sign worth watching.',
    advice: 'Keep a backup, and look again when it grows.',
  },
  none: {
    name: 'No known sign',
    sentence: 'None of the known signs of failure is present.',
    advice: 'Keep a backup: many disks fail without any sign.',
  },
  unknown: {
    name: 'Not known',
    sentence: 'Too little is known of this disk for a forecast.',
    advice: 'Nothing bad was seen so far, but the drive’s own counters are not known. Keep a backup.',
  },
};

const everyDisk = [
  'More than half of the failing drives in the Google study showed none of these signs; a low number is not a guarantee.',
  'The ratios come from drives of 2005 to 2016 in data centres. Shingled and helium-filled disks and recent flash are not covered; the ratios carry over better than the rates.',
] as const;

const magnetic =
  'How often the known rules are right: the drive’s own verdict foresees 3 to 10 % of failures. Five counters that Backblaze watches were above zero on 76.7 % of its failed drives and on 4.2 % of the working ones; about one in five drives so flagged fails within a year.';
const flash =
  'How often the known rules are right: a model trained on half a million flash drives found 71 % of those that failed, and 13 % of its alarms were false (Microsoft 2016).';

/** What a forecast cannot know; it stands wherever the number stands. */
export function limitsOf(isFlash: boolean): string[] {
  return [everyDisk[0], isFlash ? flash : magnetic, everyDisk[1]];
}

/** Whether any of the drive's own counters is known. */
export function knowsCounters({ attributes, nvme }: ForecastInput): boolean {
  return nvme !== null || Object.values(attributes).some(({ value }) => value !== null);
}

/** What would matter and is not known. */
export function missingOf(input: ForecastInput, isFlash: boolean): string[] {
  const { attributes, nvme, own } = input;
  const strong: readonly (readonly [string, unknown])[] = isFlash
    ? [['the drive’s media errors', nvme?.mediaErrors.value ?? attributes.uncorrectable.value]]
    : [
        ['reallocated sectors', attributes.reallocated.value],
        ['pending sectors', attributes.pending.value],
        ['uncorrectable sectors', attributes.offlineUncorrectable.value],
        ['uncorrectable errors reported', attributes.uncorrectable.value],
      ];
  const counters = knowsCounters(input)
    ? strong.flatMap(([name, value]) => (value === null ? [name] : []))
    : ['the drive’s own counters (SMART)'];
  return [
    ...counters,
    ...(input.ownVerdict === 'unknown' ? ['the drive’s own verdict'] : []),
    ...(input.powerOnHours === null ? ['its age'] : []),
    ...(own.scanErrors.value === null ? ['what a scan of the whole disk finds'] : []),
    ...(input.speed === null ? ['whether it has grown slower'] : []),
  ];
}
