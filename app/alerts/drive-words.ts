import { formatCount, formatCounted } from '../domain/units.ts';
import { driveStates, type DriveState } from './drive.ts';
import type { AlertRule } from './schema.ts';

type DriveRule = Extract<AlertRule, `drive-${string}`>;

interface Words {
  readonly what: string;
  readonly advice: string;
}

const OWN_VERDICT = 'This is the drive’s own verdict.';
const COPY_NOW = 'Copy your data off this disk now.';

/** What a drive says of itself got worse. */
export function driveWords(rule: DriveRule, value: number, before: number): Words {
  const grown = (one: string, many = `${one}s`): string =>
    value > before
      ? `${formatCounted(value - before, `more ${one}`, `more ${many}`)}, ${formatCount(value)} in all`
      : formatCounted(value, one, many);
  switch (rule) {
    case 'drive-failed':
      return failed[driveStates[value] ?? 'failed'];
    case 'drive-reallocated':
      return {
        what: `the drive has replaced ${grown('bad sector')}.`,
        advice: 'A count that grows says that more will follow. See that your backup is recent.',
      };
    case 'drive-uncorrectable':
      return {
        what: `the drive could not correct ${grown('error')}.`,
        advice: `Each was data that could not be read when it was asked for. ${COPY_NOW}`,
      };
    case 'drive-pending':
      return {
        what: `${formatCounted(value, 'sector')} cannot be read at this moment${
          before > 0 && value > before ? `, ${formatCount(value - before)} more than before` : ''
        }.`,
        advice: `What is on them may be lost, the rest is not. ${COPY_NOW}`,
      };
    case 'drive-offline':
      return {
        what: `the drive’s own scan met ${grown('unreadable sector')}.`,
        advice: `Drives with such sectors fail far more often in the weeks after a new one. ${COPY_NOW}`,
      };
    case 'drive-media-errors':
      return {
        what: `the drive found its data damaged beyond correction ${grown('time')}.`,
        advice: `Each was data that could not be read, and more often follow. ${COPY_NOW}`,
      };
  }
}

const failing: Words = {
  what: 'the drive itself says that it is failing.',
  advice: `${COPY_NOW} ${OWN_VERDICT}`,
};

const failed: Readonly<Record<DriveState, Words>> = {
  // An alert keeps the last number that was not 0.
  well: failing,
  failed: failing,
  temperature: {
    what: 'the drive says that it is outside of its temperature limits.',
    advice: 'See that air reaches it and that its fans run. That alone does not mean that it fails.',
  },
  'persistent-memory-read-only': {
    what: 'the drive says that its persistent memory region takes no more writes.',
    advice: `See that your backup is recent. ${OWN_VERDICT}`,
  },
  'backup-failed': {
    what: 'the drive says that its store for a power failure does not work.',
    advice: `A power cut may lose what was written last. See that your backup is recent. ${OWN_VERDICT}`,
  },
  'spare-below-threshold': {
    what: 'the drive says that its reserve of good blocks is below its own limit.',
    advice: `${COPY_NOW} ${OWN_VERDICT}`,
  },
  'reliability-degraded': {
    what: 'the drive says that errors have made it unreliable.',
    advice: `${COPY_NOW} ${OWN_VERDICT}`,
  },
  'read-only': {
    what: 'the drive says that it takes no more writes.',
    advice: `${COPY_NOW} ${OWN_VERDICT}`,
  },
};
