import { useState } from 'react';

import type { Connection } from '../../../app/bridge/snapshot.ts';
import type { Role } from '../../../app/domain/block-device.ts';
import type { Plan } from '../../../app/domain/plan.ts';
import { chosenAt, isChosen, type Choice } from '../../identity/choice.ts';
import { deviceAt } from '../../identity/target.ts';

/** A choice that does not hold any more. */
interface Lost {
  readonly role: Role;
  /** Another disk is in its place; else none is. */
  readonly replaced: boolean;
}

/** What was chosen so far. What the devices are is read from the snapshot each time. */
export interface Draft {
  readonly main: Choice | null;
  readonly spare: Choice | null;
  /** Main does not belong to a spare whose main it may be. */
  readonly mainIsFree: boolean;
  /** null: the name that is proposed. */
  readonly name: string | null;
  readonly blockSectors: number | null;
  readonly eraseSpare: boolean;
  readonly typed: string;
  readonly lost: Lost | null;
}

export const nothingChosen: Draft = {
  main: null,
  spare: null,
  mainIsFree: false,
  name: null,
  blockSectors: null,
  eraseSpare: false,
  typed: '',
  lost: null,
};

function without(draft: Draft, lost: Lost): Draft {
  if (lost.role === 'main') return { ...nothingChosen, lost };
  return { ...draft, spare: null, eraseSpare: false, typed: '', lost };
}

/** The role of a choice that the list of disks does not bear out any more. */
function lostIn(connection: Connection, draft: Draft): Lost | null {
  // Until the connection is open again the list is of before.
  if (connection.phase.state !== 'open') return null;
  for (const role of ['main', 'spare'] as const) {
    const choice = draft[role];
    if (choice !== null && chosenAt(connection, choice) === null) {
      return { role, replaced: deviceAt(connection, choice.devno) !== null };
    }
  }
  return null;
}

/** The role in a plan of a disk that is not the one that was chosen. */
export function swappedIn(plan: Plan, draft: Draft): Lost | null {
  for (const role of ['main', 'spare'] as const) {
    const choice = draft[role];
    const device = plan.entries.find((entry) => entry.role === role)?.device ?? null;
    if (choice !== null && device !== null && !isChosen(choice, device)) return { role, replaced: true };
  }
  return null;
}

/**
 * What is chosen, as long as it holds: a choice and a consent are of the disk that was seen, not of the next one that gets
 * its number. `onLost` is called once, while rendering, when a choice is dropped.
 */
export function useDraft(connection: Connection, onLost: (role: Role) => void) {
  const [draft, setDraft] = useState(nothingChosen);
  const drop = (lost: Lost): void => {
    setDraft((now) => without(now, lost));
    onLost(lost.role);
  };
  const lost = lostIn(connection, draft);
  if (lost !== null) drop(lost);
  const change = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));
  return { draft, change, drop };
}
