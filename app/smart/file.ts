import { appError } from '../errors.ts';
import type { DriveHealth } from '../domain/smart.ts';
import { readHealth } from './health.ts';
import { asCount } from './numbers.ts';
import { smartctlSchema } from './smartctl.ts';

/** A saved output of one drive is a few tens of KiB; a file over this is none. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

export interface SavedHealth {
  readonly health: DriveHealth;
  /** When smartctl wrote it, Unix time in milliseconds; null where it does not say. */
  readonly written: number | null;
}

/** The drive in a saved output of `smartctl --json -x`. Throws `bad-request` with what is wrong with any other text. */
export function readSmartctlFile(text: string): SavedHealth {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw notOne(
      /^\s*smartctl \d/.test(text)
        ? 'This is smartctl’s output for people, which cannot be read reliably.'
        : 'This file is not JSON, so it is no saved output of smartctl.',
    );
  }
  const parsed = smartctlSchema.safeParse(raw);
  if (!parsed.success) throw notOne('This file is JSON, but not what smartctl writes.', parsed.error.message);
  const health = readHealth(parsed.data, raw);
  if (health === null) throw notOne('smartctl wrote this file, but it holds nothing about the health of a drive.');
  const seconds = asCount(parsed.data.local_time?.time_t);
  return { health, written: seconds === null ? null : asCount(seconds * 1000) };
}

function notOne(sentence: string, detail?: string): Error {
  return appError(
    'bad-request',
    sentence,
    'Make one with: smartctl --json -x /dev/sdX > drive.json (as root), then open drive.json.',
    detail?.slice(0, 4000),
  );
}
