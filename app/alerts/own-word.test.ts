import { describe, expect, it } from 'vitest';

import { sceneDevices } from '../../tests/doubles/scene.ts';
import { driveStates, driveSubject, type DriveState } from './drive.ts';
import type { SubjectState } from './judge.ts';
import { ownWordsOf, saidFailed } from './own-word.ts';
import type { OwnWord } from './schema.ts';

const [disk] = sceneDevices(1_000);
if (disk === undefined) throw new Error('the scene has no disk');
const drive = driveSubject(disk, null).id;
const pair = { uuid: 'some-uuid', role: 'main' } as const;

const seen = (value: number) => ({ seen: value, alert: null });
const saying = (state: DriveState): SubjectState => ({ 'drive-failed': seen(driveStates.indexOf(state)) });
const word = (rule: OwnWord['rule'], subject: string, failed: boolean): OwnWord => ({ rule, subject, failed });

describe('what drives said of themselves last', () => {
  it('is known after it was acknowledged, the bad first, and nothing of what was never said', () => {
    const words = ownWordsOf(
      new Map<string, SubjectState>([
        ['a', saying('well')],
        ['b', { pending: seen(3) }],
        [pair.uuid, { 'main-failed': seen(1), 'spare-failed': seen(0) }],
        ['c', saying('failed')],
      ]),
    );
    expect(words).toEqual([
      word('main-failed', pair.uuid, true),
      word('drive-failed', 'c', true),
      word('drive-failed', 'a', false),
      word('spare-failed', pair.uuid, false),
    ]);
  });

  it('is a FAILED where data is at stake, not where it only warned', () => {
    const failed = driveStates.filter((state) => ownWordsOf(new Map([['a', saying(state)]]))[0]?.failed === true);
    expect(failed).toEqual(['failed', 'spare-below-threshold', 'reliability-degraded', 'read-only']);
  });
});

describe('a drive that tells nothing now', () => {
  it('goes by its own last word before that of its pair: another drive may have been its main then', () => {
    const ofPair = word('main-failed', pair.uuid, true);
    expect(saidFailed([word('drive-failed', drive, true)], disk, null)).toBe(true);
    expect(saidFailed([ofPair], disk, pair)).toBe(true);
    expect(saidFailed([ofPair, word('drive-failed', drive, false)], disk, pair)).toBe(false);
  });

  it('goes by its pair where it is not there or has no number, in its own role only', () => {
    const ofPair = [word('main-failed', pair.uuid, true), word('spare-failed', pair.uuid, false)];
    const nameless = { ...disk, wwn: null, serial: null };
    for (const one of [null, nameless]) expect(saidFailed(ofPair, one, pair)).toBe(true);
    expect(saidFailed(ofPair, null, { ...pair, role: 'spare' })).toBe(false);
    expect(saidFailed(ofPair, null, { ...pair, uuid: 'another' })).toBe(false);
    const ofPlace = word('drive-failed', driveSubject(nameless, null).id, true);
    expect(saidFailed([ofPlace], nameless, null)).toBe(false);
  });
});
