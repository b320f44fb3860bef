import { formatCount, formatCounted } from '../domain/units.ts';
import { daysSince, probabilityOf, type Spread } from './hazard.ts';
import type { Counter } from './input.ts';
import type { ForecastTerm, ForecastVerdict } from './output.ts';

/** A term before it is known whether it is the largest of its family. */
export interface TermDraft extends Omit<ForecastTerm, 'decides'> {
  /** The verdict is at least this, whatever the number says; null for no such demand. */
  readonly floor: ForecastVerdict | null;
}

/** What a counter counts, in words. */
export interface CounterWords {
  readonly one: string;
  readonly many: string;
}

/** `2 pending sectors, the count rose 9 days ago`; `No pending sectors at this moment, but the count rose 9 days ago`. */
export function counterText(counter: Counter, words: CounterWords, now: number): string {
  const number = counter.value ?? 0;
  if (number === 0) return `No ${words.many} at this moment, but ${pastText(counter, now)}`;
  return `${formatCounted(number, words.one, words.many)}, ${pastText(counter, now)}`;
}

function pastText({ rose, firstSeen }: Counter, now: number): string {
  if (rose !== null) {
    const first = firstSeen !== null && daysSince(firstSeen, now) > daysSince(rose, now);
    return first
      ? `first seen ${agoText(firstSeen, now)}, the count rose last ${agoText(rose, now)}`
      : `the count rose ${agoText(rose, now)}`;
  }
  return firstSeen === null
    ? 'since when is not known'
    : `unchanged since it was first seen ${agoText(firstSeen, now)}`;
}

export function agoText(then: number, now: number): string {
  const days = daysSince(then, now);
  if (days === 0) return 'within the last day';
  return days === 1 ? '1 day ago' : `${formatCount(days)} days ago`;
}

/** `16 times as often`, without digits that nobody measured. */
export function timesText(ratio: number): string {
  if (ratio < 1.5) return 'about as often';
  return `${ratio < 10 ? ratio.toFixed(1).replace(/\.0$/, '') : formatCount(ratio)} times as often`;
}

/** How often such a sign is a false alarm: disks that still work at the end of the forecast's time. */
export function falseAlarmText(base: Spread, ratio: Spread): string {
  const probability = probabilityOf(base.point * ratio.point);
  if (probability < 0.01) return 'Of 100 disks with this sign alone, more than 99 still work after 60 days.';
  return `Of 100 disks with this sign alone, about ${formatCount(100 - probability * 100)} still work after 60 days.`;
}
