import { formatCount, formatCounted } from '../domain/units.ts';
import { weights } from './rules.ts';
import type { Alert, Notice } from './schema.ts';

/** An alert in words: what happened, and what to do. `name` is the device's own, so no serial number is in it. */
export function alertWords(alert: Alert): { sentence: string; advice: string } {
  const { rule, value, before, name } = alert;
  switch (rule) {
    case 'pending':
      return {
        sentence: `${name}: ${formatCounted(value, 'block')} cannot be read${before > 0 && value > before ? `, ${formatCount(value - before)} more than before` : ''}.`,
        advice: 'What is on them is damaged, the rest is not. Copy your data off this disk now.',
      };
    case 'moved': {
      const news = value - before;
      return {
        sentence: `${name}: ${formatCounted(news, 'more bad block')} ${news === 1 ? 'was' : 'were'} moved to the spare, ${formatCount(value)} in all.`,
        advice: 'Nothing was lost by this, but the disk goes on aging. Keep a backup.',
      };
    }
    case 'spare':
      return value >= 2
        ? {
            sentence: `${name}: the spare is used up. The next bad block cannot be moved.`,
            advice: 'Copy your data off this disk now, then replace it.',
          }
        : {
            sentence: `${name}: the spare is nearly used up.`,
            advice: 'Copy your data off this disk while every block can still be read.',
          };
    case 'halted':
      return {
        sentence: `${name}: moving of bad blocks is halted.`,
        advice: 'The main disk looks disconnected, or too many blocks failed at once. Check its cable and power.',
      };
    case 'protection':
      return value >= 2
        ? {
            sentence: `${name}: every read and write fails.`,
            advice: 'Stop using it, keep both disks as they are, and read the last events for the reason.',
          }
        : {
            sentence: `${name}: no further bad block can be moved, since the spare no longer takes its records.`,
            advice: 'Copy your data off this disk now.',
          };
    case 'metadata':
      return {
        sentence: `${name}: ${formatCounted(value, 'copy', 'copies')} of the records on the spare cannot be written.`,
        advice: 'The other copy still serves. Replace the spare soon.',
      };
    case 'lost':
      return value >= 2
        ? {
            sentence: `${name}: the protected device is gone, and nobody stopped it here.`,
            advice: 'Do not use the main disk by itself: moved blocks hold old data there. Start protection again.',
          }
        : {
            sentence: `${name}: one of its two disks is no longer seen.`,
            advice: 'Check its cable and power.',
          };
    case 'main-failed':
      return {
        sentence: `${name}: the main disk itself says that it is failing.`,
        advice: 'Copy your data off this disk now. This is the drive’s own verdict.',
      };
    case 'spare-failed':
      return {
        sentence: `${name}: the spare itself says that it is failing.`,
        advice: 'Replace the spare soon: moved blocks live on it. This is the drive’s own verdict.',
      };
    case 'forecast':
      return {
        sentence: `${name}: the forecast for the main disk got worse.`,
        advice: 'Read its reasons on the device’s page, and see that your backup is recent.',
      };
  }
}

/** The notification of some alerts at once; `where` names the connection unless it is this computer. */
export function noticeOf(alerts: readonly Alert[], where: string | null): Omit<Notice, 'number' | 'milliseconds'> {
  const prefix = where === null ? '' : `${where}: `;
  const weight = alerts.some(({ rule }) => weights[rule] === 'grave') ? 'grave' : 'notable';
  const [first, ...others] = alerts.map(alertWords);
  if (first !== undefined && others.length === 0) {
    return { title: `${prefix}${first.sentence}`.slice(0, 200), body: first.advice, weight };
  }
  const sentences = alerts.map((alert) => alertWords(alert).sentence);
  return {
    title: `${prefix}${formatCounted(alerts.length, 'alert')}`,
    body: sentences.join('\n').slice(0, 1000),
    weight,
  };
}
