import { defaultSettings, type PairSettings } from '../domain/settings.ts';
import { isSpareLow, spareFree } from '../domain/spare.ts';
import type { TargetStatus } from '../domain/target.ts';
import { driveStates, type DriveFacts } from './drive.ts';
import type { Alert, AlertRule } from './schema.ts';

/** What is known of a subject. What is left out, or null, is not known: its rules are not judged and keep their state. */
export interface Facts {
  readonly status?: TargetStatus | null;
  /** How the pair is set, for what its status says; the usual where nothing else is told. */
  readonly settings?: Pick<PairSettings, 'lowSparePercent'>;
  /** What is missing: nothing, main or spare or both, or the protected device itself. */
  readonly lost?: 'nothing' | 'disk' | 'device' | null;
  /** The drive's own verdict (SMART overall health, NVMe critical warning). */
  readonly mainFailed?: boolean | null;
  readonly spareFailed?: boolean | null;
  /** The forecast's verdict, 0 the best; higher is worse. */
  readonly forecast?: number | null;
  /** Something that the forecast usually knows is missing for now: with it, it would be no better. */
  readonly forecastIsPartial?: boolean;
  /** What a drive tells of itself, where it is the subject. */
  readonly drive?: DriveFacts;
}

/** How bad a rule's matter is, as a number that is 0 while all is well; null when it is not known. */
export function levelOf(rule: AlertRule, facts: Facts): number | null {
  const status = facts.status ?? null;
  switch (rule) {
    case 'pending':
      return status?.pending ?? null;
    case 'moved':
      // Not what the user moved on purpose. Counts since the pair was made, so it never falls.
      return status === null ? null : status.auto + status.proactive;
    case 'spare':
      return status === null ? null : spareLevel(status, facts.settings ?? defaultSettings);
    case 'halted':
      return status === null ? null : Number(status.mode === 'halted');
    case 'protection':
      return status === null ? null : status.mode === 'fail' ? 2 : Number(status.mode === 'ro');
    case 'metadata':
      return status === null ? null : Math.max(0, status.metadataCopies - status.metadataGood);
    case 'lost':
      return facts.lost === undefined || facts.lost === null ? null : lostLevels[facts.lost];
    case 'main-failed':
      return booleanLevel(facts.mainFailed);
    case 'spare-failed':
      return booleanLevel(facts.spareFailed);
    case 'forecast':
      return facts.forecast ?? null;
    case 'drive-failed':
      return facts.drive?.failed ?? null;
    case 'drive-reallocated':
      return facts.drive?.reallocated ?? null;
    case 'drive-uncorrectable':
      return facts.drive?.uncorrectable ?? null;
    case 'drive-pending':
      return facts.drive?.pending ?? null;
    case 'drive-offline':
      return facts.drive?.offlineUncorrectable ?? null;
    case 'drive-media-errors':
      return facts.drive?.mediaErrors ?? null;
  }
}

const lostLevels = { nothing: 0, disk: 1, device: 2 } as const;

function booleanLevel(value: boolean | null | undefined): number | null {
  return value === undefined || value === null ? null : Number(value);
}

/** 1 low, 2 used up. */
function spareLevel(status: TargetStatus, settings: Pick<PairSettings, 'lowSparePercent'>): number {
  if (status.mode === 'spent' || spareFree(status) === 0) return 2;
  return Number(isSpareLow(status, settings));
}

/** How much a rule's matter weighs at its worst. */
export const weights: Readonly<Record<AlertRule, 'notable' | 'grave'>> = {
  pending: 'grave',
  moved: 'notable',
  spare: 'grave',
  halted: 'grave',
  protection: 'grave',
  metadata: 'grave',
  lost: 'grave',
  'main-failed': 'grave',
  'spare-failed': 'grave',
  forecast: 'notable',
  'drive-failed': 'grave',
  'drive-reallocated': 'notable',
  'drive-uncorrectable': 'grave',
  'drive-pending': 'grave',
  'drive-offline': 'grave',
  'drive-media-errors': 'grave',
};

/** A drive that is only too hot or too cold says so by the rule by which it says that it fails. */
function isOutsideTemperature({ rule, value }: Pick<Alert, 'rule' | 'value'>): boolean {
  return rule === 'drive-failed' && driveStates[value] === 'temperature';
}

/** How much an alert weighs, what it says considered. */
export function weightOf(alert: Pick<Alert, 'rule' | 'value'>): 'notable' | 'grave' {
  return isOutsideTemperature(alert) ? 'notable' : weights[alert.rule];
}

/** Whether data or protection is at stake by an alert now. */
export function isGrave(alert: Pick<Alert, 'rule' | 'value' | 'over'>): boolean {
  return weightOf(alert) === 'grave' && !alert.over;
}

/** What a drive has counted of its own damage. */
const driveCounts: ReadonlySet<AlertRule> = new Set<AlertRule>([
  'drive-reallocated',
  'drive-uncorrectable',
  'drive-pending',
  'drive-offline',
  'drive-media-errors',
]);

/** Whether a level says no more than that it is no lower: it raises what was seen, and takes nothing back. */
export function isLeast(rule: AlertRule, facts: Facts): boolean {
  return rule === 'forecast' && facts.forecastIsPartial === true;
}

/** Rules whose number counts blocks or errors. Of all others each value is a state of its own, and each rise is told. */
export function isCount(rule: AlertRule): boolean {
  return rule === 'pending' || rule === 'moved' || driveCounts.has(rule);
}

/** What neither a mute nor quiet hours hold back: the drive itself says that it fails, and not only that it is hot. */
export function isNeverHidden(alert: Pick<Alert, 'rule' | 'value'>): boolean {
  const { rule } = alert;
  return rule === 'main-failed' || rule === 'spare-failed' || (rule === 'drive-failed' && !isOutsideTemperature(alert));
}

/**
 * Rules whose first value ever seen is taken as it is: old counts that stand still are no news. Of all others a value
 * above 0 is told at first sight.
 */
export function startsSilently(rule: AlertRule): boolean {
  return rule === 'moved' || rule === 'forecast' || driveCounts.has(rule);
}
