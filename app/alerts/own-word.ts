import type { Role } from '../domain/block-device.ts';
import { isGraveWarning } from '../domain/smart.ts';
import { driveStates, driveSubject } from './drive.ts';
import type { SubjectState } from './judge.ts';
import { MAX_ALERTS, ownWordRules, type OwnWord } from './schema.ts';

/** What drives said of themselves when they were last read, from the states of all subjects; those that failed first. */
export function ownWordsOf(subjects: ReadonlyMap<string, SubjectState>): OwnWord[] {
  const words = [...subjects].flatMap(([subject, state]) =>
    ownWordRules.flatMap((rule): OwnWord[] => {
      const seen = state[rule]?.seen ?? null;
      return seen === null ? [] : [{ subject, rule, failed: isFailed(rule, seen) }];
    }),
  );
  return words.sort((a, b) => Number(b.failed) - Number(a.failed)).slice(0, MAX_ALERTS);
}

function isFailed(rule: OwnWord['rule'], seen: number): boolean {
  if (rule !== 'drive-failed') return seen > 0;
  const state = driveStates[seen] ?? 'failed';
  return state !== 'well' && (state === 'failed' || isGraveWarning(state));
}

type Known = Parameters<typeof driveSubject>[0];

/**
 * Whether a drive that tells nothing now said that it is failing when it was last read. A drive that is known by its own
 * number is taken at its own last word; that of the pair it is part of stands in for one that only its health would name,
 * as behind a USB bridge.
 *
 * @param disk - null where it is not there
 * @param pair - null where it is of none
 */
export function saidFailed(
  words: readonly OwnWord[],
  disk: Known | null,
  pair: { readonly uuid: string; readonly role: Role } | null,
): boolean {
  const drive = disk === null ? null : driveSubject(disk, null);
  const own = drive?.lasting === true ? lastWord(words, 'drive-failed', drive.id) : undefined;
  if (own !== undefined) return own.failed;
  return pair !== null && lastWord(words, `${pair.role}-failed`, pair.uuid)?.failed === true;
}

function lastWord(words: readonly OwnWord[], of: OwnWord['rule'], id: string): OwnWord | undefined {
  return words.find(({ rule, subject }) => rule === of && subject === id);
}
