import { formatCount, formatCounted } from '../domain/units.ts';
import { driveWords } from './drive-words.ts';
import { weightOf } from './rules.ts';
import type { Alert, Notice } from './schema.ts';

export interface AlertWords {
  /** With the name of the device or drive in front; no serial number is in it. */
  readonly sentence: string;
  /** The sentence without the name, for where the name stands already. */
  readonly what: string;
  readonly advice: string;
}

/** An alert in words: what happened, and what to do. */
export function alertWords(alert: Alert): AlertWords {
  const { what, advice } = wordsOf(alert);
  return { sentence: `${alert.name}: ${what}`, what: `${what.charAt(0).toUpperCase()}${what.slice(1)}`, advice };
}

function wordsOf(alert: Alert): { what: string; advice: string } {
  const { rule, value, before } = alert;
  switch (rule) {
    case 'pending':
      return {
        what: `${formatCounted(value, 'block')} cannot be read${before > 0 && value > before ? `, ${formatCount(value - before)} more than before` : ''}.`,
        advice: 'What is on them is damaged, the rest is not. Copy your data off this disk now.',
      };
    case 'moved': {
      // A crash takes counts with it that were not saved: there may be fewer than when the alert was raised.
      const news = value - before;
      return {
        what:
          news > 0
            ? `${formatCounted(news, 'more bad block')} ${news === 1 ? 'was' : 'were'} moved to the spare, ${formatCount(value)} in all.`
            : `${formatCounted(value, 'bad block')} ${value === 1 ? 'was' : 'were'} moved to the spare in all.`,
        advice: 'Nothing was lost by this, but the disk goes on aging. Keep a backup.',
      };
    }
    case 'spare':
      return value >= 2
        ? {
            what: 'the spare is used up. The next bad block cannot be moved.',
            advice: 'Copy your data off this disk now, then replace it.',
          }
        : {
            what: 'the spare is low: room for more bad blocks is running out.',
            advice: 'Copy your data off this disk while every block can still be read.',
          };
    case 'halted':
      return {
        what: 'moving of bad blocks is halted.',
        advice: 'The main disk looks disconnected, or too many blocks failed at once. Check its cable and power.',
      };
    case 'protection':
      return value >= 2
        ? {
            what: 'every read and write fails.',
            advice: 'Stop using it, keep both disks as they are, and read the last events for the reason.',
          }
        : {
            what: 'no further bad block can be moved, since the spare no longer takes its records.',
            advice: 'Copy your data off this disk now.',
          };
    case 'metadata':
      return {
        what: `${formatCounted(value, 'copy', 'copies')} of the records on the spare cannot be written.`,
        advice: 'The other copy still serves. Replace the spare soon.',
      };
    case 'lost':
      return value >= 2
        ? {
            what: 'the protected device is gone, and nobody stopped it here.',
            advice: 'Do not use the main disk by itself: moved blocks hold old data there. Start protection again.',
          }
        : {
            what: 'one of its two disks is no longer seen.',
            advice: 'Check its cable and power.',
          };
    case 'main-failed':
      return {
        what: 'the main disk itself says that it is failing.',
        advice: 'Copy your data off this disk now. This is the drive’s own verdict.',
      };
    case 'spare-failed':
      return {
        what: 'the spare itself says that it is failing.',
        advice: 'Replace the spare soon: moved blocks live on it. This is the drive’s own verdict.',
      };
    case 'forecast':
      return {
        what: 'the forecast for the main disk got worse.',
        advice: 'Read its reasons on the device’s page, and see that your backup is recent.',
      };
    case 'drive-failed':
    case 'drive-reallocated':
    case 'drive-uncorrectable':
    case 'drive-pending':
    case 'drive-offline':
    case 'drive-media-errors':
      return driveWords(rule, value, before);
  }
}

/** The notification of some alerts at once; `where` names the connection unless it is this computer. */
export function noticeOf(alerts: readonly Alert[], where: string | null): Omit<Notice, 'number' | 'milliseconds'> {
  const prefix = where === null ? '' : `${where}: `;
  const weight = alerts.some((alert) => weightOf(alert) === 'grave') ? 'grave' : 'notable';
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
