import {
  ownVerdictOf,
  type DriveHealth,
  type SelfTest,
  type SmartProblem,
  type SmartView,
} from '../../app/domain/smart.ts';
import type { Tone } from '../features/device/verdict.ts';
import { isTooHot } from '../features/smart/limits.ts';
import { damageOf, type Sign } from '../features/smart/signs.ts';
import { warningWords } from './drive-warning.ts';

export interface DriveVerdict {
  readonly tone: Tone;
  /** One or two words for a table. */
  readonly short: string;
  readonly sentence: string;
  readonly advice: string;
}

/** The drive's own verdict first, and what it counted beside it: drives say "passed" until very late. */
export function verdictOfHealth(health: DriveHealth): DriveVerdict {
  const verdict = ownVerdictOf(health);
  const damage = damageOf(health);
  switch (verdict) {
    case 'failed':
      return {
        tone: 'danger',
        short: 'Failing',
        sentence: 'The drive says of itself that it is failing.',
        advice: 'Copy your data off it now, the most important first, then replace it.',
      };
    case 'warned': {
      const { short, sentence, advice } = warningWords(health);
      if (damage.length === 0) return { tone: 'attention', short, sentence, advice };
      return {
        tone: toneOf(damage),
        short: `${short}, signs of damage`,
        sentence: `${sentence} It has also counted signs of damage.`,
        advice: `${advice} Look whether the numbers below grow.`,
      };
    }
    case 'passed':
      if (damage.length === 0 && isTooHot(health)) {
        return {
          tone: 'attention',
          short: 'Passed, too hot',
          sentence: 'The drive says that it passed, and has counted no damage, but it is too hot.',
          advice: 'Cool it: see that air reaches it and that its fans run. Keep a backup.',
        };
      }
      if (damage.length === 0) {
        return {
          tone: 'ok',
          short: 'Passed',
          sentence: 'The drive says that it passed, and has counted no damage.',
          advice: 'Many drives fail without any sign before: keep a backup.',
        };
      }
      return {
        tone: toneOf(damage),
        short: 'Passed, signs of damage',
        sentence: 'The drive says that it passed, but it has counted signs of damage.',
        advice: UNTIL_LATE,
      };
    case 'unknown':
      if (damage.length === 0) {
        return {
          tone: 'unknown',
          short: 'No verdict',
          sentence: 'The drive gives no verdict, and has counted no damage.',
          advice: 'Many drives fail without any sign before: keep a backup.',
        };
      }
      return {
        tone: toneOf(damage),
        short: 'Signs of damage',
        sentence: 'The drive gives no verdict, but it has counted signs of damage.',
        advice: UNTIL_LATE,
      };
  }
}

const UNTIL_LATE = 'Drives say “passed” until very late. Keep a backup, and look whether the numbers below grow.';

function toneOf(damage: readonly Sign[]): Tone {
  return damage.some(({ tone }) => tone === 'danger') ? 'danger' : 'attention';
}

/** What a table says of a disk in a word or two; `saidFailed`: what it said before its health was lost sight of. */
export function shortVerdict(view: SmartView | undefined, saidFailed: boolean): Pick<DriveVerdict, 'tone' | 'short'> {
  if (view !== undefined && view.health !== null) {
    const { tone, short } = verdictOfHealth(view.health);
    return { tone, short: view.problem === null ? short : `${short} when last read` };
  }
  if (saidFailed) return { tone: 'danger', short: 'Failing when last read' };
  if (view === undefined) return { tone: 'unknown', short: '—' };
  if (view.problem !== null) return { tone: 'unknown', short: problemOf(view.problem).short };
  return { tone: 'unknown', short: view.reading ? 'Reading…' : 'Not read yet' };
}

/** Why a drive could not be asked, and what to do about it. */
export function problemOf({ code }: SmartProblem): { short: string; sentence: string; remedy: string } {
  switch (code) {
    case 'smartctl-missing':
      return {
        short: 'No smartctl',
        sentence: 'The program smartctl is not installed, so drives cannot be asked for their health.',
        remedy: 'Install smartmontools (on Debian and Ubuntu: apt-get install smartmontools), then read again.',
      };
    case 'smartctl-too-old':
      return {
        short: 'Old smartctl',
        sentence: 'The installed smartctl is too old to be read by another program.',
        remedy: 'Install smartmontools 7.0 or later, then read again.',
      };
    case 'not-supported':
      return {
        short: 'No SMART',
        sentence: 'This disk keeps no health data of its own.',
        remedy: 'Virtual disks and USB sticks have none. Moved and unreadable blocks are counted all the same.',
      };
    case 'switched-off':
      return {
        short: 'Switched off',
        sentence: 'The drive could tell its health, but that is switched off in it.',
        remedy: 'Nothing is changed in a drive unasked. To switch it on: smartctl --smart=on, with the disk’s path.',
      };
    case 'bridge-hides':
      return {
        short: 'Hidden by USB',
        sentence: 'The USB bridge of this disk hides the drive’s health.',
        remedy:
          'The usual ways through it were tried, and are tried again when it is plugged in anew. Another enclosure or cable, or SATA, would show it. Moved and unreadable blocks are counted all the same.',
      };
    case 'asleep':
      return {
        short: 'Asleep',
        sentence: 'The drive is asleep and was not woken.',
        remedy: 'It is asked again later, or when you choose “Read now” while it runs.',
      };
    case 'permission':
      return {
        short: 'No rights',
        sentence: 'The helper may not ask this drive: it runs without administrator rights.',
        remedy: 'Open the connection again and allow it administrator rights when asked.',
      };
    case 'timeout':
      return {
        short: 'No answer',
        sentence: 'The drive did not answer in time.',
        remedy: 'A drive that is going bad may be busy with itself for minutes. Try again later; check its cable.',
      };
    case 'failed':
      return {
        short: 'Not readable',
        sentence: 'The drive’s health could not be read.',
        remedy: 'What smartctl said is in the details.',
      };
  }
}

export function selfTestName(kind: SelfTest['kind']): string {
  switch (kind) {
    case 'short':
      return 'Short self-test';
    case 'long':
      return 'Long self-test';
    case 'other':
      return 'Self-test';
  }
}

export function outcomeOf(test: SelfTest): { tone: Tone; word: string } {
  switch (test.outcome) {
    case 'passed':
      return { tone: 'ok', word: 'Passed' };
    case 'failed':
      return { tone: 'attention', word: 'Found an error' };
    case 'aborted':
      return { tone: 'unknown', word: 'Stopped' };
    case 'running':
      return { tone: 'unknown', word: 'Running' };
    case 'unknown':
      return { tone: 'unknown', word: 'Not known' };
  }
}

/** Minutes as one would say them: `2 min`, `7 h 58 min`. */
export function durationOf(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}
