import { mildWarnings, type DriveHealth, type MildWarning } from '../../app/domain/smart.ts';

interface WarningWords {
  /** One or two words for a table. */
  readonly short: string;
  readonly sentence: string;
  readonly advice: string;
}

/**
 * Degrees Celsius below which a drive outside of its limits is taken for too cold: no limit against heat is as low. The
 * same bit tells of both.
 */
const COLD = 10;

/** What an NVMe drive warns of that is no failure, in words; of several warnings all are told. */
export function warningWords({ nvme, temperatureCelsius: degrees }: DriveHealth): WarningWords {
  const told = mildWarnings.filter((warning) => nvme?.warnings.includes(warning));
  const parts = told.map((warning) => wordsOf(warning, degrees));
  const [first] = parts;
  return {
    short: parts.length === 1 && first !== undefined ? first.short : 'Warns',
    sentence: `The drive warns that ${parts.map(({ what }) => what).join(', and that ')}.`,
    advice: parts.map(({ advice }) => advice).join(' '),
  };
}

function wordsOf(
  warning: MildWarning,
  degrees: number | null,
): { readonly short: string; readonly what: string; readonly advice: string } {
  switch (warning) {
    case 'temperature':
      return temperatureWords(degrees);
    case 'backup-failed':
      return {
        short: 'Warns',
        what: 'its store for a power failure does not work',
        advice: 'A power cut may lose what was written last. Keep a backup, and plan to replace the drive.',
      };
    case 'persistent-memory-read-only':
      return {
        short: 'Warns',
        what: 'its persistent memory region takes no more writes',
        advice: 'Your files do not lie there unless you set that up. Keep a backup.',
      };
  }
}

function temperatureWords(degrees: number | null): ReturnType<typeof wordsOf> {
  const ends =
    'That alone does not mean that it is failing; the warning ends when its temperature is back within limits.';
  if (degrees === null) {
    return {
      short: 'Too hot or cold',
      what: 'it is too hot or too cold',
      advice: `See that air reaches it and that its fans run. ${ends}`,
    };
  }
  if (degrees < COLD) {
    return { short: 'Too cold', what: `it is too cold, at ${degrees} °C`, advice: `Let it warm up. ${ends}` };
  }
  return {
    short: 'Too hot',
    what: `it is too hot, at ${degrees} °C`,
    advice: `Cool it: see that air reaches it and that its fans run. ${ends}`,
  };
}
