import { daysSince, largest, type Spread } from './hazard.ts';

/** How much more often drives failed after the first event of a kind, and for how long that was counted. */
export interface EventRatio {
  readonly ratio: Spread;
  /** Days after the event in which the whole ratio holds. */
  readonly holdsDays: number;
}

/** Days after an event from which on only the level counts. */
export const FADED_DAYS = 240;

/**
 * The Google study calls one event critical when it raises failures at least tenfold with 95 % confidence: the low end.
 * It prints no upper end; twice the ratio is this program's choice.
 */
function google(ratio: number): EventRatio {
  return { ratio: { low: 10, point: ratio, high: 2 * ratio }, holdsDays: 60 };
}

/** Ratios of Pinheiro, Weber and Barroso, FAST 2007, sections 3.5.1, 3.5.2 and 3.5.4. */
export const scanError = google(39);
export const reallocation = google(14);
export const probation = google(16);

/**
 * An uncorrectable error of flash makes another one in the following month about 15 times as likely (30 % against 2 %,
 * Schroeder, Lagisetty and Merchant, FAST 2016). No interval is printed; half and twice are this program's choice.
 */
export const flashError: EventRatio = { ratio: { low: 7.5, point: 15, high: 30 }, holdsDays: 30 };

/** Whether an event says nothing any more, or there was none. */
export function hasFaded(rose: number | null, now: number): boolean {
  return rose === null || daysSince(rose, now) >= FADED_DAYS;
}

/**
 * The ratio that holds now: the event's while it is fresh, the level's once it has faded, and between both a straight
 * line on the logarithm.
 *
 * @param rose - when the event was, Unix milliseconds; null for no event
 */
export function fading(event: EventRatio, level: Spread, rose: number | null, now: number): Spread {
  if (rose === null) return level;
  const days = daysSince(rose, now);
  const peak = largest(event.ratio, level);
  const part = Math.min(1, Math.max(0, (days - event.holdsDays) / (FADED_DAYS - event.holdsDays)));
  if (part === 0) return peak;
  if (part === 1) return level;
  const between = (from: number, to: number): number => from * (to / from) ** part;
  const low = between(peak.low, level.low);
  // Powers round; the order of the three must not.
  const point = Math.max(low, between(peak.point, level.point));
  return { low, point, high: Math.max(point, between(peak.high, level.high)) };
}
