import { formatCount, formatCounted } from '../domain/units.ts';
import { daysSince, type Spread } from './hazard.ts';
import type { Counter, ForecastInput } from './input.ts';
import type { Speed } from './speed.ts';
import { counterText, type CounterWords, type TermDraft } from './term.ts';

/** Days in which a rise of what has no ratio is told as new. */
const FRESH_DAYS = 60;

/** What is not the surface: the drive's own word, its mechanics, how fast it answers, its link. */
export function aroundTerms(input: ForecastInput): TermDraft[] {
  return [
    ...driveTerm(input),
    ...mechanicsTerm(input),
    ...latencyTerm(input),
    ...triedAgainTerm(input, 'soft-errors', input.own.softErrors, {
      one: 'read that succeeded only when tried again',
      many: 'reads that succeeded only when tried again',
    }),
    ...triedAgainTerm(input, 'slow-reads', input.own.slowReads, { one: 'slow read', many: 'slow reads' }),
    ...linkTerm(input),
  ];
}

function driveTerm({ ownVerdict }: ForecastInput): TermDraft[] {
  if (ownVerdict !== 'failed' && ownVerdict !== 'said-failed') return [];
  return [
    {
      id: 'own-verdict',
      family: 'drive',
      ratio: null,
      weak: false,
      floor: 'failing',
      sentence:
        ownVerdict === 'failed'
          ? 'The drive itself says that it is failing.'
          : 'When it was last read, the drive itself said that it is failing. It cannot be read now.',
      source: 'The drive’s own health verdict; its value: Murray, Hughes, Kreutz-Delgado, JMLR 2005',
      evidence:
        'Vendors set this so that it is hardly ever wrong: 0.1 % false alarms a year. It foresees 3 to 10 % of failures.',
    },
  ];
}

/**
 * The only rate there is was counted for attribute 11, from one failure, and Scrutiny prints it for 10 as well. Ten times
 * is therefore the upper end and nothing else.
 */
const spinRetryRatio: Spread = { low: 1, point: 1, high: 10 };

function mechanicsTerm({ attributes, kind, now }: ForecastInput): TermDraft[] {
  const { spinRetries } = attributes;
  if (isFlash(kind) || (spinRetries.value ?? 0) === 0) return [];
  return [
    {
      id: 'spin-retries',
      family: 'mechanics',
      ratio: spinRetryRatio,
      weak: true,
      floor: 'watch',
      sentence: `${counterText(spinRetries, { one: 'retried start of the motor', many: 'retried starts of the motor' }, now)}: it points at the mechanics, by how much nobody can say.`,
      source: 'Backblaze, drives of 2014, as printed by Scrutiny',
      evidence: 'A single failure of a neighbouring counter stands behind it.',
    },
  ];
}

function latencyTerm({ speed, kind }: ForecastInput): TermDraft[] {
  if (speed === null || speed.score < 1) return [];
  const flash = isFlash(kind);
  return [
    {
      id: 'latency',
      family: 'latency',
      ratio: null,
      weak: false,
      floor: flash ? null : 'watch',
      sentence: `Part of the disk answers slower than its own past explains${placesText(speed)}.`,
      source: flash ? 'Lu et al. (Alibaba), ATC 2022' : 'Lu et al., FAST 2020',
      evidence: flash
        ? 'Flash drives that turned slow seldom failed within five months.'
        : 'Speed foretold failures better than SMART did, but no study prints a ratio for it.',
    },
  ];
}

/** The place that lost the most, in words that fit behind a sentence. */
function placesText({ places }: Speed): string {
  const loss = ({ presentUs, usualUs }: Speed['places'][number]): number => presentUs / Math.max(1, usualUs);
  const [worst, ...others] = [...places].sort((a, b) => loss(b) - loss(a));
  if (worst === undefined) return '';
  const { firstBlock, blockCount, presentUs, usualUs } = worst;
  const more = others.length === 0 ? '' : `, and ${formatCounted(others.length, 'other place')}`;
  return `: ${blocksText(firstBlock, blockCount)}, ${formatMs(presentUs)} on average where ${formatMs(usualUs)} were usual${more}`;
}

function blocksText(first: number, count: number): string {
  return count === 1
    ? `block ${formatCount(first)}`
    : `blocks ${formatCount(first)} to ${formatCount(first + count - 1)}`;
}

function formatMs(us: number): string {
  return `${us < 10_000 ? (us / 1000).toFixed(us < 1000 ? 2 : 1) : formatCount(us / 1000)} ms`;
}

function triedAgainTerm({ kind, now }: ForecastInput, id: string, counter: Counter, words: CounterWords): TermDraft[] {
  if ((counter.value ?? 0) === 0) return [];
  const fresh = counter.rose !== null && daysSince(counter.rose, now) <= FRESH_DAYS;
  return [
    {
      id,
      family: 'latency',
      ratio: null,
      weak: false,
      floor: fresh && !isFlash(kind) ? 'watch' : null,
      sentence: `${counterText(counter, words, now)}.`,
      source: 'Counted by this program',
      evidence: 'No study prints how often disks with this fail.',
    },
  ];
}

/** A link counts a few errors in its life; only growth is worth a look. */
function linkTerm({ attributes, now }: ForecastInput): TermDraft[] {
  const { linkErrors } = attributes;
  if ((linkErrors.value ?? 0) === 0) return [];
  const fresh = linkErrors.rose !== null && daysSince(linkErrors.rose, now) <= FRESH_DAYS;
  const text = counterText(
    linkErrors,
    { one: 'error on the link to the disk', many: 'errors on the link to the disk' },
    now,
  );
  return [
    {
      id: 'link-errors',
      family: 'link',
      ratio: null,
      weak: false,
      floor: null,
      sentence: fresh ? `${text}. Check the cable.` : `${text}. If it grows, check the cable.`,
      source: 'Google, FAST 2007; Backblaze 2014: flat, whatever the count',
      evidence: 'It says something of the cable, plug or port and nothing of the disk: it is never in the number.',
    },
  ];
}

export function isFlash(kind: ForecastInput['kind']): boolean {
  return kind === 'ssd' || kind === 'nvme';
}
