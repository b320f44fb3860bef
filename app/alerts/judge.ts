import { isCount, isLeast, isNeverHidden, levelOf, startsSilently, type Facts } from './rules.ts';
import { alertRules, type Alert, type AlertRule, type Quiet } from './schema.ts';

/** What is remembered of one rule of one subject. */
export interface RuleState {
  /** The value last seen; null before the first. A rise above it is news, a fall arms the rule again. */
  readonly seen: number | null;
  /** The alert that stands unacknowledged. */
  readonly alert: Alert | null;
}

export type SubjectState = Readonly<Partial<Record<AlertRule, RuleState>>>;

export interface Subject {
  readonly id: string;
  readonly name: string;
}

const unseen: RuleState = { seen: null, alert: null };

/**
 * The state after `facts` became known at `now` (Unix time in milliseconds). The same facts again change nothing: the
 * very same object comes back.
 */
export function judge(state: SubjectState, subject: Subject, facts: Facts, now: number): SubjectState {
  const changed: Partial<Record<AlertRule, RuleState>> = {};
  for (const rule of alertRules) {
    const level = levelOf(rule, facts);
    const before = state[rule] ?? unseen;
    if (level === null || level === before.seen) continue;
    if (level < (before.seen ?? 0) && isLeast(rule, facts)) continue;
    changed[rule] = step(before, rule, level, subject, now);
  }
  return Object.keys(changed).length === 0 ? state : { ...state, ...changed };
}

function step({ seen, alert }: RuleState, rule: AlertRule, level: number, subject: Subject, now: number): RuleState {
  if (seen === null && (level === 0 || startsSilently(rule))) return { seen: level, alert };
  const before = seen ?? 0;
  if (level < before) return { seen: level, alert: alert === null ? null : fallen(alert, level, now) };
  if (alert !== null && !alert.over) return { seen: level, alert: { ...alert, value: level, changed: now } };
  const { id, name } = subject;
  const raised: Alert = {
    subject: id,
    rule,
    name,
    before,
    value: level,
    raised: now,
    changed: now,
    toldValue: null,
    over: false,
  };
  return { seen: level, alert: raised };
}

function fallen(alert: Alert, level: number, now: number): Alert {
  return level === 0 ? { ...alert, over: true, changed: now } : { ...alert, value: level, changed: now };
}

/** The state after the user took note: the value stays the one that a rise is measured from. */
export function acknowledge(state: SubjectState, rule: AlertRule): SubjectState {
  const known = state[rule];
  return known === undefined || known.alert === null ? state : { ...state, [rule]: { ...known, alert: null } };
}

/**
 * The state after facts became known that are told of another subject: what they say is seen, and no alert of it stands.
 */
export function absorb(state: SubjectState, subject: Subject, facts: Facts, now: number): SubjectState {
  const known = alertRules.filter((rule) => levelOf(rule, facts) !== null);
  return known.reduce(acknowledge, judge(state, subject, facts, now));
}

/** How many times the count that was told a count must be before it is told again without being acknowledged. */
const MUCH_WORSE = 10;

/** Whether a notification of the alert is due, mutes and quiet hours aside. */
export function isDue({ rule, value, toldValue, over }: Alert): boolean {
  // What has ended already would be told as if it went on.
  if (over) return false;
  if (toldValue === null) return true;
  return isCount(rule) ? value >= toldValue * MUCH_WORSE : value > toldValue;
}

export interface Silence {
  readonly muted: ReadonlySet<string>;
  readonly quiet: Quiet | null;
  /** Minute of the local day. */
  readonly minute: number;
}

/** What to do with a due alert: tell it, pass it over for good, or keep it until the quiet hours end. */
export function deliveryOf(alert: Alert, { muted, quiet, minute }: Silence): 'tell' | 'pass-over' | 'hold' {
  if (isNeverHidden(alert)) return 'tell';
  if (muted.has(alert.subject)) return 'pass-over';
  return quiet !== null && isQuiet(quiet, minute) ? 'hold' : 'tell';
}

/** Whether a minute of the day lies in the quiet hours; `from` belongs to them, `to` does not. */
export function isQuiet({ from, to }: Quiet, minute: number): boolean {
  if (from === to) return false;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}
