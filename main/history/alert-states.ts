import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

import type { SubjectState } from '../../app/alerts/judge.ts';
import { alertRuleSchema, alertSchema, quietSchema, subjectIdSchema } from '../../app/alerts/schema.ts';
import type { AlertSettings, AlertStates } from '../ports.ts';
import { nullableCountSchema, textSchema } from './rows.ts';

const SETTINGS = 'alerts';
const settingsSchema = z.object({ muted: z.array(subjectIdSchema), quiet: quietSchema.nullable() });

export function loadAlertStates(db: DatabaseSync): AlertStates {
  const subjects = new Map<string, SubjectState>();
  for (const row of db.prepare('select * from alert_state').all()) {
    const subject = textSchema.parse(row['subject']);
    const rule = alertRuleSchema.safeParse(row['rule']);
    // A rule of an older version that is no more.
    if (!rule.success) continue;
    const state = {
      seen: nullableCountSchema.parse(row['seen']),
      alert:
        row['alert'] === null ? null : (alertSchema.safeParse(JSON.parse(textSchema.parse(row['alert']))).data ?? null),
    };
    subjects.set(subject, { ...subjects.get(subject), [rule.data]: state });
  }
  return { subjects, settings: loadSettings(db) };
}

function loadSettings(db: DatabaseSync): AlertSettings {
  const row = db.prepare('select value from setting where name = ?').get(SETTINGS);
  return row === undefined
    ? { muted: [], quiet: null }
    : settingsSchema.parse(JSON.parse(textSchema.parse(row['value'])));
}

export function saveAlertState(db: DatabaseSync, subject: string, state: SubjectState): void {
  const save = db.prepare('insert or replace into alert_state (subject, rule, seen, alert) values (?, ?, ?, ?)');
  for (const [rule, { seen, alert }] of Object.entries(state)) {
    save.run(subject, rule, seen, alert === null ? null : JSON.stringify(alert));
  }
}

export function saveAlertSettings(db: DatabaseSync, settings: AlertSettings): void {
  db.prepare('insert or replace into setting (name, value) values (?, ?)').run(SETTINGS, JSON.stringify(settings));
}
