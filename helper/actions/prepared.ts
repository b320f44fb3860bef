import { createHash } from 'node:crypto';

import type { BlockDevice, Reason } from '../../app/domain/block-device.ts';
import type { Plan } from '../../app/domain/plan.ts';
import { appError, type AppError } from '../../app/errors.ts';
import { describe, survey, type KnownDevice, type Survey } from '../devices.ts';
import type { Steps } from './steps.ts';

/** A plan that is ready to be told and to be carried out. */
export interface Prepared {
  readonly plan: Omit<Plan, 'token' | 'applicable'>;
  /** Everything that was seen and that must not have changed when the plan is carried out. */
  readonly seen: unknown;
  /** UUID of the pair. */
  readonly uuid: string;
  /** Carries it out. Everything was just read again and compared. */
  execute(steps: Steps): Promise<void>;
}

/** The machine's disks at one moment. */
export interface View {
  readonly found: Survey;
  readonly known: readonly KnownDevice[];
}

export async function look(): Promise<View> {
  const found = await survey();
  return { found, known: describe(found) };
}

/** The device with this number. Throws `device-gone`. */
export function deviceOf(view: View, devno: string, what: string): KnownDevice {
  const known = view.known.find(({ device }) => device.devno === devno);
  if (known === undefined) throw deviceGone(what, devno);
  return known;
}

export function deviceGone(what: string, devno: string): AppError {
  return appError(
    'device-gone',
    `The disk chosen as the ${what} is not there (any more).`,
    'Check its cable and power, look at the list of disks again, and choose again. Nothing was changed.',
    `no block device ${devno}`,
  );
}

/** A device with its whole disk and all partitions of that: what happens to any of them concerns it. */
export function surroundings(view: View, { device, mainId, sequence }: KnownDevice): unknown {
  const related = view.known.map((known) => known.device).filter((other) => other.diskDevno === device.diskDevno);
  return { device, mainId, sequence, related };
}

export function digestOf(seen: unknown): string {
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex');
}

export function isApplicable(reasons: readonly Reason[]): boolean {
  return reasons.every(({ level }) => level !== 'block');
}

/** `main` and `spare` of a mapping that is live; null for one whose device is not listed any more. */
export function partOf(view: View, devno: string): BlockDevice | null {
  return view.known.find(({ device }) => device.devno === devno)?.device ?? null;
}
