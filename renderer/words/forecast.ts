import type { ForecastVerdict, Forecast, Predicted, TermFamily } from '../../app/forecast/output.ts';
import { verdictWords } from '../../app/forecast/words.ts';
import { formatCount, formatCounted } from '../../app/domain/units.ts';
import type { Tone } from '../features/device/verdict.ts';

export const verdictTones: Readonly<Record<ForecastVerdict, Tone>> = {
  failing: 'danger',
  soon: 'danger',
  plan: 'attention',
  watch: 'attention',
  none: 'ok',
  unknown: 'unknown',
};

export const familyWords: Readonly<Record<TermFamily, string>> = {
  drive: 'Drive’s own word',
  media: 'Surface',
  flash: 'Flash',
  mechanics: 'Mechanics',
  wear: 'Wear',
  latency: 'Speed',
  cooling: 'Cooling',
  link: 'Cable',
};

/** What the forecast of a drive that is not protected leaves out. */
export const driveBasis = {
  disk: 'No scan has read this disk here and none of its reads were timed, so what a scan finds, whether it has grown slower and which places fail next are not known. They are known of the main disk of a protected device.',
  file: 'No scan has read this drive here and none of its reads were timed, so what a scan finds, whether it has grown slower and which places fail next are not known. A file is one look: whether a count rose lately is not known either, and a recent rise says much more than an old count.',
} as const;

/** The forecast in a line of a table. */
export function forecastShort({ verdict, numberHolds, probability }: Forecast): string {
  const name = verdictWords[verdict].name;
  return numberHolds && verdict !== 'unknown' ? `${name}, ${bandText(probability)}` : name;
}

/** A probability without digits that nobody measured: `0.3 %`, `4 %`, `28 %`. */
export function chanceText(probability: number): string {
  const percent = probability * 100;
  if (percent > 0 && percent < 0.1) return 'under 0.1 %';
  if (percent > 99 && percent < 100) return 'over 99 %';
  return `${percent < 1 ? percent.toFixed(1) : formatCount(percent)} %`;
}

/** `0.2 to 0.3 %`, `4 to 18 %`. */
export function bandText({ low, high }: Forecast['probability']): string {
  const [from, to] = [chanceText(low), chanceText(high)];
  return from === to ? `about ${to}` : `${from.replace(/ %$/, '')} to ${to}`;
}

/** The same in disks, which are easier to think of than percent. */
export function bandInDisks({ low, high }: Forecast['probability']): string {
  // Of few disks only whole ones make sense: the count is chosen so that the low end is one disk or more.
  const of = low >= 0.1 ? 10 : low >= 0.01 ? 100 : 1000;
  const [from, to] = [Math.round(low * of), Math.round(high * of)];
  const number = from === to ? `About ${formatCount(to)}` : `Between ${formatCount(from)} and ${formatCount(to)}`;
  return `${number} of ${formatCount(of)} disks like this fail within 60 days.`;
}

/** Where the next bad blocks are likelier, in words. */
export function whereText({ ranges, blocks, leftOut, everywhere }: Predicted): string {
  if (everywhere) return 'Trouble lies all over the disk: no place is likelier than another.';
  if (ranges.length === 0)
    return 'No place of the disk stands out: no block failed, turned weak or was slow in the last 30 days.';
  const more = leftOut === 0 ? '' : ` ${formatCounted(leftOut, 'less likely place')} not shown.`;
  return `${formatCounted(blocks, 'block')} in ${formatCounted(ranges.length, 'place')} around recent trouble ${
    blocks === 1 ? 'is' : 'are'
  } likelier to fail next than the rest.${more}`;
}
