import * as z from 'zod';

import { countSchema } from '../domain/units.ts';

/**
 * What can be alerted. Each is a number that is 0 while all is well and rises as it gets worse (rules.ts). Those of a
 * drive are of what it tells of itself, where no protected pair tells the same.
 */
export const alertRules = [
  'pending',
  'moved',
  'spare',
  'halted',
  'protection',
  'metadata',
  'lost',
  'main-failed',
  'spare-failed',
  'forecast',
  'drive-failed',
  'drive-reallocated',
  'drive-uncorrectable',
  'drive-pending',
  'drive-offline',
  'drive-media-errors',
] as const;
export const alertRuleSchema = z.enum(alertRules);
export type AlertRule = z.infer<typeof alertRuleSchema>;

/** What an alert is about: a protected pair by its UUID, or a drive by its key (drive.ts). */
export const subjectIdSchema = z.string().min(1).max(512);

export const alertSchema = z.strictObject({
  subject: subjectIdSchema,
  rule: alertRuleSchema,
  /** Name of the subject for people. */
  name: z.string().max(128),
  /** The rule's number before the change that raised the alert, and the last one that was not 0. */
  before: countSchema,
  value: countSchema,
  /** When it was raised and when its value last changed, Unix time in milliseconds. */
  raised: countSchema,
  changed: countSchema,
  /** The value when it was told last, null when it is still to be told: quiet hours hold it back. */
  toldValue: countSchema.nullable(),
  /** The condition has ended; the alert stays until it is acknowledged. */
  over: z.boolean(),
});
export type Alert = z.infer<typeof alertSchema>;

/** Minutes of the local day; where `from` is after `to` they span midnight. */
export const quietSchema = z.strictObject({
  from: z.number().int().min(0).max(1439),
  to: z.number().int().min(0).max(1439),
});
export type Quiet = z.infer<typeof quietSchema>;

/** Most alerts that stand unacknowledged on one connection: every rule of a few hundred subjects. */
export const MAX_ALERTS = 2000;

/** What went out as a notification, for hosts whose page has to show it. */
export const noticeSchema = z.strictObject({
  /** Counts up while the program runs. */
  number: countSchema,
  /** Unix time in milliseconds. */
  milliseconds: countSchema,
  title: z.string().max(200),
  body: z.string().max(1000),
  weight: z.enum(['notable', 'grave']),
});
export type Notice = z.infer<typeof noticeSchema>;
export const MAX_NOTICES = 10;

/** Rules of what a drive says of itself, by its pair or as a drive. */
export const ownWordRules = ['main-failed', 'spare-failed', 'drive-failed'] as const satisfies readonly AlertRule[];

/** What a drive said of itself when it was last read, acknowledged or not. */
export const ownWordSchema = z.strictObject({
  subject: subjectIdSchema,
  rule: z.enum(ownWordRules),
  /** It said that it is failing; that it only warned of something else is none. */
  failed: z.boolean(),
});
export type OwnWord = z.infer<typeof ownWordSchema>;

export const alertsViewSchema = z.strictObject({
  /** Not acknowledged yet, newest first. */
  open: z.array(alertSchema).max(MAX_ALERTS),
  /** Subjects of which nothing is told, but for a drive's own FAILED. */
  muted: z.array(subjectIdSchema).max(1000),
  /** Hours in which nothing is told, but for a drive's own FAILED; what was held back is told after them. */
  quiet: quietSchema.nullable(),
  /** The last ones told, newest last. */
  notices: z.array(noticeSchema).max(MAX_NOTICES),
  /** For while a drive cannot be read; those that failed first. */
  ownWords: z.array(ownWordSchema).max(MAX_ALERTS),
});
export type AlertsView = z.infer<typeof alertsViewSchema>;

export const noAlerts: AlertsView = { open: [], muted: [], quiet: null, notices: [], ownWords: [] };
